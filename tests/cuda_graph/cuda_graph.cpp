// A recorded run gives what a run gives: outputs, losses and gradients, also after an optimiser's step.
#include <dynvision/losses/weighted_steps.hpp>
#include <dynvision/run/cuda_graph.hpp>

#include "cuda/device.hpp"
#include "io/failure.hpp"
#include "property/models.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace property;

namespace {

struct V1 : Layer<"V1", Conv<2, 6, 3>, Recur<Full<6>>, Evolve<>, Relu, Record, Delay, MaxPool<3, 2>> {};
struct V2 : Layer<"V2", Conv<6, 8, 3>, Recur<Depthwise<8>>, AddSkip<"V1">, Evolve<>, Relu, Record, Delay> {};
struct Net : Model<V1, V2> {};
struct Plane : Layer<"Plane", Conv<2, 9, 3>, Recur<Local<9>>, Evolve<>, Relu, Record, Delay, AvgPool<3, 2>> {};
struct OnPlane : Model<Plane> {};

template <class Model = Net> Model net_on_gpu() {
  Model net{Options{.n_classes = 5, .input_dims = {2, 0, 0}, .t_recurrence = 4, .seed = 1}};
  net.to(at::TensorOptions(at::kCUDA));
  return net;
}
Tensor loss_of(run::Activity const& activity, Tensor const& labels) {
  return activity.outputs.sub(labels).square().mean();
}

}  // namespace

TEST_CASE("recorded inference gives what a run gives", "[cuda]") {
  SKIP_WITHOUT_DEVICE();
  Net net = net_on_gpu();
  run::Settings const settings{.n_timesteps = 6, .record = true};
  auto const images = [](std::uint64_t seed) { return normal({3, 2, 8, 8}, seed, at::kFloat).to(at::kCUDA); };
  run::CudaGraph look = run::recorded(net, images(1), settings);
  for (std::uint64_t seed = 2; seed < 5; ++seed) {
    std::vector<Tensor> const& found = look({images(seed)});
    run::Activity const expected = run::compiled(net, images(seed), settings);
    CHECK(distance(expected.outputs.cpu(), found[0].cpu()) < 1e-5);
    CHECK(distance(expected.response("V2").stacked().cpu(), found[2].cpu()) < 1e-5);
  }
}

TEST_CASE("a recorded training step gives the loss and the gradients of a step", "[cuda]") {
  SKIP_WITHOUT_DEVICE();
  Net net = net_on_gpu();
  run::Settings const settings{.n_timesteps = 6};
  auto const images = [](std::uint64_t seed) { return normal({3, 2, 8, 8}, seed, at::kFloat).to(at::kCUDA); };
  auto const labels = [](std::uint64_t seed) { return normal({3, 6, 5}, seed, at::kFloat).to(at::kCUDA); };
  run::CudaGraph step = run::recorded(net, images(1), labels(1), settings, &loss_of);
  Parameters const parameters = net.parameters();
  for (std::uint64_t seed = 2; seed < 5; ++seed) {
    Tensor const found = step({images(seed), labels(seed)})[0].clone();
    std::vector<Tensor> gradients;
    for (Parameter const& p : parameters) gradients.push_back(p.learned ? p.tensor.grad().clone() : Tensor{});
    Tensor const expected = loss_of(run::compiled(net, images(seed), settings), labels(seed));
    CHECK(distance(expected.cpu(), found.cpu()) < 1e-5);
    std::vector<Tensor> learned;
    for (Parameter const& p : parameters) {
      if (p.learned) p.tensor.grad().zero_();
    }
    expected.backward();
    at::AutoGradMode const no_gradient(false);
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      if (!parameters[i].learned) continue;
      INFO(parameters[i].name);
      CHECK(distance(parameters[i].tensor.grad().cpu(), gradients[i].cpu()) < 1e-5);
      parameters[i].tensor.sub_(gradients[i], 0.1);  // an optimiser's step
    }
  }
}

TEST_CASE("a step can be recorded while graphs of earlier runs are alive, with numbers of the host", "[cuda]") {
  SKIP_WITHOUT_DEVICE();
  OnPlane net = net_on_gpu<OnPlane>();
  run::Settings const settings{.n_timesteps = 6};
  Tensor const images = normal({3, 2, 8, 8}, 1, at::kFloat).to(at::kCUDA);
  Tensor const labels = indices({4, 0, 2, 1, 1, 3}, images).reshape({1, 6}).repeat({3, 1});
  WeightedSteps const weighted{{0.1, 0.5, 1}};
  auto const loss = [&](run::Activity const& activity, Tensor const& wanted) {
    return weighted(activity.outputs, wanted);
  };
  Tensor const before = loss(run::compiled(net, images, settings), labels);  // has a graph
  Parameters const parameters = net.parameters();
  run::CudaGraph step = run::recorded(net, images, labels, settings, loss);
  Tensor const found = step({images, labels})[0].clone();
  std::vector<Tensor> gradients;
  for (Parameter const& p : parameters) {
    CHECK(find_parameter(net.parameters(), p.name)->tensor.is_same(p.tensor));
    gradients.push_back(p.learned ? p.tensor.grad().clone() : Tensor{});
    if (p.learned) p.tensor.grad().zero_();
  }
  CHECK(distance(before.detach().cpu(), found.cpu()) < 1e-5);
  before.backward();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    INFO(parameters[i].name);
    if (parameters[i].learned) CHECK(distance(parameters[i].tensor.grad().cpu(), gradients[i].cpu()) < 1e-5);
  }
}

TEST_CASE("errors of a CUDA graph", "[cuda]") {
  SKIP_WITHOUT_DEVICE();
  Net net = net_on_gpu();
  Tensor const images = normal({3, 2, 8, 8}, 1, at::kFloat);
  CHECK(failure([&] { run::recorded(net, images, {.n_timesteps = 3}); }) == "run.145");
  run::CudaGraph look = run::recorded(net, images.to(at::kCUDA), {.n_timesteps = 3});
  CHECK(failure([&] { look({images.narrow(0, 0, 2).to(at::kCUDA)}); }) == "run.147");
  CHECK(failure([&] { look({}); }) == "run.147");
  Net slow{Options{.n_classes = 5, .input_dims = {2, 0, 0}, .train_tau = true, .seed = 1}};
  slow.to(at::TensorOptions(at::kCUDA));
  CHECK(failure([&] {
          Tensor const x = images.to(at::kCUDA);
          run::recorded(slow, x, x, {.n_timesteps = 3},
                        [](run::Activity const& activity, Tensor const&) { return activity.outputs.sum(); });
        }) == "run.146");
}

// The published networks: sizes, numbers, and that every policy has an effect.
#include <dynvision/alexnet.hpp>
#include <dynvision/connections/depth_pointwise.hpp>
#include <dynvision/connections/full.hpp>
#include <dynvision/cordsnet.hpp>
#include <dynvision/cornet_rt.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/resnet.hpp>
#include <dynvision/run/compiled.hpp>

#include "io/failure.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using namespace laws;

namespace {

Tensor image(std::int64_t side, std::int64_t batch = 2) { return normal({batch, 3, side, side}, 5, at::kFloat); }

// Outputs over a few steps; every learned parameter must have an effect on them.
template <class Model> Tensor outputs_of(Model model, std::int64_t side, int n_timesteps = 6) {
  Tensor const outputs = run::unroll(model, image(side), {.n_timesteps = n_timesteps}).outputs;
  outputs.square().sum().backward();
  for (Parameter const& p : model.parameters()) {
    CAPTURE(p.name);
    if (p.learned) CHECK((p.tensor.grad().defined() && p.tensor.grad().abs().max().item<double>() > 0));
  }
  Tensor const compiled = run::compiled(model, image(side), {.n_timesteps = n_timesteps}).outputs;
  CHECK(distance(compiled, outputs) < 1e-5 * outputs.abs().max().item<double>());
  return outputs.detach();
}

Options seeded() { return {.input_dims = {3, 0, 0}, .t_recurrence = 2, .max_weight_init = 0.05, .seed = 3}; }
Options alexnet_numbers() {
  Options o = seeded();
  o.input_dims = {3, 0, 0};
  return o;
}

}  // namespace

TEST_CASE("as many parameters as the published networks", "[model]") {
  CHECK(count_learned(AlexNet<>{}.parameters()) == 61100840);
  CHECK(count_learned(ResNet18<>{}.parameters()) == 11689512);
  CHECK(count_learned(ResNet34<>{}.parameters()) == 21797672);
  CHECK(count_learned(ResNet50<>{}.parameters()) == 25557032);
  CHECK(count_learned(ResNet101<>{}.parameters()) == 44549160);
  CHECK(count_learned(ResNet152<>{}.parameters()) == 60192808);
  // table 6 of He et al.: 0.27, 0.46, 0.66, 0.85, 1.7, 19.4 million
  CHECK(count_learned(ResNet20<>{}.parameters()) == 272474);
  CHECK(count_learned(ResNet32<>{}.parameters()) == 466906);
  CHECK(count_learned(ResNet44<>{}.parameters()) == 661338);
  CHECK(count_learned(ResNet56<>{}.parameters()) == 855770);
  CHECK(count_learned(ResNet110<>{}.parameters()) == 1730714);
  CHECK(count_learned(ResNet1202<>{}.parameters()) == 19424026);
}

TEST_CASE("depth and names of a ResNet", "[model]") {
  STATIC_CHECK(ResNet18<>::model_name == "ResNet18");
  STATIC_CHECK(ResNet1202<>::model_name == "ResNet1202");
  STATIC_CHECK(std::is_same_v<ResNet34<>, ResNet<34>>);
  CHECK(ResNet50<>::published().n_classes == 1000);
  CHECK(ResNet56<>::published().n_classes == 10);
}

TEST_CASE("numbers of CORnet-RT and CordsNet are the published ones", "[model]") {
  Options const o = CorNetRT<>::published();
  CHECK(o.n_classes == 1000);
  CHECK(o.t_recurrence == 2);
  CorNetRT<> cornet({.n_classes = 7});
  CHECK(cornet.options.n_classes == 7);
  CHECK(cornet.options.t_feedforward == 2);
  CHECK(cornet.n_residual_timesteps() == 0);  // there is an output from the first step on
  CHECK(parameter(cornet, "V1.recurrence.weight").item<double>() == 1);

  CordsNet<> cordsnet({.n_classes = 5, .input_dims = {3, 32, 32}});
  CHECK(parameter(cordsnet, "tau_layer3").item<double>() == 10);
  CHECK(cordsnet.options.t_skip == 2);
  CHECK(cordsnet.n_residual_timesteps() == 0);
  CHECK(CordsNet<>::published().input_dims == std::array<int, 3>{3, 224, 224});
  // the numbers of a single layer are the user's
  CorNetRT<> slow_end({.layers = {{"IT", {.t_feedforward = 6}}}});
  CHECK(slow_end.n_residual_timesteps() == 3);
}

TEST_CASE("CORnet-RT: every policy has an effect", "[model]") {
  Options const n{.n_classes = 10, .input_dims = {3, 32, 32}, .max_weight_init = 0.05, .seed = 3};
  Tensor const published = outputs_of(CorNetRT<>(n), 32);
  CHECK(distance(outputs_of(CorNetRT<NoRecurrence>(n), 32), published) > 1e-6);
  CHECK(distance(outputs_of(CorNetRT<Self, ToOutput>(n), 32), published) > 1e-6);
  CHECK(distance(outputs_of(CorNetRT<Full>(n), 32), published) > 1e-6);
  CHECK(distance(outputs_of(CorNetRT<Full, ToInput>(n), 32), published) > 1e-6);
  CHECK(distance(outputs_of(CorNetRT<Self, Multiplicative>(n), 32), published) > 1e-6);
  CHECK(distance(outputs_of(CorNetRT<Self, Euler>(n), 32), published) > 1e-6);
  CHECK(distance(outputs_of(CorNetRT<Self, Tanh>(n), 32), published) > 1e-6);
  CHECK(distance(outputs_of(CorNetRT<Self, Skip<>>(n), 32), published) > 1e-9);
  Options back = n;
  back.t_feedback = 2;
  CHECK(distance(outputs_of(CorNetRT<Self, Feedback<>>(back), 32, 6), outputs_of(CorNetRT<>(n), 32, 6)) > 1e-9);
}

TEST_CASE("CordsNet: every policy has an effect", "[model]") {
  Options const n{.n_classes = 10, .input_dims = {3, 16, 16}, .seed = 3};
  Tensor const published = outputs_of(CordsNet<>(n), 16, 10);
  CHECK(distance(outputs_of(CordsNet<NoRecurrence>(n), 16, 10), published) > 1e-7);
  CHECK(distance(outputs_of(CordsNet<Self>(n), 16, 10), published) > 1e-7);
  CHECK(distance(outputs_of(CordsNet<Full, ToInput>(n), 16, 10), published) > 1e-7);
  CHECK(distance(outputs_of(CordsNet<Full, RungeKutta4>(n), 16, 10), published) > 1e-7);
  CHECK(distance(outputs_of(CordsNet<Full, Skip<Multiplicative>>(n), 16, 10), published) > 1e-7);
  CHECK(distance(outputs_of(CordsNet<Full, NoSolver>(n), 16, 10), published) > 1e-7);
}

TEST_CASE("AlexNet and ResNet: without policies no time, with them a recurrent network", "[model]") {
  Tensor const still = outputs_of(AlexNet<>(alexnet_numbers()), 63, 3);
  CHECK(distance(still.select(1, 0), still.select(1, 2)) == 0);
  Tensor const recurrent = outputs_of(AlexNet<Full>(alexnet_numbers()), 63, 3);
  CHECK(distance(recurrent.select(1, 0), recurrent.select(1, 2)) > 1e-7);
  Tensor const slow = outputs_of(AlexNet<NoRecurrence, Euler>(alexnet_numbers()), 63, 3);
  CHECK(distance(slow.select(1, 0), slow.select(1, 2)) > 1e-7);
  CHECK(distance(outputs_of(AlexNet<DepthPointwise, ToInput>(alexnet_numbers()), 63, 3), still) > 1e-7);

  Tensor const residual = outputs_of(ResNet20<>(seeded()), 32, 3);
  CHECK(distance(residual.select(1, 0), residual.select(1, 2)) == 0);
  CHECK(distance(outputs_of(ResNet20<Full>(seeded()), 32, 3), residual) > 1e-7);
  CHECK(distance(outputs_of(ResNet20<DepthPointwise, ToInput>(seeded()), 32, 3), residual) > 1e-7);
  CHECK(distance(outputs_of(ResNet20<Self, RungeKutta4>(seeded()), 32, 3), residual) > 1e-7);
}

TEST_CASE("bad numbers and images", "[model]") {
  CHECK(failure([] { CorNetRT<>({.n_classes = 0}); }) == "model.121");
  CHECK(failure([] { CordsNet<>({.n_classes = -3, .input_dims = {3, 32, 32}}); }) == "model.121");
  CHECK(failure([] { CordsNet<>({.n_classes = 3, .input_dims = {3, 0, 0}}); }) == "model.114");
  CHECK(failure([] { ResNet20<>({.n_classes = 0}); }) == "model.121");
  AlexNet<> alexnet(alexnet_numbers());
  CHECK(message([&] { run::unroll(alexnet, image(62)); }) ==
        "[dynvision.run.103] image too small: nothing is left of 2x2 after \"pool\" of layer layer5: expected an image "
        "of at least 63x63");
  CHECK(message([] { AlexNet<>({.input_dims = {3, 32, 32}}); }).ends_with("at least 63x63"));
}

TEST_CASE("a model that is trained: batch statistics, silent units, and nothing of it in a validation", "[model]") {
  ResNet20<> resnet(seeded());
  Tensor const x = image(32, 4);
  auto const mean = [&] { return parameter(resnet, "layer2.0.bn1.running_mean").clone(); };
  Tensor const before = mean();
  Tensor const published = run::unroll(resnet, x).outputs;
  CHECK(distance(mean(), before) == 0);
  resnet.train();
  CHECK(distance(run::unroll(resnet, x).outputs, published) > 1e-3);
  Tensor const after = mean();
  CHECK(distance(after, before) > 0);
  {
    at::AutoGradMode const no_gradient(false);
    run::unroll(resnet, x);
  }
  CHECK(distance(mean(), after) == 0);
  resnet.train(false);
  run::unroll(resnet, x);
  CHECK(distance(mean(), after) == 0);

  AlexNet<> alexnet(alexnet_numbers());
  alexnet.train();
  Tensor const outputs = run::unroll(alexnet, image(63), {.n_timesteps = 2}).outputs;
  CHECK(distance(outputs.select(1, 0), outputs.select(1, 1)) > 0);
  Tensor const compiled = run::compiled(alexnet, image(63), {.n_timesteps = 2}).outputs;
  CHECK(distance(compiled.select(1, 0), compiled.select(1, 1)) > 0);
}

TEST_CASE("to another dtype", "[model]") {
  CorNetRT<> model({.n_classes = 4, .seed = 1});
  model.to(at::TensorOptions(at::kDouble));
  CHECK(run::unroll(model, image(32).to(at::kDouble), {.n_timesteps = 3}).outputs.scalar_type() == at::kDouble);
}

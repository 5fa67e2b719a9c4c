// covers: run/input_check.hpp
// What a run asks of autograd, and leaves behind: memory that is given back, runs without gradient and in inference mode,
// gradients that one path does not have.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/compiled.hpp>

#include <c10/core/Allocator.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

namespace {

constexpr auto by_unroll = [](auto&&... all) { return run::unroll(all...); };
constexpr auto by_compiled = [](auto&&... all) { return run::compiled(all...); };

Options small() { return {.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1}; }
run::Settings recorded(std::int64_t samples_at_once = 0, int checkpoint_timesteps = 0) {
  return {.n_timesteps = 6,
          .record = true,
          .monitor = {"tstep"},
          .checkpoint_timesteps = checkpoint_timesteps,
          .samples_at_once = samples_at_once};
}

// The memory of signals, watched without keeping it.
class Watched {
  std::vector<c10::weak_intrusive_ptr<c10::StorageImpl>> all_;

 public:
  void add(run::Activity const& activity) {
    for (auto const* traces : {&activity.responses, &activity.monitored}) {
      for (run::Trace const& trace : *traces) {
        for (Signal const& x : trace.steps) {
          if (x.defined()) all_.emplace_back(x.storage().getWeakStorageImpl());
        }
      }
    }
    all_.emplace_back(activity.outputs.storage().getWeakStorageImpl());
  }
  std::size_t size() const { return all_.size(); }
  int alive() const {
    int n = 0;
    for (auto const& one : all_) n += !one.expired();
    return n;
  }
};

// Bytes of the CPU that tensors of this thread hold, from its construction on.
class Held : public c10::MemoryReportingInfoBase {
 public:
  std::int64_t bytes = 0;
  void reportMemoryUsage(void*, std::int64_t size, std::size_t, std::size_t, c10::Device) override { bytes += size; }
  bool memoryProfilingEnabled() const override { return true; }
};

template <class Path> void check_given_back(Path const& path, run::Settings const& settings) {
  DyRCNNx2<> model(small());
  Tensor const images = randn({3, 1, 8, 8});
  Watched watched;
  auto const held = std::make_shared<Held>();
  c10::DebugInfoGuard const reports(c10::DebugInfoKind::PROFILER_STATE, held);
  std::int64_t early = 0;
  for (int i = 0; i < 20; ++i) {
    run::Activity const activity = path(model, images, settings);
    watched.add(activity);
    Tensor const loss = activity.outputs.sum().add(activity.response("layer1").stacked().sum());
    if (i % 3 == 1) loss.backward();
    if (i % 3 == 2) loss.backward({}, true), loss.backward({}, true);  // retain_graph
    CHECK(watched.alive() > 0);
    if (i == 5) early = held->bytes;
  }
  REQUIRE(early > 0);
  REQUIRE(watched.size() > 20 * 12);
  CHECK(watched.alive() == 0);
  CHECK(held->bytes <= early);  // gradients of parameters, and one run
}

}  // namespace

TEST_CASE("a run gives back its memory when its results are gone, with backward or without", "[run]") {
  check_given_back(by_unroll, recorded());
  check_given_back(by_compiled, recorded());
  check_given_back(by_compiled, recorded(2));
  check_given_back(by_compiled, recorded(0, 2));
  check_given_back(by_compiled, recorded(2, 100));
}

TEST_CASE("what is left of a run's results can be differentiated", "[run]") {
  DyRCNNx2<> model(small());
  Tensor const images = randn({2, 1, 8, 8});
  auto const gradient = [&](auto const& path, bool keep_all) {
    for (Parameter const& p : model.parameters()) p.tensor.mutable_grad() = Tensor{};
    Tensor loss;
    {
      run::Activity const activity = path(model, images, recorded());
      loss = activity.response("layer2").stacked().square().sum();
      if (keep_all) loss = loss.add(activity.outputs.sum().mul(0));
    }
    loss.backward();
    return model.parameters()[0].tensor.grad().clone();
  };
  Tensor const expected = gradient(by_unroll, false);
  double const size = expected.abs().max().item<double>();
  REQUIRE(size > 0);
  CHECK(gradient(by_compiled, false).sub(expected).abs().max().item<double>() <= 1e-5 * size);
  CHECK(gradient(by_compiled, true).sub(expected).abs().max().item<double>() <= 1e-5 * size);
}

TEST_CASE("runs without gradient, and in inference mode", "[run]") {
  struct Driven : Model<Layer<"V1", Conv<1, 4, 3>, Recur<Full<4, 3>>, AddInput, Evolve<Euler>, Relu, Record, Delay>> {
    using Model::Model;
  };
  Options const options = small();
  Driven model(options);
  Tensor const images = randn({2, 1, 8, 8}), current = randn({2, 6, 4, 8, 8});
  auto const compare = [&](Driven& net, Tensor const& shown, Tensor const& external) {
    run::Settings settings = recorded();
    settings.external = {{"V1", external}};
    run::Activity const expected = run::unroll(net, shown, settings), found = run::compiled(net, shown, settings);
    CHECK(found.outputs.sub(expected.outputs).abs().max().item<double>() < 1e-5);
    CHECK(found.response("V1").stacked().sub(expected.response("V1").stacked()).abs().max().item<double>() < 1e-5);
  };
  auto const with_gradient = [&](auto const& path, Driven& net, Tensor const& shown, Tensor const& external) {
    return failure([&] { path(net, shown, run::Settings{.n_timesteps = 6, .external = {{"V1", external}}}); });
  };
  Tensor made, made_current;
  std::unique_ptr<Driven> made_model;
  {
    c10::InferenceMode const inference;
    made = images.clone(), made_current = current.clone();
    made_model = std::make_unique<Driven>(options);
    compare(model, images, current);
    compare(model, made, made_current);
    compare(*made_model, made, current);
  }
  REQUIRE(made.is_inference());
  {
    at::AutoGradMode const no_gradient(false);
    compare(model, images, current);
    compare(model, made, current);
    compare(model, images, made_current);
    compare(*made_model, images, current);
  }
  compare(model, images, current);
  CHECK(with_gradient(by_unroll, model, made, current) == "run.108");
  CHECK(with_gradient(by_compiled, model, made, current) == "run.108");
  CHECK(with_gradient(by_unroll, model, images, made_current) == "run.108");
  CHECK(with_gradient(by_compiled, model, images, made_current) == "run.108");
  CHECK(with_gradient(by_unroll, *made_model, images, current) == "run.108");
  CHECK(with_gradient(by_compiled, *made_model, images, current) == "run.108");
  CHECK(with_gradient(by_compiled, model, made.clone(), current) == "none");
  for (Parameter const& p : model.parameters()) p.tensor.set_requires_grad(false);
  compare(model, made, made_current);  // nothing learns
}

TEST_CASE("a gradient of a recorded response is refused where there is none", "[run]") {
  DyRCNNx2<> model(small());
  Tensor const images = randn({3, 1, 8, 8});
  auto const gradient = [&](auto const& path, run::Settings const& settings, auto const& ask) {
    return failure([&] {
      run::Activity const activity = path(model, images, settings);
      ask(activity);
      activity.outputs.sum().backward();
    });
  };
  auto const retain = [](run::Activity const& activity) { activity.response("layer2").steps[3].retain_grad(); };
  auto const hook = [](run::Activity const& activity) {
    activity.monitored[0].steps[2].register_hook([](Tensor const&) {});
  };
  auto const own = [](run::Activity const& activity) { activity.response("layer2").stacked().retain_grad(); };
  for (run::Settings const& settings : {recorded(), recorded(2), recorded(2, 100)}) {
    CHECK(gradient(by_compiled, settings, retain) == "run.148");
    CHECK(gradient(by_compiled, settings, hook) == "run.148");
    CHECK(gradient(by_compiled, settings, own) == "none");
    CHECK(gradient(by_compiled, settings, [](run::Activity const&) {}) == "none");
  }
  CHECK(gradient(by_unroll, recorded(), retain) == "none");
}

TEST_CASE("outputs that never have a signal depend on nothing, on both paths", "[run]") {
  DyRCNNx2<> model({.n_classes = 3, .input_dims = {1, 8, 8}, .t_feedforward = 6, .seed = 1});
  Tensor const images = randn({2, 1, 8, 8});
  int const first = 3;  // step of the first signal, by the skip connection
  auto const both = [&](auto&& run) {
    for (int const n : {1, first, first + 1}) {
      run::Activity const all = run(model, images, run::Settings{.n_timesteps = n, .record = n == first});
      INFO(n);
      CHECK(all.n_residual_timesteps == 6);
      CHECK(all.outputs.sizes() == at::IntArrayRef({2, n, 3}));
      CHECK(all.outputs.requires_grad() == (n > first));
      CHECK(all.outputs.eq(0).all().item<bool>() == (n <= first));
      // What is recorded before is differentiated all the same.
      if (n == first) CHECK(all.response("layer1").steps.back().requires_grad());
    }
  };
  both(by_unroll);
  both(by_compiled);
  run::Settings const grouped{.n_timesteps = first, .samples_at_once = 1};
  CHECK_FALSE(run::compiled(model, images, grouped).outputs.requires_grad());
}

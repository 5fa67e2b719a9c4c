// covers: run/features.hpp operations/linear.hpp operations/readout.hpp connections/fully_connected.hpp
// covers: run/compiled/stages/readout.hpp
// Models without places: (B,N) and (B,T,N) in and out, on both paths.
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/fully_connected.hpp>
#include <dynvision/connections/low_rank.hpp>
#include <dynvision/connections/masked.hpp>
#include <dynvision/operations/linear.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/readout.hpp>
#include <dynvision/run/plan.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/stepper.hpp>
#include <dynvision/run/trial.hpp>

#include <ATen/record_function.h>

#include "drawn_runs.hpp"
#include "io/failure.hpp"
#include "laws/alone.hpp"
#include "laws/gradient.hpp"
#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace property;

namespace {

struct E : Layer<"E", Linear<6, 8>, AddInput, Recur<FullyConnected<8>, Dale<>>, AddFeedback<"I">, Evolve<Euler>, Relu,
                 Record, Delay> {};
struct I : Layer<"I", Linear<8, 5>, Recur<FullyConnected<5>, Masked<NoAutapses>>, Evolve<Euler>, Relu, Record, Delay> {
};
struct Net : ModelWith<Readout<>, E, I> {
  using ModelWith::ModelWith;
};
Options const numbers{.n_classes = 3,
                      .input_dims = features(6),
                      .dt = 1,
                      .t_feedforward = 1,
                      .t_recurrence = 1,
                      .t_feedback = 2,
                      .max_weight_init = 0.5,
                      .seed = 5,
                      .dtype = at::kDouble};

template <class F> void both_paths(F const& f) {
  SECTION("reference") { f(by_unroll); }
  SECTION("compiled") {
    f([](auto&... all) { return dynvision::run::run(all...); });
  }
}

std::string refused(auto const& net, auto const& shown, run::Settings const& settings = {}) {
  std::string const reference = failure([&] { run::unroll(net, shown, settings); });
  std::string const compiled = failure([&] { run::run(net, shown, settings); });
  return reference == compiled ? reference : reference + " | " + compiled;
}

std::set<std::string> called;
std::unique_ptr<at::ObserverContext> note(at::RecordFunction const& function) {
  called.insert(function.name());
  return nullptr;
}

}  // namespace

TEST_CASE("features (B,T,N) are images of one place", "[run]") {
  Net net(numbers);
  Tensor const x = normal({4, 9, 6}, 1), input = normal({4, 9, 8}, 2);
  both_paths([&](auto const& path) {
    run::Settings settings{.record = true, .external = {{"E", input}}};
    run::Activity const activity = path(net, x, settings);
    run::Stimulus const images = run::present(x.view({4, 9, 6, 1, 1}));
    run::Settings with_images{.record = true, .external = {{"E", input.view({4, 9, 8, 1, 1})}}};
    run::Activity const expected = path(net, images, with_images);
    CHECK(activity.outputs.sizes().equals({4, 9, 3}));
    CHECK(distance(activity.outputs, expected.outputs) == 0);
    CHECK(activity.response("E").series().sizes().equals({4, 9, 8}));
    CHECK(distance(activity.response("E").series(), expected.response("E").stacked().flatten(2)) == 0);
    CHECK(activity.response("I").series().sizes().equals({4, 9, 5}));

    Tensor const still = normal({4, 6}, 3);
    run::Settings nine{.n_timesteps = 9};
    Tensor const repeated = still.unsqueeze(1).expand({4, 9, 6}).contiguous();
    run::Settings none{};
    CHECK(distance(path(net, still, nine).outputs, path(net, repeated, none).outputs) < 1e-14);
    run::Stimulus presented = run::present_features(still, 9);
    CHECK(distance(path(net, presented, none).outputs, path(net, still, nine).outputs) == 0);
  });
}

TEST_CASE("a model of features is its equation", "[run]") {
  Net net(numbers);
  Tensor const x = normal({2, 12, 6}, 1), input = normal({2, 12, 8}, 2);
  auto const p = [&](char const* name) { return parameter(net, name).detach(); };
  double const a = 1.0 / 5;  // dt/tau
  std::vector<Tensor> e, i, z;
  Tensor const Wee = p("E.recurrence.weight").abs().mul(p("E.recurrence.sign"));
  Tensor const Wii = p("I.recurrence.weight").mul(p("I.recurrence.mask"));
  for (int t = 0; t < 12; ++t) {
    auto const at = [&](std::vector<Tensor> const& r, int n) {
      return t >= n ? r[static_cast<std::size_t>(t - n)] : Tensor{};
    };
    auto const euler = [&](Tensor const& r, Tensor const& u) {
      return (r.defined() ? r.mul(1 - a).add(u, a) : u.mul(a)).relu();
    };
    Tensor ue = x.select(1, t).mm(p("E.linear.weight").t()).add(p("E.linear.bias")).add(input.select(1, t));
    if (Tensor const r = at(e, 1); r.defined()) ue = ue.add(r.mm(Wee.t())).add(p("E.recurrence.bias"));
    if (Tensor const r = at(i, 2); r.defined()) {
      ue = ue.add(r.mm(p("addfeedback_E.conv.weight").flatten(1).t())).add(p("addfeedback_E.conv.bias"));
    }
    Tensor const before = at(e, 1);  // t_feedforward: one step
    e.push_back(euler(at(e, 1), ue));
    Tensor ui;
    if (before.defined()) ui = before.mm(p("I.linear.weight").t()).add(p("I.linear.bias"));
    if (Tensor const r = at(i, 1); r.defined()) ui = ui.add(r.mm(Wii.t())).add(p("I.recurrence.bias"));
    i.push_back(ui.defined() ? euler(at(i, 1), ui) : Tensor{});
    Tensor const out = at(i, 1);
    z.push_back(out.defined() ? out.mm(p("readout.weight").t()).add(p("readout.bias"))
                              : zeros({2, 3}, at::TensorOptions(at::kDouble)));
  }
  both_paths([&](auto const& path) {
    run::Settings settings{.record = true, .external = {{"E", input}}};
    run::Activity const activity = path(net, x, settings);
    CHECK(distance(activity.response("E").series(), stack_along(e, 1)) < 1e-13);
    CHECK(distance(activity.outputs, stack_along(z, 1)) < 1e-13);
  });
}

TEST_CASE("gradients go through the doors of features", "[run]") {
  Net net(numbers);
  both_paths([&](auto const& path) {
    Tensor x = normal({2, 6, 6}, 1), input = normal({2, 1, 8}, 2);
    std::vector<Tensor> inputs{x, input};
    for (Parameter const& p : net.parameters()) {
      if (p.learned) inputs.push_back(p.tensor);
    }
    auto const f = [&] {
      run::Settings settings{.record = true, .external = {{"E", input}}};
      run::Activity const activity = path(net, x, settings);
      return cat({activity.outputs.flatten(), activity.response("E").series().flatten()}, 0);
    };
    CHECK(gradient_error(f, inputs) < 1e-6);
  });
}

TEST_CASE("a linear map of features is a matrix product, on both paths", "[run]") {
  // Of so many units that it is LibTorch's product: smaller ones are the library's own.
  ModelWith<NoHead, Layer<"E", Linear<6, 200>, Recur<FullyConnected<200>>, Evolve<Euler>, Relu, Record, Delay>> net(
      {.input_dims = features(6), .seed = 1});
  both_paths([&](auto const& path) {
    called.clear();
    at::CallbackHandle const handle =
        at::addThreadLocalCallback(at::RecordFunctionCallback(note).scopes({at::RecordScope::FUNCTION}));
    run::Settings settings{.record = true};
    Tensor const x = normal({4, 5, 6}, 1, at::kFloat);
    path(net, x, settings).response("E").series().sum().backward();
    at::removeCallback(handle);
    CHECK(called.count("aten::addmm") == 1);
    for (std::string const& name : called) CHECK(name.find("conv") == std::string::npos);
  });
}

TEST_CASE("steps, states, trials and plans of features", "[run]") {
  Net net(numbers);
  Tensor const x = normal({3, 10, 6}, 1);
  at::AutoGradMode const no_gradient(false);
  run::Activity const whole = run::unroll(net, x, {.record = true});
  run::Stepper stepper(net, {.record = true});
  for (int t = 0; t < 10; ++t) {
    CHECK(distance(stepper.step(x.select(1, t)), whole.outputs.select(1, t)) < 1e-13);
  }
  // a frame that is shown again, unchanged, stays on
  run::Stepper again(net, {});
  Tensor const still = x.select(1, 0).contiguous();
  for (int t = 0; t < 4; ++t) again.step(still);
  CHECK(again.state().frame_age == 3);

  Tensor const r0 = normal({3, 8}, 4).abs();
  run::State const start = run::initial_state(net, {{"E", r0}});
  CHECK(start.response("E").sizes().equals({3, 8, 1, 1}));
  CHECK(distance(run::run(net, x, {.start = start}).outputs, run::unroll(net, x, {.start = start}).outputs) < 1e-13);

  run::Trial const trial =
      run::make_trial(net, x.select(1, 0), zeros({3}, at::TensorOptions(at::kLong)), {.n_timesteps = 4});
  CHECK(trial.stimulus.frames.sizes().equals({3, 1, 6, 1, 1}));
  CHECK(trial.stimulus.n_timesteps() == 4 + net.n_residual_timesteps());
  CHECK(run::plan(net, {3, 6, 1, 1}, {.n_timesteps = 10}).forward_flops > 0);
}

TEST_CASE("features that do not fit are errors that speak of (B,T,N)", "[run]") {
  Net const net(numbers);
  CHECK(refused(net, normal({2, 5, 6}, 1)) == "none");
  CHECK(refused(net, normal({2, 6}, 1)) == "none");
  CHECK(refused(net, normal({2, 6, 1, 1}, 1)) == "none");
  CHECK(refused(net, normal({2, 5, 7}, 1)) == "run.101");
  CHECK(refused(net, normal({2, 7}, 1)) == "run.101");
  CHECK(refused(net, normal({2, 6, 4, 4}, 1)) == "run.102");
  CHECK(message([&] {
          run::run(net, normal({2, 5, 7}, 1));
        }).find("features (B,T,N) = 2x5x7: expected N = 6") != std::string::npos);
  CHECK(message([&] {
          run::run(net, normal({2, 6, 4, 4}, 1));
        }).find("expected (B,N) or (B,T,N)") != std::string::npos);
  CHECK(refused(net, normal({2, 5, 6}, 1), {.external = {{"E", normal({2, 5, 7}, 1)}}}) == "run.126");
  CHECK(message([&] {
          run::run(net, normal({2, 5, 6}, 1), {.external = {{"E", normal({2, 5, 7}, 1)}}});
        }).find("(B,T,N) = 2x5x7: expected 2xTx8") != std::string::npos);
  CHECK(refused(net, normal({2, 5, 6}, 1), {.external = {{"E", normal({2, 8}, 1)}}}) == "run.124");
  CHECK(failure([] { run::present_features(normal({2, 6, 1, 1}, 1)); }) == "run.182");
  CHECK(failure([] { run::present_features(Tensor{}); }) == "run.112");

  // a model that takes images of any size is told how it would be one of features
  ModelWith<NoHead, Layer<"E", Linear<6, 8>, Relu, Record>> any({.input_dims = {6, 0, 0}, .dtype = at::kDouble});
  CHECK(message([&] { run::run(any, normal({2, 5, 6}, 1)); }).find("has input_dims {6, 1, 1}") != std::string::npos);
  CHECK(failure([&] { run::run(any, normal({2, 6, 3, 3}, 1), {.record = true}).response("E").series(); }) == "run.181");
  CHECK(failure([] { Net wrong({.input_dims = features(7)}); }) == "model.104");
  CHECK(failure([] { Net wrong({.n_classes = 0, .input_dims = features(6)}); }) == "model.144");
  CHECK(failure([] { Net wrong({.input_dims = {6, 0, 0}}); }) == "model.145");
  STATIC_CHECK(Linear<6, 8, Through<1>>::fault == Fault::policy);
  STATIC_CHECK(Linear<6, -1>::fault == Fault::number);
  STATIC_CHECK(Linear<6, 8, Masked<>, LowRank<1>>::fault == Fault::parametrisation_order);
}

TEST_CASE("a readout of images is a linear map of all units", "[run]") {
  using Images = ModelWith<Readout<NoBias, As<"decoder">, Masked<Sparse<50>>>,
                           Layer<"V1", Conv<1, 3, 3>, Evolve<Euler>, Relu, Record, Delay, MaxPool<2, 2, 0>>>;
  Images net({.n_classes = 2, .input_dims = {1, 6, 4}, .seed = 3, .dtype = at::kDouble});
  CHECK(parameter(net, "decoder.weight").sizes().equals({2, 3 * 3 * 2}));
  Tensor const x = normal({2, 1, 6, 4}, 1);
  both_paths([&](auto const& path) {
    run::Settings settings{.n_timesteps = 4, .record = true};
    run::Activity const activity = path(net, x, settings);
    Tensor const w = parameter(net, "decoder.weight").mul(parameter(net, "decoder.mask"));
    Tensor const r = max_pool2d(activity.response("V1").steps[3], 2, 2, 0);
    CHECK(distance(activity.outputs.select(1, 3), r.flatten(1).mm(w.t())) < 1e-13);
    std::vector<Tensor> inputs{parameter(net, "decoder.weight"), parameter(net, "V1.conv.weight")};
    CHECK(gradient_error([&] { return path(net, x, settings).outputs; }, inputs) < 1e-6);
  });
}

// covers: run/start.hpp
// A run that goes on from a state: in pieces it gives what it gives as a whole.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/state.hpp>

#include "comparisons.hpp"
#include "io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <string>

using namespace property;

TEST_CASE("from an initial state without input a layer decays", "[run]") {
  struct V1 : Layer<"V1", Conv<2, 2, 3, 1, NoBias>, Evolve<Euler>, Record, Delay> {};
  Model<V1> net({.n_classes = 2, .input_dims = {2, 5, 5}, .dt = 1, .tau = 4, .t_feedforward = 3, .dtype = at::kDouble});
  Tensor const r0 = normal({2, 2, 5, 5}, 1, at::kDouble), images = zeros({2, 2, 5, 5}, r0.options());
  for (bool const compiled : {false, true}) {
    run::Settings settings{.n_timesteps = 6, .record = true, .start = run::initial_state(net, {{"V1", r0}})};
    run::Activity const activity = compiled ? run::compiled(net, images, settings) : run::unroll(net, images, settings);
    run::Trace const& response = activity.response("V1");
    for (int t = 0; t < 6; ++t) {  // r(t + dt) = (1 - dt/tau) r(t)
      Tensor const expected = r0.mul(std::pow(0.75, t + 1));
      CHECK(relative_distance(expected, response.steps[static_cast<std::size_t>(t)]) < 1e-12);
      CHECK(activity.time(t) == settings.start.step + t);  // dt = 1 ms
    }
    // The head sees what was before for as long as the delay is: 3 steps of r0.
    CHECK(activity.outputs.select(1, 0).equal(activity.outputs.select(1, 2)));
    CHECK_FALSE(activity.outputs.select(1, 2).equal(activity.outputs.select(1, 3)));
  }
}

TEST_CASE("the initial state has a gradient, or none", "[run]") {
  DyRCNNx2<> net({.n_classes = 3, .input_dims = {1, 8, 8}, .seed = 1});
  Tensor const images = normal({3, 1, 8, 8}, 1, at::kFloat);
  run::State const state = run::run(net, images, {.n_timesteps = 4, .keep_state = true}).state;
  std::vector<Tensor> gradients;
  for (bool const compiled : {false, true}) {
    Tensor const r0 = state.response("layer1").detach().clone().set_requires_grad(true);
    run::Settings const settings{.n_timesteps = 5, .start = run::initial_state(net, {{"layer1", r0}})};
    run::Activity const activity = compiled ? run::compiled(net, images, settings) : run::unroll(net, images, settings);
    activity.outputs.square().sum().backward();
    gradients.push_back(r0.grad());
  }
  CHECK(gradients[0].abs().max().item<double>() > 0);
  CHECK(relative_distance(gradients[0], gradients[1]) < 2e-5);
  CHECK(state.layer("layer1").past.back().requires_grad());
  CHECK_FALSE(state.detached().layer("layer1").past.back().requires_grad());
}

TEST_CASE("states that do not fit are refused", "[run]") {
  Options const options{.n_classes = 3, .input_dims = {1, 8, 8}, .dt = 2, .t_recurrence = 6, .seed = 1};
  DyRCNNx2<> net(options);
  Tensor const images = normal({2, 1, 8, 8}, 1, at::kFloat);
  run::Activity const activity = run::run(net, images, {.n_timesteps = 4, .keep_state = true});
  run::State const& state = activity.state;
  CHECK(state.step == 4);
  CHECK(failure([&] { state.layer("layer3"); }) == "run.153");
  CHECK(message([&] { state.layer("layer3"); }).find("layer1") != std::string::npos);
  CHECK(failure([] { run::State{}.layer("V1"); }) == "run.153");
  CHECK(failure([&] { run::initial_state(net, {{"V1", images}}); }) == "run.154");

  auto const refused = [&](auto const& of, Tensor const& shown, auto const& change) {
    run::State changed = state;
    change(changed);
    run::Settings const settings{.n_timesteps = 2, .start = changed};
    std::string const by_unroll = failure([&] { run::unroll(of, shown, settings); });
    CHECK(by_unroll == failure([&] { run::compiled(of, shown, settings); }));
    return by_unroll;
  };
  auto const as_it_is = [](run::State&) {};
  CHECK(refused(net, images, as_it_is) == "none");
  CHECK(refused(net, images, [](run::State& s) { s.dt = 1; }) == "run.155");
  CHECK(refused(net, images, [](run::State& s) { s.layers.pop_back(); }) == "run.156");
  CHECK(refused(net, images, [](run::State& s) { s.layers[0].layer = "V1"; }) == "run.156");
  CHECK(refused(net, images, [](run::State& s) { s.layers[0].past.pop_back(); }) == "run.157");
  DyRCNNx2<> slower([&] {
    Options other = options;
    other.t_recurrence = 12;
    return other;
  }());
  CHECK(refused(slower, images, as_it_is) == "run.157");
  CHECK(refused(net, normal({3, 1, 8, 8}, 1, at::kFloat), as_it_is) == "run.158");
  CHECK(refused(net, images, [](run::State& s) {
          for (Signal& r : s.layers[0].past) r = r.defined() ? r.to(at::kDouble) : r;
        }) == "run.159");
}

TEST_CASE("a run in pieces is the run", "[run][property]") {
  each_seed(
      1, [](std::uint64_t seed) { compare_pieces<rich::Net>(seed, at::kDouble, 1e-10); }, 40);
  each_seed(
      1000, [](std::uint64_t seed) { compare_pieces<deep::Net>(seed, at::kDouble, 1e-10); }, 30);
  each_seed(
      3000, [](std::uint64_t seed) { compare_pieces<odd::Net>(seed, at::kDouble, 1e-10); }, 40);
  each_seed(
      4000, [](std::uint64_t seed) { compare_pieces<orders::Net>(seed, at::kDouble, 1e-10); }, 40);
  each_seed(
      8000, [](std::uint64_t seed) { compare_pieces<evaluated::Net>(seed, at::kDouble, 1e-10); }, 20);
  each_seed(
      12000, [](std::uint64_t seed) { compare_pieces<between::Net>(seed, at::kDouble, 1e-10); }, 40);
  each_seed(
      13000, [](std::uint64_t seed) { compare_pieces<early::Net>(seed, at::kDouble, 1e-10); }, 30);
  for (std::uint64_t seed = 5000; seed < 5010; ++seed) compare_pieces<rich::Net>(seed, at::kFloat, 2e-5);
}

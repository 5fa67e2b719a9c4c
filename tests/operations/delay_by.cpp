// Feedforward delays between steps: when a signal is handed on, what the model knows of it, what is refused.
#include <dynvision/analysis/diagram.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/model/clamp_delays.hpp>
#include <dynvision/operations/delay_by.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/trial.hpp>

#include "io/failure.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace dynvision;
using namespace laws;

namespace {

using Forward = Conv<1, 1, 1, 1, NoBias>;
template <class Hands> struct A : Layer<"A", Forward, Record, Hands> {};
template <class Hands> struct B : Layer<"B", Forward, Record, Hands> {};
template <class Hands> struct C : Layer<"C", Forward, Record, Hands> {};
template <class Hands> using Chain = Model<A<Hands>, B<Hands>, C<Hands>>;

Options chain_options(double dt, double of_a, double of_b) {  // [ms]
  Options options{.n_classes = 1, .input_dims = {1, 1, 1}, .dt = dt, .dtype = at::kDouble};
  options.layers = {{"A", {.t_feedforward = of_a}}, {"B", {.t_feedforward = of_b}}, {"C", {.t_feedforward = of_b}}};
  return options;
}
template <class Net> Net chain(Options const& options) {
  Net net(options);
  for (std::string const name : {"A", "B", "C"}) set_parameter(net, name + ".conv.weight", 1);
  return net;
}

std::vector<double> response(run::Activity const& activity, std::string const& layer) {
  std::vector<double> all;
  for (Signal const& r : activity.response(layer).steps) all.push_back(r.defined() ? r.item<double>() : 0);
  return all;
}
bool same(std::vector<double> const& a, std::vector<double> const& b) {
  bool all = a.size() == b.size();
  for (std::size_t i = 0; all && i < a.size(); ++i) all = std::abs(a[i] - b[i]) < 1e-12;
  return all;
}

}  // namespace

TEST_CASE("an impulse is handed on when the arithmetic says", "[operations][delays]") {
  run::Stimulus impulse{ones({1, 1, 1, 1, 1}, at::TensorOptions(at::kDouble)), std::vector<int>(8, run::nothing)};
  impulse.shown[0] = 0;
  auto const check = [&](auto const& net) {
    for (bool const by_unroll : {true, false}) {
      run::Activity const activity =
          by_unroll ? run::unroll(net, impulse, {.record = true}) : run::run(net, impulse, {.record = true});
      CHECK(same(response(activity, "A"), {1, 0, 0, 0, 0, 0, 0, 0}));
      CHECK(same(response(activity, "B"), {0, 0.75, 0.25, 0, 0, 0, 0, 0}));    // after 1.25 steps
      CHECK(same(response(activity, "C"), {0, 0.3, 0.55, 0.15, 0, 0, 0, 0}));  // and 0.6 more
    }
  };
  for (double const dt : {2.0, 1.0, 0.1}) {
    INFO("dt = " << dt);
    Options const options = chain_options(dt, 1.25 * dt, 0.6 * dt);
    check(chain<Chain<DelayBy<Interpolated>>>(options));
    check(chain<Chain<DelayBy<LearnedDelay<>>>>(options));
    check(chain<Chain<DelayBy<LearnedDelay<Feature>>>>(options));
  }
}

TEST_CASE("residual steps are those until something arrives: floors of the delays", "[operations][delays]") {
  using Net = Chain<DelayBy<LearnedDelay<>>>;
  Net net = chain<Net>(chain_options(2, 2.5, 5));  // 1.25 and 2.5 steps
  CHECK(net.n_residual_timesteps() == 1 + 2 + 2);
  Tensor const images = ones({1, 1, 1, 1}, at::TensorOptions(at::kDouble));
  run::Trial const trial = run::make_trial(net, images, zeros({1}, at::TensorOptions(at::kLong)), {.n_timesteps = 3});
  run::Activity const activity = run::run(net, trial.stimulus, {.monitor = {"delay"}});
  CHECK(activity.n_residual_timesteps == 5);
  int first = 0;
  for (auto const& trace : activity.monitored) {
    if (trace.layer != "C") continue;
    while (!trace.steps[static_cast<std::size_t>(first)].defined()) ++first;
  }
  CHECK(first == 5);
  Facts const facts = facts_of(net);
  CHECK(facts.first_output == 5);
  CHECK(summary(net).find("2.5 ms") != std::string::npos);
  CHECK(diagram(net).dot.find("2.5 ms") != std::string::npos);

  set_parameter(net, "B.feedforward.delay", 2);  // what has been learned counts
  CHECK(net.n_residual_timesteps() == 1 + 1 + 2);
}

TEST_CASE("what a feedforward delay is called, and may be", "[operations][delays]") {
  using Net = Chain<DelayBy<LearnedDelay<>>>;
  Net net = chain<Net>(chain_options(2, 0, 3));
  std::vector<std::string> delays;
  for (Parameter const& p : net.parameters()) {
    if (p.name.ends_with("delay")) delays.push_back(p.name);
  }
  CHECK(delays == std::vector<std::string>{"A.feedforward.delay", "B.feedforward.delay", "C.feedforward.delay"});
  CHECK(net.memory == std::vector<int>{4, 5, 5});  // up to 2 and 3 steps, one more, and this one

  Tensor const images = ones({1, 1, 1, 1}, at::TensorOptions(at::kDouble));
  auto const run = [&] { run::run(net, images, {.n_timesteps = 3}); };
  CHECK(failure(run) == "none");
  set_parameter(net, "A.feedforward.delay", -0.5);
  CHECK(message(run) ==
        "[dynvision.dynamics.107] the learned t_feedforward of A = -0.5 ms: expected 0 to 4 ms, the range that it was "
        "made for (longest_delay); the nearest is 0 ms, which clamp_delays(model) gives it");
  clamp_delays(net);
  CHECK(failure(run) == "none");

  CHECK(failure([&] { chain<Net>(chain_options(2, -1, 3)); }) == "dynamics.105");
  CHECK(message([&] { chain<Chain<Delay>>(chain_options(2, 2, 3)); }) ==
        "[dynvision.dynamics.104] t_feedforward of B = 3 ms is no multiple of dt = 2 ms: expected 2 or 4 ms, or "
        "DelayBy<Interpolated> in place of Delay");
}

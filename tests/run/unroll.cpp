// covers: run/activity.hpp run/monitors.hpp run/settings.hpp run/channels_last.hpp, run/input_check.hpp
// What a run does around the time steps: idle steps, truncation, frames, monitors, its errors.
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/losses/weighted_sum.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/channels_last.hpp>
#include <dynvision/run/unroll.hpp>

#include "io/failure.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace laws;

namespace {

Options in_double(int channels) {
  Options options;
  options.dtype = at::kDouble;
  options.input_dims = {channels, 0, 0};
  options.n_classes = 2;
  options.seed = 5;
  return options;
}

struct V1 : Layer<"V1", Conv<image_channels, 3, 3>, Recur<Full<3>>, AddInput, Evolve<Euler>, Tanh, Record, Delay,
                  MaxPool<2, 2, 0>> {};
struct V2 : Layer<"V2", Conv<3, 4, 3>, Recur<Self<4>>, AddSkip<"V1">, Evolve<Euler>, Tanh, Record, Delay> {};
struct Net : Model<V1, V2> {
  Net(Options options) : Model<V1, V2>(std::move(options)) {}
};
Net net_of(Options options) {
  Net net{std::move(options)};
  randomise_model(net, 3);
  return net;
}

// One unit after another, without dynamics: output(t) = product of the weights * frame(t - delays).
template <Name N> struct Link : Layer<N, Conv<1, 1, 1, 1, NoBias>, Record, Delay> {};
struct Chain : Model<Link<"A">, Link<"B">, Link<"C">> {
  Chain(Options options) : Model<Link<"A">, Link<"B">, Link<"C">>(std::move(options)) {}
};
Chain chain_of(std::array<int, 3> delays) {
  Options options = in_double(1);
  options.n_classes = 1;
  options.layers = {{"A", {.t_feedforward = 2.0 * delays[0]}},
                    {"B", {.t_feedforward = 2.0 * delays[1]}},
                    {"C", {.t_feedforward = 2.0 * delays[2]}}};
  Chain chain{options};
  for (auto const& [name, value] : {std::pair{"A", 2.0}, {"B", 3.0}, {"C", 5.0}})
    set_parameter(chain, std::string(name) + ".conv.weight", value);
  set_parameter(chain, "classifier.2.weight", 1);
  return chain;
}

struct Fade : Layer<"Fade", InputAdaption, Record, Delay> {};
struct Fading : ModelWith<NoHead, Fade> {
  Fading(Options options) : ModelWith<NoHead, Fade>(std::move(options)) {}
};

using Numbers = std::vector<double>;

Tensor gradient_of(Tensor const& x) {
  return x.grad().defined() ? x.grad() : zeros(x.sizes(), x.options().requires_grad(false));
}

}  // namespace

TEST_CASE("outputs (B,T,K), zero before a signal arrives, without the bias", "[run]") {
  Options options = in_double(3);
  options.t_feedforward = 4;
  options.t_skip = 8;
  Net net = net_of(options);
  auto const activity = run::unroll(net, normal({2, 3, 6, 6}, 1), {.n_timesteps = 7, .record = true});
  CHECK(activity.outputs.sizes().equals({2, 7, 2}));
  CHECK(activity.outputs.narrow(1, 0, 4).abs().max().item<double>() == 0);
  CHECK(activity.outputs.narrow(1, 4, 3).abs().min().item<double>() > 0);
  CHECK(activity.response("V2").present() == std::vector<bool>{false, false, true, true, true, true, true});
  Tensor const stacked = activity.response("V2").stacked();
  CHECK(stacked.sizes().equals({2, 7, 4, 3, 3}));
  CHECK(stacked.narrow(1, 0, 2).abs().max().item<double>() == 0);
}

// decisions 6: a path longer than k steps never carries gradient
TEST_CASE("truncation cuts every state exactly after each k-th step", "[run]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Dice dice(seed);
    std::array<int, 3> const delays{dice.between(0, 3), dice.between(0, 3), dice.between(0, 3)};
    int const total = delays[0] + delays[1] + delays[2], T = 14, k = dice.between(0, 7), idle = dice.between(0, 3);
    CAPTURE(seed, delays, k, idle);
    Chain chain = chain_of(delays);
    Tensor const film = normal({1, T, 1, 1, 1}, seed).set_requires_grad(true);
    for (int t = 0; t < T; ++t) {
      CAPTURE(t);
      film.mutable_grad() = Tensor{};
      Tensor const out =
          run::unroll(chain, film, {.idle_timesteps = idle, .truncated_bptt_timesteps = k}).outputs.select(1, t).sum();
      int const source = t - total;  // the frame that is seen now
      double const value = source >= 0 ? 30 * film.detach().select(1, source).item<double>() : 0;
      CHECK(std::abs(out.item<double>() - value) < 1e-12);
      Numbers expected(static_cast<std::size_t>(T), 0);
      bool const cut = k > 0 && source / k != t / k;
      if (source >= 0 && !cut) expected[static_cast<std::size_t>(source)] = 30;
      if (out.requires_grad()) out.backward();
      CHECK(distance(gradient_of(film).flatten(), row(expected)) < 1e-12);
    }
  }
}

// The solver's state is the layer's, so it is cut with it.
TEST_CASE("truncation after every step leaves the gradient of a single step", "[run]") {
  Options options = in_double(3);
  options.train_tau = true;
  options.t_recurrence = 2;
  Net net = net_of(options);
  Tensor const images = normal({2, 3, 4, 4}, 1);
  auto const tau_gradient = [&](int k) {
    Tensor tau = parameter(net, "tau_V1");
    tau.mutable_grad() = Tensor{};
    run::unroll(net, images, {.n_timesteps = 4, .truncated_bptt_timesteps = k}).outputs.select(1, 3).sum().backward();
    return tau.grad().clone();
  };
  CHECK(distance(tau_gradient(0), tau_gradient(4)) == 0);
  CHECK(distance(tau_gradient(0), tau_gradient(7)) == 0);
  CHECK(distance(tau_gradient(0), tau_gradient(3)) > 1e-6);
  CHECK(distance(tau_gradient(3), tau_gradient(1)) == 0);  // the last step starts from a detached state in both
  CHECK(distance(tau_gradient(2), tau_gradient(1)) > 1e-6);
}

TEST_CASE("truncation does not change what is computed", "[run]") {
  Net net = net_of(in_double(3));
  Tensor const images = normal({2, 3, 6, 6}, 1);
  CHECK(distance(run::unroll(net, images, {.n_timesteps = 6}).outputs,
                 run::unroll(net, images, {.n_timesteps = 6, .truncated_bptt_timesteps = 2}).outputs) == 0);
}

TEST_CASE("idle steps are blanks before, without record and without gradient", "[run]") {
  Options options = in_double(3);
  options.t_recurrence = 4;
  Net net = net_of(options);
  Tensor const images = normal({2, 3, 6, 6}, 1);
  int const n = 5, T = 4;
  run::Stimulus before = run::present(images, n + T, 0.3);
  for (int t = 0; t < n; ++t) before.shown[static_cast<std::size_t>(t)] = run::blank;
  auto const idle = run::unroll(net, run::present(images, T, 0.3), {.idle_timesteps = n, .record = true});
  // truncated after n steps only: the second cut, after 2 n, comes after the end
  auto const shown = run::unroll(net, before, {.truncated_bptt_timesteps = n, .record = true});
  CHECK(idle.outputs.size(1) == T);
  CHECK(distance(idle.outputs, shown.outputs.narrow(1, n, T)) == 0);
  CHECK(idle.response("V1").steps.size() == static_cast<std::size_t>(T));
  Tensor weight = parameter(net, "V1.conv.weight");
  idle.outputs.sum().backward();
  Tensor const first = weight.grad().clone();
  weight.mutable_grad() = Tensor{};
  shown.outputs.narrow(1, n, T).sum().backward();
  CHECK(distance(first, weight.grad()) < 1e-12);
}

TEST_CASE("idle steps do not count in the activity loss", "[run]") {
  Net net = net_of(in_double(3));
  Tensor const images = normal({2, 3, 6, 6}, 1);
  ActivityLoss const loss{.monitors = {{"tstep"}, {"V1.nonlin", ActivityMode::signed_mean}}};
  run::Settings settings{.idle_timesteps = 7, .monitor = loss.monitored()};
  auto const activity = run::unroll(net, run::present(images, 3), settings);
  double expected = 0;
  REQUIRE(activity.monitored.size() == 3);
  for (run::Trace const& trace : activity.monitored) {
    REQUIRE(trace.steps.size() == 3);
    for (Signal const& a : trace.steps) {
      expected += (trace.operation == "tstep" ? a.abs().mean() : a.mean({1, 2, 3}).abs().mean()).item<double>();
    }
  }
  CHECK(std::abs(loss(activity.monitored).item<double>() - expected / 9) < 1e-14);
  // the idle steps have left their trace in the states, not in the mean
  settings.idle_timesteps = 0;
  CHECK(distance(loss(run::unroll(net, run::present(images, 3), settings).monitored), loss(activity.monitored)) > 1e-6);
}

// decisions 4
TEST_CASE("adaption follows what is shown now, also after idle steps", "[run]") {
  Options options = in_double(1);
  options.input_adaption_weight = 0.5;
  Fading model{options};
  Tensor const frames = row({1, 10}).reshape({1, 2, 1, 1, 1});
  for (int const idle : {0, 4}) {
    CAPTURE(idle);
    run::Stimulus const stimulus{frames, {0, 0, 0, 1, 1, run::blank, run::blank, 1, 0, run::nothing, 0}, 8};
    auto const seen = run::unroll(model, stimulus, {.idle_timesteps = idle, .record = true}).response("Fade");
    CHECK(values(seen.stacked()) == Numbers{1, 0.5, 0.25, 10, 5, 8, 4, 10, 1, 0, 1});
    CHECK(!seen.present()[9]);
  }
}

TEST_CASE("a bias that is there before the input has arrived", "[run]") {
  struct A : Layer<"A", Conv<image_channels, 3, 3>, Record, Delay> {};
  struct B : Layer<"B", Conv<3, 4, 3>, AddBias<Feature>, Recur<Full<4>>, Evolve<Euler>, Record, Delay> {};
  struct C : Layer<"C", Conv<4, 5, 3>, AddBias<Uniform>, Recur<Self<5>>, Evolve<Euler>, Record, Delay> {};
  struct Biased : Model<A, B, C> {
    Biased(Options options) : Model<A, B, C>(std::move(options)) {}
  };
  Options options = in_double(2);
  options.t_feedforward = 4;
  options.t_recurrence = 2;
  Biased model{options};
  randomise_model(model, 3);
  Tensor const images = normal({3, 2, 5, 5}, 1);
  auto const activity = run::unroll(model, images, {.n_timesteps = 9, .record = true});
  CHECK(activity.outputs.sizes().equals({3, 9, 2}));
  CHECK(activity.response("B").stacked().sizes().equals({3, 9, 4, 5, 5}));
  CHECK(activity.response("C").stacked().sizes().equals({3, 9, 5, 5, 5}));
  // a first layer that gives zeros instead of nothing makes the same drive from the second layer's bias on
  Tensor const bias = parameter(model, "addbias_B.bias");
  Signal const first = activity.response("B").steps[0];
  REQUIRE(first.defined());
  CHECK(distance(first, bias.mul(2.0 / 5).unsqueeze(0).expand({3, 4, 5, 5})) < 1e-14);
}

TEST_CASE("monitors: one operation of one layer, or of all, with the layers' names", "[run]") {
  Net net = net_of(in_double(3));
  Tensor const images = normal({2, 3, 6, 6}, 1);
  auto const activity =
      run::unroll(net, images, {.n_timesteps = 3, .record = true, .monitor = {"V1.conv", "nonlin", "layer"}});
  std::vector<std::string> found;
  for (run::Trace const& trace : activity.monitored) found.push_back(trace.layer + "." + trace.operation);
  CHECK(found == std::vector<std::string>{"V1.conv", "V1.layer", "V1.nonlin", "V2.layer", "V2.nonlin"});
  // what is recorded is what the nonlinearity gives here
  CHECK(distance(activity.monitored[2].stacked(), activity.response("V1").stacked()) == 0);
  CHECK(distance(activity.monitored[0].steps[0],
                 conv2d(images, parameter(net, "V1.conv.weight"), parameter(net, "V1.conv.bias"), 1, 1)) < 1e-13);
  CHECK(run::unroll(net, images, {}).responses.empty());
}

TEST_CASE("names that a run does not know", "[run]") {
  Net net = net_of(in_double(3));
  Tensor const images = normal({2, 3, 6, 6}, 1);
  CHECK(failure([&] { run::unroll(net, images, {.monitor = {"V1.tsetp"}}); }) == "run.122");
  auto const says = [&](char const* monitor, char const* text) {
    return message([&] { run::unroll(net, images, {.monitor = {monitor}}); }).find(text) != std::string::npos;
  };
  CHECK(says("V1.tsetp", "operation \"tsetp\""));
  CHECK(says("V1.tsetp", "did you mean \"tstep\"?"));
  CHECK(says("tsetp", "did you mean \"tstep\"?"));
  CHECK(says("W1.tstep", "layer \"W1\""));
  CHECK(says("W1.tstep", "did you mean \"V1\"?"));
  CHECK(failure([&] { run::unroll(net, images, {.external = {{"V9", zeros({1, 1, 1, 1, 1})}}}); }) == "run.123");
  CHECK(failure([&] { run::unroll(net, images, {.external = {{"V1", zeros({1, 1, 1, 1})}}}); }) == "run.124");
  CHECK(failure([&] { run::unroll(net, images, {.external = {{"V1", Tensor{}}}}); }) == "run.124");
  auto const activity = run::unroll(net, images, {.record = true});
  CHECK(failure([&] { activity.response("V3"); }) == "run.121");
  CHECK(message([&] { run::unroll(net, images).response("V1"); }).find("run with .record = true") != std::string::npos);
}

TEST_CASE("images that do not fit the model", "[run]") {
  Options options = in_double(3);
  Net any = net_of(options);
  CHECK(failure([&] { run::unroll(any, normal({2, 1, 6, 6}, 1)); }) == "run.101");
  CHECK(failure([&] { run::unroll(any, normal({2, 3, 6, 6}, 1, at::kFloat)); }) == "run.104");
  CHECK(failure([&] { run::unroll(any, normal({2, 3, 1, 1}, 1)); }) == "run.103");
  CHECK(failure([&] { run::unroll(any, normal({2, 3, 6, 6}, 1), {.n_timesteps = 0}); }) == "run.114");
  CHECK(failure([&] { run::unroll(any, normal({2, 3, 6, 6}, 1), {.idle_timesteps = -1}); }) == "run.105");
  CHECK(failure([&] { run::unroll(any, normal({2, 3, 6, 6}, 1), {.truncated_bptt_timesteps = -1}); }) == "run.105");
  options.input_dims = {3, 6, 6};
  Net fixed = net_of(options);
  CHECK(failure([&] { run::unroll(fixed, normal({2, 3, 6, 7}, 1)); }) == "run.102");
  CHECK(message([&] {
          run::unroll(fixed, normal({2, 3, 7, 6}, 1));
        }) == "[dynvision.run.102] image of shape 3x7x6: expected 6x6, as in input_dims");
  CHECK(failure([&] { run::unroll(fixed, normal({2, 3, 6, 6}, 1)); }) == "none");
}

TEST_CASE("a trace of absent steps, and of one that came before the batch", "[run]") {
  run::Trace const trace{"V1", "record", {Signal{}, ones({1, 2}), full({3, 2}, 2)}};
  CHECK(trace.present() == std::vector<bool>{false, true, true});
  CHECK(values(trace.stacked()) == Numbers{0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2});
  CHECK(!run::Trace{"V1", "record", {Signal{}}}.stacked().defined());
}

TEST_CASE("weights in another memory layout compute the same", "[run]") {
  Net net = net_of(in_double(3));
  Tensor const images = normal({2, 3, 6, 6}, 1);
  Tensor const usual = run::unroll(net, images, {.n_timesteps = 4}).outputs;
  channels_last(net.parameters());
  CHECK(parameter(net, "V1.conv.weight").stride(1) == 1);
  CHECK(distance(usual, run::unroll(net, images, {.n_timesteps = 4}).outputs) < 1e-12);
}

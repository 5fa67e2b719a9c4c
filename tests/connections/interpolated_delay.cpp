// covers: model/clamp_delays.hpp
// Delays that are no multiple of dt, and delays that learn, against plain loops and finite differences, on both paths.
#include <dynvision/analysis/summary.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/model/clamp_delays.hpp>
#include <dynvision/operations/delay_by.hpp>
#include <dynvision/run/run.hpp>

#include "io/failure.hpp"
#include "laws/gradient.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cmath>
#include <limits>
#include <string>

using namespace dynvision;
using namespace laws;

namespace {

// f by the reference path, then by the compiled one.
template <class F> void on_both_paths(F const& f) {
  {
    INFO("unroll");
    f([](auto const&... all) { return run::unroll(all...); });
  }
  INFO("compiled");
  f([](auto const&... all) { return run::run(all...); });
}

using Forward = Conv<1, 1, 1, 1, NoBias>;
template <class P> struct Wires {  // one unit a layer
  struct A
      : Layer<"A", Forward, Recur<Self<1>, NoBias, P>, AddFeedback<"C", Through<1>, NoBias, P>, Record, DelayBy<P>> {};
  struct B : Layer<"B", Forward, Recur<Self<1>, NoBias, P>, Record, DelayBy<P>> {};
  struct C : Layer<"C", Forward, Recur<Self<1>, NoBias, P>, AddSkip<"A", Through<1>, NoBias, P>, Record, Delay> {};
  using Net = Model<A, B, C>;
};

struct Numbers {  // [steps], weights
  double dt;
  double forward[2], lateral[3], skip, feedback;
  double w[3], w_skip, w_feedback;
  int T = 30;

  Options options() const {
    Options all{.n_classes = 1, .input_dims = {1, 1, 1}, .dt = dt, .longest_delay = 20 * dt};
    all.t_skip = skip * dt, all.t_feedback = feedback * dt;
    all.layers = {{"A", {.t_feedforward = forward[0] * dt, .t_recurrence = lateral[0] * dt}},
                  {"B", {.t_feedforward = forward[1] * dt, .t_recurrence = lateral[1] * dt}},
                  {"C", {.t_recurrence = lateral[2] * dt}}};
    all.dtype = at::kDouble;
    return all;
  }
  template <class Net> void weigh(Net& net) const {
    for (std::string const name : {"A", "B", "C"}) set_parameter(net, name + ".conv.weight", 1);
    set_parameter(net, "A.recurrence.weight", w[0]), set_parameter(net, "B.recurrence.weight", w[1]);
    set_parameter(net, "C.recurrence.weight", w[2]);
    set_parameter(net, "addskip_C.conv.weight", w_skip), set_parameter(net, "addfeedback_A.conv.weight", w_feedback);
  }
  // The responses of C to an impulse, by a plain loop.
  std::vector<double> loop() const {
    std::vector<std::vector<double>> r(3, std::vector<double>(static_cast<std::size_t>(T)));
    auto const at = [&](int l, int t) {
      return t < 0 ? 0.0 : r[static_cast<std::size_t>(l)][static_cast<std::size_t>(t)];
    };
    auto const past = [&](int l, int t, double d) {
      int const n = static_cast<int>(std::floor(d));
      return (1 - (d - n)) * at(l, t - n) + (d > n ? (d - n) * at(l, t - n - 1) : 0);
    };
    for (int t = 0; t < T; ++t) {
      auto const now = static_cast<std::size_t>(t);
      r[0][now] = (t == 0) + w[0] * past(0, t, lateral[0]) + w_feedback * past(2, t, feedback);
      r[1][now] = past(0, t, forward[0]) + w[1] * past(1, t, lateral[1]);
      r[2][now] = past(1, t, forward[1]) + w[2] * past(2, t, lateral[2]) + w_skip * past(0, t, skip);
    }
    return r[2];
  }
};

Numbers draw(std::uint64_t seed) {
  Dice dice(seed);
  Numbers all{dice.of<double>({0.1, 0.5, 1, 2, 1.0 / 3}), {}, {}, 0, 0, {}, 0, 0};
  for (double& d : all.forward) d = dice.coin() ? dice.real(0, 3) : dice.between(0, 2);
  for (double& d : all.lateral) d = dice.coin() ? dice.real(1, 5) : dice.between(1, 4);
  for (double& one : all.w) one = dice.real(-0.9, 0.9);
  all.skip = dice.real(0, 4), all.feedback = dice.real(1, 6);
  all.w_skip = dice.real(-1, 1), all.w_feedback = dice.real(-1, 1);
  return all;
}

// What C gives over time, zero where it is absent.
template <class Path> std::vector<double> response(Path const& path, auto const& net, int T) {
  Tensor const one = ones({1, 1, 1, 1, 1}, at::TensorOptions(at::kDouble));
  run::Stimulus impulse{one, std::vector<int>(static_cast<std::size_t>(T), run::nothing)};
  impulse.shown[0] = 0;
  std::vector<double> all;
  run::Activity const activity = path(net, impulse, run::Settings{.record = true});
  for (Signal const& r : activity.response("C").steps) {
    all.push_back(r.defined() ? r.template item<double>() : 0);
  }
  return all;
}

double apart(std::vector<double> const& a, std::vector<double> const& b) {
  double worst = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

struct One : Layer<"C", Forward, Recur<Self<1>, NoBias, Interpolated>, Record, Delay> {};

// Everything that can learn a delay, smooth.
template <class OfFirst, class OfSecond>
using SmoothWith = Model<Layer<"A", Conv<2, 3, 3>, Recur<Full<3>, LearnedDelay<Feature>>,
                               AddFeedback<"B", LearnedDelay<>>, Evolve<Euler>, Tanh, Record, OfFirst>,
                         Layer<"B", Conv<3, 4, 3, 2>, Recur<Self<4>, Multiplicative, LearnedDelay<>>,
                               AddSkip<"A", LearnedDelay<Feature>>, Evolve<RungeKutta4>, Tanh, Record, OfSecond>>;
using Smooth = SmoothWith<Delay, Delay>;
using SmoothForward = SmoothWith<DelayBy<LearnedDelay<Feature>>, DelayBy<LearnedDelay<>>>;

template <class Net = Smooth> Net smooth(double t_feedforward = 0) {
  Net net(Options{.n_classes = 2,
                  .input_dims = {2, 5, 5},
                  .dt = 0.5,
                  .tau = 1.5,
                  .t_feedforward = t_feedforward,
                  .t_recurrence = 1.7,
                  .t_feedback = 2.2,
                  .t_skip = 0.8,
                  .longest_delay = 4,
                  .dtype = at::kDouble});
  randomise_model(net, 3);
  for (Parameter const& p : net.parameters()) {
    if (!p.name.ends_with(".delay")) continue;
    at::AutoGradMode const no_gradient(false);
    Tensor const all = p.tensor.view({-1});
    for (std::int64_t c = 0; c < all.size(0); ++c) all.select(0, c).fill_(0.63 + 0.77 * static_cast<double>(c));
  }
  return net;
}

}  // namespace

TEST_CASE("an impulse arrives when the arithmetic says, in two steps", "[connections][delays]") {
  Model<One> net(Options{.n_classes = 1, .input_dims = {1, 1, 1}, .dt = 2, .t_recurrence = 6.5, .dtype = at::kDouble});
  set_parameter(net, "C.conv.weight", 1), set_parameter(net, "C.recurrence.weight", 0.5);
  CHECK(net.memory == std::vector<int>{4});
  on_both_paths([&](auto const& path) {  // d = 3.25 steps: 3/4 of it after 3 steps, 1/4 after 4
    std::vector<double> const expected{1, 0, 0, 0.375, 0.125, 0, 0.140625, 0.09375, 0.015625};
    CHECK(apart(response(path, net, 9), expected) < 1e-15);
  });
}

TEST_CASE("every way by a plain loop, with delays drawn at random", "[connections][delays]") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    INFO("seed " << seed);
    Numbers const numbers = draw(seed);
    Wires<Interpolated>::Net fixed(numbers.options());
    Wires<LearnedDelay<>>::Net learned(numbers.options());
    numbers.weigh(fixed), numbers.weigh(learned);
    on_both_paths([&](auto const& path) {
      CHECK(apart(response(path, fixed, numbers.T), numbers.loop()) < 1e-12);
      CHECK(apart(response(path, learned, numbers.T), numbers.loop()) < 1e-12);
    });
  }
}

TEST_CASE("whole delays give what they give without the policy", "[connections][delays]") {
  Options const options{.n_classes = 3,
                        .input_dims = {2, 9, 9},
                        .t_feedforward = 2,
                        .t_recurrence = 6,
                        .t_feedback = 8,
                        .t_skip = 4,
                        .seed = 1};
  using Whole = Model<Layer<"V1", Conv<2, 4, 3>, Recur<Full<4>>, AddFeedback<"V2">, Evolve<>, Relu, Record, Delay>,
                      Layer<"V2", Conv<4, 6, 3>, Recur<Self<6>>, AddSkip<"V1">, Evolve<>, Relu, Record, Delay>>;
  using Between = Model<Layer<"V1", Conv<2, 4, 3>, Recur<Full<4>, Interpolated>, AddFeedback<"V2", Interpolated>,
                              Evolve<>, Relu, Record, DelayBy<Interpolated>>,
                        Layer<"V2", Conv<4, 6, 3>, Recur<Self<6>, Interpolated>, AddSkip<"V1", Interpolated>, Evolve<>,
                              Relu, Record, DelayBy<Interpolated>>>;
  using Learned =
      Model<Layer<"V1", Conv<2, 4, 3>, Recur<Full<4>, LearnedDelay<>>, AddFeedback<"V2", LearnedDelay<Feature>>,
                  Evolve<>, Relu, Record, DelayBy<LearnedDelay<>>>,
            Layer<"V2", Conv<4, 6, 3>, Recur<Self<6>, LearnedDelay<Feature>>, AddSkip<"V1", LearnedDelay<>>, Evolve<>,
                  Relu, Record, DelayBy<LearnedDelay<Feature>>>>;
  Whole whole(options);
  Between between(options);
  Learned learned(options);
  randomise_model(whole, 5);
  copy_parameters(whole, between), copy_parameters(whole, learned);
  CHECK(whole.memory == between.memory);
  CHECK(whole.parameters().size() == between.parameters().size());
  Tensor const images = normal({2, 2, 9, 9}, 1, at::kFloat);
  on_both_paths([&](auto const& path) {
    run::Settings const settings{.n_timesteps = 12};
    Tensor const expected = path(whole, images, settings).outputs;
    CHECK(path(between, images, settings).outputs.equal(expected));
    CHECK(distance(expected, path(learned, images, settings).outputs) < 1e-6);
  });
}

TEMPLATE_TEST_CASE("the gradient of a delay, by finite differences", "[connections][delays]", Smooth, SmoothForward) {
  for (double const t_feedforward : {0.0, 1.0}) {
    TestType net = smooth<TestType>(t_feedforward);
    Tensor const images = normal({2, 2, 5, 5}, 1);
    on_both_paths([&](auto const& path) {
      auto const outputs = [&] { return path(net, images, run::Settings{.n_timesteps = 14}).outputs; };
      for (Parameter const& p : net.parameters()) {
        if (!p.name.ends_with(".delay")) continue;
        INFO(p.name);
        CHECK(gradient_error(outputs, {p.tensor}) < 1e-6);
      }
      std::vector<Tensor> learned;
      for (Parameter const& p : net.parameters()) {
        if (p.learned) learned.push_back(p.tensor);
      }
      CHECK(gradient_error(outputs, learned) < 1e-6);
    });
  }
}

TEST_CASE("at a whole delay the derivative is the one to the right", "[connections][delays]") {
  SmoothForward net = smooth<SmoothForward>();
  std::string const name = GENERATE("A.recurrence.delay", "A.feedforward.delay");
  INFO(name);
  Tensor const images = normal({2, 2, 5, 5}, 1), delay = parameter(net, name);
  on_both_paths([&](auto const& path) {
    auto const loss = [&] { return path(net, images, run::Settings{.n_timesteps = 14}).outputs.square().sum(); };
    auto const set = [&](double t) {
      at::AutoGradMode const no_gradient(false);
      delay.fill_(t);
      delay.mutable_grad() = Tensor{};
    };
    set(1.5);
    loss().backward();
    double const gradient = delay.grad().sum().item<double>(), here = loss().template item<double>();
    set(1.5 + 1e-6);
    double const right = (loss().template item<double>() - here) / 1e-6;
    set(1.5 - 1e-6);
    double const left = (here - loss().template item<double>()) / 1e-6;
    CHECK(std::abs(gradient - right) < 1e-5 * std::abs(right));
    CHECK(std::abs(gradient - left) > 1e-2 * std::abs(left));
    set(1.7);
  });
}

TEST_CASE("a delay of another model is found", "[connections][delays]") {
  using Net = Model<Layer<"V1", Conv<1, 4, 3>, Recur<Full<4>, LearnedDelay<Feature>>, Evolve<>, Tanh, Record, Delay>>;
  Options options{
      .n_classes = 4, .input_dims = {1, 5, 5}, .dt = 1, .tau = 6, .t_recurrence = 4, .longest_delay = 10, .seed = 2};
  Net teacher(options), student(options);
  randomise_model(teacher, 4, 2);
  double const sought[] = {2.3, 3.6, 5.2, 6.8};
  {
    at::AutoGradMode const no_gradient(false);
    for (int c = 0; c < 4; ++c) parameter(teacher, "V1.recurrence.delay").select(0, c).fill_(sought[c]);
  }
  for (Parameter p : student.parameters()) {
    if (!p.name.ends_with(".delay")) assign(p.tensor, tensor_of(teacher.parameters(), p.name));
  }
  Tensor const images = normal({8, 1, 5, 5}, 1, at::kFloat);
  run::Settings const settings{.n_timesteps = 30, .record = true};
  Tensor const expected = run::run(teacher, images, settings).response("V1").stacked().detach();
  Tensor const delay = parameter(student, "V1.recurrence.delay");
  Tensor m = zeros({4, 1, 1}), v = zeros({4, 1, 1});
  for (int i = 1; i <= 120; ++i) {  // Adam, with a rate that falls
    delay.mutable_grad() = Tensor{};
    run::run(student, images, settings).response("V1").stacked().sub(expected).square().sum().backward();
    at::AutoGradMode const no_gradient(false);
    m = m.mul(0.8).add(delay.grad().mul(0.2)), v = v.mul(0.95).add(delay.grad().square().mul(0.05));
    double const rate = 0.3 * std::pow(0.97, i);
    delay.sub_(m.div(1 - std::pow(0.8, i)).mul(rate).div(v.div(1 - std::pow(0.95, i)).sqrt().add(1e-12)));
    clamp_delays(student);
  }
  for (int c = 0; c < 4; ++c) CHECK(std::abs(delay[c].item<double>() - sought[c]) < 0.05);
}

TEST_CASE("learned delays are parameters, and have a range", "[connections][delays]") {
  Smooth net = smooth();
  std::vector<std::string> delays;
  for (Parameter const& p : net.parameters()) {
    if (p.name.ends_with("delay")) delays.push_back(p.name + " " + std::to_string(p.tensor.numel()));
  }
  CHECK(delays == std::vector<std::string>{"A.recurrence.delay 3", "addfeedback_A.delay 1", "B.recurrence.delay 1",
                                           "addskip_B.delay 3"});
  CHECK(net.memory == std::vector<int>{10, 9});  // 4 ms are 8 steps, one more, and of a skip one more
  std::string const text = summary(net);
  CHECK(text.find("0.63 to 2.17 ms") != std::string::npos);

  Tensor const delay = parameter(net, "A.recurrence.delay"), images = normal({2, 2, 5, 5}, 1);
  auto const set = [&](int c, double t) {
    at::AutoGradMode const no_gradient(false);
    delay.select(0, c).fill_(t);
  };
  on_both_paths([&](auto const& path) {
    auto const run = [&] { path(net, images, run::Settings{.n_timesteps = 3}); };
    CHECK(failure(run) == "none");
    for (double const t : {0.4, 4.1, std::nan("")}) {
      set(1, t);
      CHECK(failure(run) == "dynamics.107");
    }
    set(1, 4.1);
    CHECK(message(run).find("channel 1") != std::string::npos);
    CHECK(message(run).find("0.5 to 4 ms") != std::string::npos);
    clamp_delays(net);
    CHECK(failure(run) == "none");
    CHECK(delay[1].item<double>() == 4);
    set(1, 2.1);
  });
}

TEST_CASE("what a learned delay may reach is twice its start", "[connections][delays]") {
  using Net = Model<Layer<"V1", Conv<1, 2, 3>, Recur<Full<2>, LearnedDelay<>>, Evolve<>, Relu, Record, Delay>>;
  Options const options{.input_dims = {1, 4, 4}, .dt = 2, .t_recurrence = 7};
  CHECK(Net(options).memory == std::vector<int>{8});  // 14 ms are 7 steps
  Options longer = options;
  longer.layers = {{"V1", {.longest_delay = 15}}};
  CHECK(Net(longer).memory == std::vector<int>{9});
  CHECK(failure([&] {
          Options shorter = options;
          shorter.longest_delay = 6;
          Net net(shorter);
        }) == "dynamics.106");
}

TEST_CASE("delays that cannot be are refused", "[connections][delays]") {
  using Whole = Model<Layer<"V1", Conv<1, 2, 3>, Recur<Full<2>>, Evolve<>, Relu, Record, Delay>>;
  using Between = Model<Layer<"V1", Conv<1, 2, 3>, Recur<Full<2>, Interpolated>, Evolve<>, Relu, Record, Delay>>;
  Options options{.input_dims = {1, 4, 4}, .dt = 2, .t_recurrence = 5};
  CHECK(failure([&] { Whole net(options); }) == "dynamics.104");
  CHECK(message([&] {
          Whole net(options);
        }).ends_with("expected 4 or 6 ms, or the policy Interpolated for this connection"));
  CHECK(failure([&] { Between net(options); }) == "none");
  for (double const t : {1.0, -1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    options.t_recurrence = t;
    CHECK(failure([&] { Between net(options); }) == "dynamics.105");
  }
  options.t_recurrence = 1e7;
  CHECK(failure([&] { Between net(options); }) == "dynamics.103");
  options.t_recurrence = 0;  // one step
  CHECK(Between(options).memory == std::vector<int>{1});
  options.t_recurrence = 6, options.t_feedforward = 3;
  CHECK(message([&] {
          Between net(options);
        }).ends_with("expected 2 or 4 ms, or DelayBy<Interpolated> in place of Delay"));
}

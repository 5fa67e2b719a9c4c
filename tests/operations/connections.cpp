// covers: operations/recur.hpp operations/add_skip.hpp operations/add_feedback.hpp operations/add_input.hpp
// An impulse through every connection arrives exactly when the arithmetic of its delay says.
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/no_recurrence.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/operations/add_feedback.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/run/unroll.hpp>

#include "io/failure.hpp"
#include "laws/alone.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <map>

using namespace dynvision;
using namespace laws;

namespace {

using Forward = Conv<1, 1, 1, 1, NoBias>;
using Lateral1 = Recur<Self<1>, NoBias>;
struct A : Layer<"A", Forward, Lateral1, AddFeedback<"C", Through<1>, NoBias>, AddInput, Record, Delay> {};
struct B : Layer<"B", Forward, Lateral1, AddInput, Record, Delay> {};
struct C : Layer<"C", Forward, Lateral1, AddSkip<"A", Through<1>, NoBias>, AddInput, Record, Delay> {};
struct Wires : Model<A, B, C> {};

// A model in which every way has the weight 0 but those that are given.
Wires wires(Options options, std::vector<std::pair<std::string, double>> const& weights) {
  options.dtype = at::kDouble;
  options.n_classes = 1;
  options.input_dims = {1, 1, 1};
  Wires model{options};
  for (Parameter const& p : model.parameters()) set_parameter(model, p.name, 0);
  set_parameter(model, "classifier.2.weight", 1);
  for (auto const& [name, value] : weights) set_parameter(model, name, value);
  return model;
}

constexpr int T = 40;

run::Stimulus impulse(int after) {
  run::Stimulus stimulus{ones({1, 1, 1, 1, 1}, at::TensorOptions(at::kDouble)), {0}};
  for (int t = 1; t < T; ++t) stimulus.shown.push_back(after);
  return stimulus;
}

using Arrivals = std::map<int, double>;  // step -> value, where it is not zero

Arrivals arrivals(Tensor const& over_time) {
  Arrivals found;
  std::vector<double> const all = values(over_time);
  for (std::size_t t = 0; t < all.size(); ++t) {
    if (all[t] != 0) found[static_cast<int>(t)] = all[t];
  }
  return found;
}

struct Delays {
  double dt;
  int a, b, c, recurrence, skip, feedback;  // [steps]
  Options options() const {
    Options options;
    options.dt = dt;
    options.layers = {
        {"A", {.t_feedforward = a * dt}}, {"B", {.t_feedforward = b * dt}}, {"C", {.t_feedforward = c * dt}}};
    options.t_recurrence = recurrence * dt;
    options.t_skip = skip * dt;
    options.t_feedback = feedback * dt;
    return options;
  }
};

Delays draw(std::uint64_t seed) {
  Dice dice(seed);
  return {dice.of<double>({0.1, 0.5, 1, 2, 3, 1.0 / 3}),
          dice.between(0, 4),
          dice.between(0, 4),
          dice.between(0, 4),
          dice.between(0, 6),
          dice.between(0, 9),
          dice.between(0, 9)};
}

std::uint64_t const n_seeds = 25;

}  // namespace

TEST_CASE("feedforward: the sum of the delays of the layers before", "[operations]") {
  for (std::uint64_t seed = 1; seed <= n_seeds; ++seed) {
    Delays const d = draw(seed);
    CAPTURE(seed, d.dt, d.a, d.b, d.c);
    Wires model = wires(d.options(), {{"A.conv.weight", 2}, {"B.conv.weight", 3}, {"C.conv.weight", 5}});
    CHECK(model.n_residual_timesteps() == d.a + d.b + d.c);
    for (int const after : {run::blank, run::nothing}) {
      auto const activity = run::unroll(model, impulse(after), {.record = true});
      CHECK(arrivals(activity.response("A").stacked()) == Arrivals{{0, 2}});
      CHECK(arrivals(activity.response("B").stacked()) == Arrivals{{d.a, 6}});
      CHECK(arrivals(activity.response("C").stacked()) == Arrivals{{d.a + d.b, 30}});
      CHECK(arrivals(activity.outputs) == Arrivals{{d.a + d.b + d.c, 30}});
    }
  }
}

TEST_CASE("lateral: echoes every max(1, t_recurrence/dt) steps", "[operations]") {
  for (std::uint64_t seed = 1; seed <= n_seeds; ++seed) {
    Delays const d = draw(seed);
    CAPTURE(seed, d.dt, d.a, d.recurrence);
    Wires model = wires(d.options(), {{"A.conv.weight", 1}, {"B.conv.weight", 1}, {"B.recurrence.weight", 0.5}});
    Arrivals expected;
    double value = 1;
    for (int t = d.a; t < T; t += std::max(1, d.recurrence), value /= 2) expected[t] = value;
    for (int const after : {run::blank, run::nothing}) {
      CHECK(arrivals(run::unroll(model, impulse(after), {.record = true}).response("B").stacked()) == expected);
    }
  }
}

TEST_CASE("skip: t_skip/dt steps, 0 means the same step, and it may be faster than the way through the layers",
          "[operations]") {
  for (std::uint64_t seed = 1; seed <= n_seeds; ++seed) {
    Delays const d = draw(seed);
    CAPTURE(seed, d.dt, d.a, d.b, d.skip);
    Wires model = wires(d.options(), {{"A.conv.weight", 1}, {"addskip_C.conv.weight", 7}});
    for (int const after : {run::blank, run::nothing}) {
      auto const activity = run::unroll(model, impulse(after), {.record = true});
      CHECK(arrivals(activity.response("C").stacked()) == Arrivals{{d.skip, 7}});
      CHECK(arrivals(activity.outputs) == Arrivals{{d.skip + d.c, 7}});
      // before either way has arrived there is nothing
      std::vector<bool> const present = activity.response("C").present();
      CHECK(static_cast<int>(std::find(present.begin(), present.end(), true) - present.begin()) ==
            std::min(d.skip, d.a + d.b));
    }
  }
}

TEST_CASE("feedback: max(1, t_feedback/dt) steps", "[operations]") {
  for (std::uint64_t seed = 1; seed <= n_seeds; ++seed) {
    Delays const d = draw(seed);
    CAPTURE(seed, d.dt, d.a, d.b, d.feedback);
    Wires model =
        wires(d.options(),
              {{"A.conv.weight", 1}, {"B.conv.weight", 1}, {"C.conv.weight", 1}, {"addfeedback_A.conv.weight", 3}});
    Arrivals expected;
    double value = 1;
    for (int t = 0; t < T; t += d.a + d.b + std::max(1, d.feedback), value *= 3) expected[t] = value;
    for (int const after : {run::blank, run::nothing}) {
      CHECK(arrivals(run::unroll(model, impulse(after), {.record = true}).response("A").stacked()) == expected);
    }
  }
}

TEST_CASE("external input arrives in its layer at its step", "[operations]") {
  Wires model = wires(draw(3).options(), {});
  Tensor const current = zeros({1, 3, 1, 1, 1}, at::TensorOptions(at::kDouble));
  current.select(1, 2).fill_(4);
  auto const activity = run::unroll(model, impulse(run::nothing), {.record = true, .external = {{"B", current}}});
  CHECK(arrivals(activity.response("B").stacked()) == Arrivals{{2, 4}});
  CHECK(arrivals(activity.response("A").stacked()).empty());
  // an external input that ends before the run is absent from then on
  CHECK(activity.response("B").present()[1]);
}

TEST_CASE("delays of the arriving layer win over those of the model", "[operations]") {
  Options options;
  options.t_skip = 8;
  options.t_feedback = 4;
  options.t_recurrence = 2;
  options.layers = {{"C", {.t_recurrence = 6, .t_skip = 2}}, {"A", {.t_feedback = 10}}};
  Wires skips = wires(options, {{"A.conv.weight", 1}, {"addskip_C.conv.weight", 1}, {"C.recurrence.weight", 0.5}});
  auto const activity = run::unroll(skips, impulse(run::blank), {.record = true});
  auto const found = arrivals(activity.response("C").stacked());
  REQUIRE(found.size() > 1);
  CHECK(found.begin()->first == 1);
  CHECK(std::next(found.begin())->first == 4);
  Wires back = wires(options, {{"A.conv.weight", 1}, {"addskip_C.conv.weight", 1}, {"addfeedback_A.conv.weight", 1}});
  auto const returns = arrivals(run::unroll(back, impulse(run::blank), {.record = true}).response("A").stacked());
  REQUIRE(returns.size() > 1);
  CHECK(std::next(returns.begin())->first == 1 + 5);
}

TEST_CASE("a delay that is no multiple of dt is refused when the model is composed", "[operations]") {
  for (auto const& wrong : std::vector<std::pair<std::string, LayerOptions>>{
           {"A", {.t_feedforward = 3}}, {"B", {.t_recurrence = 5}}, {"A", {.t_feedback = 7}}, {"C", {.t_skip = 0.5}}}) {
    Options options;
    options.layers = {wrong};
    CHECK(failure([&] { wires(options, {}); }) == "dynamics.104");
  }
  Options options;
  options.t_recurrence = 5;
  CHECK(message([&] { wires(options, {}); }) ==
        "[dynvision.dynamics.104] t_recurrence of A = 5 ms is no multiple of dt = 2 ms: expected 4 or 6 ms, or the "
        "policy Interpolated for this connection");
}

TEST_CASE("a delay line holds what is asked of it", "[operations]") {
  Delays const d{2, 4, 1, 2, 3, 6, 5};
  Wires model = wires(d.options(), {});
  CHECK(model.memory[0] == 7);  // skip from A + 1
  CHECK(model.memory[1] == 3);  // lateral
  CHECK(model.memory[2] >= 5);  // feedback from C
  Delays const longest_is_forward{2, 9, 1, 8, 3, 6, 5};
  CHECK(wires(longest_is_forward.options(), {}).memory == std::vector<int>{9, 3, 8});
  Options feedforward = d.options();
  feedforward.feedforward_only = true;
  feedforward.dtype = at::kDouble;
  feedforward.input_dims = {1, 1, 1};
  Wires plain{feedforward};
  CHECK(plain.memory == std::vector<int>{4, 1, 2});
  CHECK(parameter_names(plain) == std::vector<std::string>{"A.conv.weight", "B.conv.weight", "C.conv.weight",
                                                           "classifier.2.weight", "classifier.2.bias"});
}

namespace {

struct Doubled : Layer<"Doubled", Recur<Full<2, 3, image_channels>>, Conv<image_channels, 2, 3, 2>, Record, Delay> {};
struct ToInput : ModelWith<NoHead, Doubled> {};

struct Keeps : Layer<"Keeps", Recur<Self<2>>, Conv<image_channels, 2, 3>, Record, Delay> {};
struct KeepsInput : ModelWith<NoHead, Keeps> {};

struct Mute : Layer<"Mute", Conv<image_channels, 2, 3>, Recur<NoRecurrence<2>>, Record, Delay> {};
struct Silent : ModelWith<NoHead, Mute> {};

}  // namespace

TEST_CASE("a lateral signal is brought to the size at its target", "[operations]") {
  Options options = in_double();
  options.input_dims = {3, 0, 0};
  options.t_recurrence = 2;
  ToInput model{options};
  randomise_model(model, 3);
  for (auto const [h, w] : {Size{6, 8}, Size{5, 7}, Size{1, 3}}) {
    CAPTURE(h, w);
    Tensor const x = normal({2, 3, h, w}, 1);
    auto const r = run::unroll(model, x, {.n_timesteps = 2, .record = true}).response("Doubled");
    Tensor const kernel = parameter(model, "Doubled.conv.weight"), bias = parameter(model, "Doubled.conv.bias");
    Tensor const echo = conv2d(r.steps[0], parameter(model, "Doubled.recurrence.conv.weight"),
                               parameter(model, "Doubled.recurrence.conv.bias"), 1, 1);
    CHECK(distance(r.steps[0], conv2d(x, kernel, bias, 2, 1)) < 1e-13);
    CHECK(distance(r.steps[1], conv2d(x.add(nearest(echo, h, w)), kernel, bias, 2, 1)) < 1e-13);
  }
}

TEST_CASE("a recurrence that keeps the channels cannot arrive where the image has others", "[operations]") {
  Options options = in_double();
  options.input_dims = {3, 0, 0};
  CHECK(failure([&] { KeepsInput{options}; }) == "model.106");
  options.input_dims = {2, 0, 0};
  CHECK(failure([&] { KeepsInput{options}; }) == "none");
}

TEST_CASE("no recurrence: no parameters, no memory beyond the newest state", "[operations]") {
  Silent model{in_double()};
  CHECK(parameter_names(model) == std::vector<std::string>{"Mute.conv.weight", "Mute.conv.bias"});
  CHECK(model.memory == std::vector<int>{1});
}

TEST_CASE("faults and paths of connections", "[operations]") {
  STATIC_CHECK(Recur<Full<4>>::path == "{}.recurrence");
  STATIC_CHECK(Recur<Full<4>, As<"{}.horizontal">>::path == "{}.horizontal");
  STATIC_CHECK(Recur<Full<4>, Padding<1>>::fault == Fault::policy);
  STATIC_CHECK(Recur<int>::fault == Fault::lateral);
  STATIC_CHECK(Recur<Self<4>, WeightNorm>::fault == Fault::parametrisation);
  STATIC_CHECK(Recur<Full<4>, WeightNorm, Multiplicative, NoBias>::fault == Fault::none);
  STATIC_CHECK(AddSkip<"V1">::path == "addskip_{}");
  STATIC_CHECK(AddSkip<"V1", int>::fault == Fault::policy);
  STATIC_CHECK(AddFeedback<"V4", Multiplicative>::fault == Fault::none);
  STATIC_CHECK(AddFeedback<"V4", Padding<0>>::fault == Fault::policy);
}

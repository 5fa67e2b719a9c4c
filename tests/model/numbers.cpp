// Numbers of parts: described, given by name or by their fields, for the model and for layers, checked, listed.
// covers: concepts/part_number.hpp
#include <dynvision/analysis/summary.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/model/numbers.hpp>
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/operations/dropout.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/repeat.hpp>
#include <dynvision/operations/residual.hpp>

#include "io/failure.hpp"
#include "laws/alone.hpp"
#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace dynvision;
using laws::distance;
using laws::normal;

namespace {

struct Threshold {
  static constexpr std::string_view label = "threshold";
  static constexpr PartNumber numbers[]{
      {.name = "theta", .unit = "Hz", .default_value = 0.1, .range = at_least(0), .help = "drive without a response"},
      {.name = "slope", .range = from_to_below(0, 2), .help = "of the response"}};  // must be given
  double theta = -1, slope = -1;
  void compose(Composition& at) { theta = at.number<"theta">(*this), slope = at.number<"slope">(*this); }
  Tensor operator()(Tensor const& x) const { return x.sub(theta).relu().mul(slope); }
};
struct Pull {  // a lateral connection
  static constexpr int state_channels = 3, target_channels = 3;
  static constexpr PartNumber numbers[]{{.name = "pull", .default_value = 0.25, .help = "of the layer to itself"}};
  Tensor weight;
  void compose(Composition& at, bool, int) { weight = at.constant({1}, at.number<"pull">(*this)); }
  void parameters(auto&& visit) { visit("weight", weight); }
  Tensor operator()(Tensor const& h) const { return h.mul(weight); }
};
struct Sum {  // a head
  static constexpr PartNumber numbers[]{{.name = "scale", .default_value = 2, .help = "of the output"},
                                        {.name = "theta", .default_value = 0.5, .help = "of the head, not of a layer"}};
  double scale = 0, theta = 0;
  void compose(Composition& at) { scale = at.number<"scale">(*this), theta = at.number<"theta">(*this); }
  Tensor operator()(Tensor const& r) const { return r.sum({2, 3}).mul(scale); }
};
struct Scaled {
  static constexpr PartNumber numbers[]{{.name = "sigma", .default_value = 1, .help = "as that of a Noise"}};
  double sigma = 0;
  void compose(Composition& at) { sigma = at.number<"sigma">(*this); }
  Tensor operator()(Tensor const& x) const { return x.mul(sigma); }
};
struct A : Layer<"A", Conv<3, 3, 3>, Recur<Pull>, Threshold, Evolve<>, Record, Delay> {};
struct B : Layer<"B", Conv<3, 3, 3>, Residual<List<Threshold, Dropout>>, AddSkip<"A">, Repeat<2, List<Threshold>>,
                 Record, Delay> {};
using Net = ModelWith<Sum, A, B>;
struct Tired : Layer<"A", Conv<3, 3, 3>, Adaptation<>, Evolve<>, Relu, Record, Delay> {};

Threshold const& of_a(Net const& net) {
  Threshold const* found = nullptr;
  net.each_layer([&](auto const& layer, int) {
    layer.each([&]<class Op>(Op const& op, int) {
      if constexpr (std::is_same_v<Op, Threshold>) found = &op;
    });
  });
  return *found;
}
std::vector<Threshold> of_b(Net const& net) {
  std::vector<Threshold> all;
  net.each_layer([&](auto const& layer, int) {
    layer.each([&](auto const& op, int) {
      if constexpr (requires { op.each_inner(Size{}, [](auto const&, Size, bool) {}); }) {
        op.each_inner(Size{}, [&]<class Op>(Op const& inner, Size, bool) {
          if constexpr (std::is_same_v<Op, Threshold>) all.push_back(inner);
        });
      }
    });
  });
  return all;
}
std::string of_making(Options const& options) {
  return message([&] { Net const net(options); });
}

}  // namespace

TEST_CASE("a range says what it holds", "[model][numbers]") {
  double const inf = std::numeric_limits<double>::infinity(), none = std::numeric_limits<double>::quiet_NaN();
  CHECK((above(0).holds(1e-300) && !above(0).holds(0) && !above(0).holds(inf) && !above(0).holds(none)));
  CHECK((at_least(0).holds(0) && !at_least(0).holds(-1e-300)));
  CHECK((between(1, 2).holds(1) && between(1, 2).holds(2) && !between(1, 2).holds(2.1)));
  CHECK((from_to_below(0, 1).holds(0) && !from_to_below(0, 1).holds(1)));
  CHECK((NumberRange{}.holds(-1e308) && !NumberRange{}.holds(inf) && !NumberRange{}.holds(-inf)));
  CHECK(above(0).text() == "a number above 0");
  CHECK(at_least(0.5).text() == "a number of at least 0.5");
  CHECK(between(0, 1).text() == "a number from 0 to 1");
  CHECK(from_to_below(0, 1).text() == "a number from 0 to below 1");
  CHECK(NumberRange{}.text() == "a finite number");
  CHECK(NumberRange{.high = 3}.text() == "a number of at most 3");
  CHECK(NumberRange{.low = 1, .high = 3, .has_low = false}.text() == "a number from above 1 to 3");
}

TEST_CASE("a number is that of its layer, of the model, or the default", "[model][numbers]") {
  Net const net({.layers = {{"A", {.numbers = {{"theta", 0.2}, {"theta", 9}}}}, {"B", {.numbers = {{"slope", 0.5}}}}},
                 .numbers = {{"slope", 1}, {"pull", 0.75}, {"slope", 1.5}}});
  CHECK((of_a(net).theta == 0.2 && of_a(net).slope == 1));  // of two of one name the first
  REQUIRE(of_b(net).size() == 3);
  for (Threshold const& inner : of_b(net)) CHECK((inner.theta == 0.1 && inner.slope == 0.5));
  CHECK(find_parameter(net.parameters(), "A.recurrence.weight")->tensor.item<double>() == 0.75);
  CHECK((net.head.scale == 2 && net.head.theta == 0.5));
  // a head is in no layer, so that it has what the model is given
  Net const other({.layers = {{"B", {.numbers = {{"theta", 0.9}}}}}, .numbers = {{"theta", 0.3}, {"slope", 1}}});
  CHECK((other.head.theta == 0.3 && of_a(other).theta == 0.3 && of_b(other)[0].theta == 0.9));
}

TEST_CASE("numbers of a publication come second", "[model][numbers]") {
  Options const own{.layers = {{"A", {.numbers = {{"theta", 0.4}}}}}, .numbers = {{"slope", 1}, {"pull", 3}}};
  Options const given = Options{.numbers = {{"slope", 0.5}}}.over(own);
  Net const net(given);
  CHECK((of_a(net).slope == 0.5 && of_a(net).theta == 0.4));
  CHECK(find_parameter(net.parameters(), "A.recurrence.weight")->tensor.item<double>() == 3);
  CHECK(of_a(Net(net.options)).slope == 0.5);  // as often as one likes
}

TEST_CASE("a number with a field is given by either", "[model][numbers]") {
  Net const net({.tau = 5,
                 .layers = {{"A", {.tau = 20, .numbers = {{"tau", 8}}}}, {"B", {.numbers = {{"dropout", 0.25}}}}},
                 .numbers = {{"tau", 9},
                             {"dt", 4},
                             {"t_recurrence", 8},
                             {"slope", 1},
                             {"t_skip", 8},
                             {"t_feedforward", 4},
                             {"t_feedforward", 7}}});
  CHECK((net.options.tau == 9 && net.options.dt == 4 && net.options.t_skip == 8 && net.options.t_feedforward == 4));
  CHECK((net.options.tau.given() && net.options.t_skip.given()));
  CHECK(net.options.layers[0].second.tau == 8);
  CHECK(net.options.numbers == GivenNumbers{{"slope", 1}});  // what has no field stays
  CHECK(find_parameter(net.parameters(), "tau_A")->tensor.item<double>() == 8);
  std::vector<NumberFacts> const all = numbers_in(net.parts(), net.options);
  for (NumberFacts const& one : all) {
    if (one.number.name == "dropout") CHECK((one.layer == "B" && one.value == 0.25));
  }
  CHECK(DyRCNNx2<>({.numbers = {{"n_classes", 7}, {"max_weight_init", 0.5}, {"supralinearity", 1.5}}})
            .options.n_classes == 7);
  CHECK(DyRCNNx2<Self>({.numbers = {{"fixed_self_weight", 0.5}}}).options.fixed_self_weight.value() == 0.5);
}

TEST_CASE("parts of one layer that share a name share the value, with a field or without", "[model][numbers]") {
  struct Own : Layer<"A", Conv<3, 3, 3>, Scaled, Noise<PerStep>, Evolve<>, Record, Delay> {};
  Model<Own> const net({.numbers = {{"sigma", 0.5}}});
  auto const found = [](Model<Own> const& of) {
    std::pair<double, double> all;
    of.each_layer([&](auto const& layer, int) {
      layer.each([&]<class Op>(Op const& op, int) {
        if constexpr (std::is_same_v<Op, Scaled>) all.first = op.sigma;
        if constexpr (std::is_same_v<Op, Noise<PerStep>>) all.second = op.sigma.template item<double>();
      });
    });
    return all;
  };
  CHECK(found(net) == std::pair(0.5, 0.5));
  CHECK(net.options.sigma == 0.5);
  CHECK(found(Model<Own>({.layers = {{"A", {.numbers = {{"sigma", 0.25}}}}}})) == std::pair(0.25, 0.25));
}

TEST_CASE("a number that is wrong is an error", "[model][numbers]") {
  CHECK(of_making({}) ==
        "[dynvision.model.132] slope of A is not given, and has no default: expected a number from 0 to "
        "below 2 in Options::numbers (of the response)");
  CHECK(of_making({.numbers = {{"slop", 1}}}).find("[dynvision.model.130] number \"slop\": expected dt | ") == 0);
  CHECK(of_making({.numbers = {{"slop", 1}}}).find("(did you mean \"slope\"?)") != std::string::npos);
  CHECK(of_making({.layers = {{"B", {.numbers = {{"pull", 1}}}}}, .numbers = {{"slope", 1}}})
            .find("[dynvision.model.130] number \"pull\" of B: expected ") == 0);
  CHECK(of_making({.layers = {{"B", {.numbers = {{"scale", 1}}}}}, .numbers = {{"slope", 1}}}).find("model.130") == 11);
  CHECK(of_making({.layers = {{"A", {.numbers = {{"dt", 1}}}}}}).find("[dynvision.model.133] dt of A: ") == 0);
  CHECK(of_making({.numbers = {{"slope", 2}}}) ==
        "[dynvision.model.131] slope of A = 2: expected a number from 0 to below 2 (of the response)");
  CHECK(of_making({.numbers = {{"slope", 1}, {"theta", -1}}}) ==
        "[dynvision.model.131] theta of A = -1 Hz: expected a number of at least 0 Hz (drive without a response)");
  CHECK(of_making({.numbers = {{"slope", 1}, {"tau", -1}}}).find("[dynvision.model.111]") == 0);
  CHECK(of_making({.layers = {{"B", {.numbers = {{"dropout", 1}}}}}, .numbers = {{"slope", 1}}}).find("model.116") ==
        11);
  CHECK(message([] {
          DyRCNNx2<> const net({.numbers = {{"n_classes", 2.5}}});
        }) == "[dynvision.model.131] n_classes = 2.5: expected a whole number (classes that the output tells apart)");
}

// What a field of Options means is said beside the part that takes it, and values out of its range are refused there.
TEST_CASE("every number of the library is described", "[model][numbers]") {
  using Every = DyRCNNx4<Self, Feedback<>>;
  Every const net;
  std::set<std::string> names;
  for (NumberFacts const& one : numbers_in(net.parts(), net.options)) {
    PartNumber const& number = one.number;
    CAPTURE(number.name);
    names.insert(std::string(number.name));
    CHECK((number.field.exists() && !number.help.empty() && !number.default_value));
    CHECK(number.value_by_default() == number.field.in(Options{}));
    CHECK((!one.value || number.range.holds(*one.value)));
    for (double const bound : {number.range.low, number.range.high}) {
      if (!std::isfinite(bound)) continue;
      double const outside = bound == number.range.low ? bound - 1 : bound + 1;
      Options options;
      number.field.set(options, outside);
      CHECK(!message([&] { Every const refused(options); }).empty());
    }
    if (number.field.of_layers()) {  // of one layer as well
      LayerOptions own;
      number.field.set(own, 4);
      CHECK(number.field.in(own) == 4);
    }
  }
  CHECK(names == std::set<std::string>{"dt", "tau", "t_feedforward", "t_recurrence", "t_skip", "t_feedback",
                                       "supralinearity", "input_adaption_weight", "max_weight_init",
                                       "fixed_self_weight", "n_classes"});
  CHECK(part_numbers<Dropout>()[0].name == "dropout");
  CHECK(part_numbers<Noise<PerStep>>()[0].name == "sigma");
  CHECK(part_numbers<Adaptation<>>()[1].name == "tau_adaptation");
  Tensor const strength =
      find_parameter(Model<Tired>({.numbers = {{"adaptation_strength", 0.3}}}).parameters(), "adaptation_A.strength")
          ->tensor;
  CHECK(std::abs(strength.item<double>() - 0.3) < 1e-7);
  CHECK(message([] {
          Model<Tired> const net({.numbers = {{"tau_adaptation", 0}}});
        }).find("[dynvision.model.131]") == 0);
}

TEST_CASE("a summary lists numbers with unit, value and place", "[model][numbers]") {
  Net const net({.layers = {{"B", {.numbers = {{"theta", 0.3}}}}}, .numbers = {{"slope", 1}}});
  std::string const table = summary(net);
  auto const has = [&](std::string const& text) { return table.find(text) != std::string::npos; };
  CHECK(has("\ndt               2 ms  model  time step\n"));
  CHECK(
      has("\ntheta          0.1 Hz  A      drive without a response\n"
          "theta          0.3 Hz  B      drive without a response\n"));
  CHECK(has("\nslope               1  A, B   of the response\n"));
  CHECK(has("\nscale               2  head   of the output\n"));
}

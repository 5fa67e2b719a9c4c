// covers: model/explain.hpp
// covers: model/compose.hpp concepts/composition.hpp model/layer.hpp concepts/options.hpp model/part.hpp operations/linear_head.hpp
#include <dynvision/connections/full.hpp>
#include <dynvision/connections/self.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/group_norm.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/pool.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/operations/supralinear.hpp>

#include "heard_warnings.hpp"
#include "io/failure.hpp"
#include "laws/set_parameter.hpp"
#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace dynvision;
using namespace laws;

namespace {

using Names = std::vector<std::string>;

struct Gain {  // a user's, without a path or a label
  Tensor gain;
  void compose(Composition& at) { gain = at.constant({at.channels, 1, 1}, 1); }
  void parameters(auto&& visit) { visit("gain", gain); }
  Tensor operator()(Tensor const& x) const { return x.mul(gain); }
};

struct Midpoint {  // a solver without gain
  static constexpr int order = 2;
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    Tensor const middle = r.add(u.sub(r).div(tau), dt / 2);
    return r.add(u.sub(middle).div(tau), dt);
  }
};

struct V1 : Layer<"V1", Conv<image_channels, 4, 3, 2>, Recur<Full<4>>, Gain, Evolve<Euler>, Relu, Supralinear, Record,
                  Delay, MaxPool<3, 2>> {};
struct V2 : Layer<"V2", Conv<4, 6, 3>, Recur<Self<6>>, AddSkip<"V1">, Evolve<Euler>, Relu, Supralinear, Record, Delay> {
};
struct Net : Model<V1, V2> {
  Net(Options options = {}) : Model<V1, V2>(std::move(options)) {}
};

struct X : Layer<"X", Conv<image_channels, 4, 3, 1, As<"shared">>, Relu, Record, Delay> {};
struct Y : Layer<"Y", Conv<4, 4, 3, 1, As<"shared">>, Relu, Record, Delay> {};
struct Tied : Model<X, Y> {
  Tied(Options options) : Model<X, Y>(std::move(options)) {}
};

struct S : Layer<"S", Conv<image_channels, 2, 3>, AddBias<Spatial>, Record, Delay> {};
struct Placed : ModelWith<NoHead, S> {
  Placed(Options options) : ModelWith<NoHead, S>(std::move(options)) {}
};
struct G : Layer<"G", GroupNorm<2>, Record, Delay> {};
struct Grouped : ModelWith<NoHead, G> {
  Grouped(Options options) : ModelWith<NoHead, G>(std::move(options)) {}
};
struct Three : Layer<"Three", MaxPool<2, 2, 0>, Conv<3, 2, 3>, Record, Delay> {};
struct NeedsThree : ModelWith<NoHead, Three> {
  NeedsThree(Options options) : ModelWith<NoHead, Three>(std::move(options)) {}
};

Options seeded(std::uint64_t seed) {
  Options options;
  options.seed = seed;
  return options;
}

}  // namespace

TEST_CASE("every parameter has its name, once, in the order of the layers", "[model]") {
  Options options;
  options.supralinearity = 2;
  Net net{options};
  CHECK(parameter_names(net) == Names{"V1.conv.weight", "V1.conv.bias", "V1.recurrence.conv.weight",
                                      "V1.recurrence.conv.bias", "V1.2.gain", "tau_V1", "supralin.n", "supralin.k",
                                      "V2.conv.weight", "V2.conv.bias", "V2.recurrence.weight", "V2.recurrence.bias",
                                      "addskip_V2.conv.weight", "addskip_V2.conv.bias", "tau_V2", "classifier.2.weight",
                                      "classifier.2.bias"});
  for (Parameter const& p : net.parameters()) {
    bool const kept = p.name.starts_with("tau") || p.name.starts_with("supralin");
    CHECK(p.learned == !kept);
    CHECK(p.tensor.requires_grad() == !kept);
    CHECK(p.tensor.scalar_type() == at::kFloat);
  }
  CHECK(count_learned(net.parameters()) ==
        (4 * 3 * 9 + 4) + (4 * 4 * 9 + 4) + 4 + (6 * 4 * 9 + 6) + 2 + (6 * 4 + 6) + 70);
}

TEST_CASE("areas without biases, with learned time constants", "[model]") {
  Options options;
  options.bias = false;
  options.train_tau = true;
  Net net{options};
  CHECK(parameter_names(net) == Names{"V1.conv.weight", "V1.recurrence.conv.weight", "V1.2.gain", "tau_V1",
                                      "V2.conv.weight", "V2.recurrence.weight", "addskip_V2.conv.weight",
                                      "addskip_V2.conv.bias", "tau_V2", "classifier.2.weight", "classifier.2.bias"});
  for (Parameter const& p : net.parameters()) CHECK(p.tensor.requires_grad());
}

TEST_CASE("the same seed makes the same model", "[model]") {
  auto const all = [](Net net) {
    std::vector<Tensor> tensors;
    for (Parameter const& p : net.parameters()) tensors.push_back(p.tensor);
    return tensors;
  };
  auto const a = all(Net{seeded(1)}), b = all(Net{seeded(1)}), c = all(Net{seeded(2)});
  for (std::size_t i = 0; i < a.size(); ++i) {
    CHECK(distance(a[i], b[i]) == 0);
    if (a[i].dim() == 4) CHECK(distance(a[i], c[i]) > 0);
  }
}

TEST_CASE("numbers of single layers", "[model]") {
  Options options;
  options.tau = 5;
  options.t_feedforward = 2;
  options.layers = {{"V2", {.tau = 9, .t_feedforward = 6}}};
  Net net{options};
  CHECK(parameter(net, "tau_V1").item<double>() == 5);
  CHECK(parameter(net, "tau_V2").item<double>() == 9);
  CHECK(net.n_residual_timesteps() == 1 + 3);
  CHECK(net.memory == std::vector<int>{3, 3});
  Options long_way;
  long_way.t_feedforward = 20;
  CHECK(Net{long_way}.memory == std::vector<int>{10, 10});
  CHECK(Net{long_way}.n_residual_timesteps() == 20);
}

TEST_CASE("an unknown layer among the exceptions", "[model]") {
  Options options;
  options.layers = {{"v2", {.tau = 9}}};
  CHECK(failure([&] { Net{options}; }) == "model.101");
  CHECK(message([&] { Net{options}; }) ==
        "[dynvision.model.101] layer \"v2\": expected V1 | V2 (did you mean \"V2\"?)");
}

TEST_CASE("numbers out of range", "[model]") {
  auto const with = [](auto&& change) {
    return failure([&] {
      Options options;
      change(options);
      Net{options};
    });
  };
  double const nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(with([](Options&) {}) == "none");
  for (double const dt : {0.0, -2.0, nan}) CHECK(with([&](Options& o) { o.dt = dt; }) == "dynamics.101");
  for (double const tau : {0.0, -1.0, nan}) CHECK(with([&](Options& o) { o.tau = tau; }) == "model.111");
  CHECK(with([](Options& o) { o.layers = {{"V2", {.tau = 0}}}; }) == "model.111");
  for (double const tau : {1.0, 0.5, 1e-9}) CHECK(with([&](Options& o) { o.tau = tau; }) == "model.118");  // dt = 2
  CHECK(with([](Options& o) { o.layers = {{"V2", {.tau = 1}}}; }) == "model.118");
  CHECK(with([](Options& o) { o.tau = 1.01; }) == "none");
  CHECK(with([](Options& o) { o.t_recurrence = -2; }) == "dynamics.102");
  CHECK(with([](Options& o) { o.t_recurrence = 5; }) == "dynamics.104");
  CHECK(with([](Options& o) { o.t_feedforward = 1; }) == "dynamics.104");
  CHECK(with([](Options& o) { o.t_skip = 3; }) == "dynamics.104");
  CHECK(with([](Options& o) { o.t_feedback = 3; }) == "none");  // there is no feedback
  CHECK(with([](Options& o) { o.n_classes = 0; }) == "model.121");
  CHECK(with([](Options& o) { o.supralinearity = 0; }) == "model.112");
  CHECK(with([](Options& o) { o.dtype = at::kHalf; }) == "model.102");
  CHECK(with([](Options& o) { o.dtype = at::kLong; }) == "model.102");
  CHECK(with([](Options& o) { o.input_dims = {0, 32, 32}; }) == "model.103");
  CHECK(with([](Options& o) { o.input_dims = {3, 32, 0}; }) == "model.103");
  CHECK(with([](Options& o) { o.input_dims = {3, -1, -1}; }) == "model.103");
  CHECK(with([](Options& o) { o.input_dims = {1, 1, 1}; }) == "none");
}

TEST_CASE("a tau that is too short for dt", "[model]") {
  using Classical = Model<Layer<"V1", Conv<3, 4, 3>, Evolve<RungeKutta4>, Relu, Record, Delay>>;
  using Own = Model<Layer<"V1", Conv<3, 4, 3>, Evolve<Midpoint>, Relu, Record, Delay>>;
  CHECK(message([] { Net{{.tau = 0.5}}; }).find("multiplies r by -3") != std::string::npos);
  CHECK(message([] { Net{{.tau = 0.5}}; }).find("expected a tau above 1 ms") != std::string::npos);
  CHECK(failure([] { Classical{{.tau = 0.72}}; }) == "none");  // stable to dt = 2.785 tau
  CHECK(failure([] { Classical{{.tau = 0.71}}; }) == "model.118");
  CHECK(failure([] { Own{{.tau = 1.01}}; }) == "none");  // no gain: tried with numbers; stable to dt = 2 tau
  CHECK(failure([] { Own{{.tau = 0.99}}; }) == "model.118");

  HeardWarnings const heard;
  {
    c10::WarningUtils::WarnAlways const always;
    Net{{.tau = 2}};
    CHECK(heard.all.empty());
    Net{{.tau = 1.5}};  // two layers
    CHECK(heard.all.size() == 2);
    Classical{{.tau = 1.5}};
    CHECK(heard.all.size() == 2);
  }
  Net{{.tau = 1.5}};  // once in a program
  Net{{.tau = 1.5}};
  CHECK(heard.all.size() <= 3);
  REQUIRE(!heard.all.empty());
  CHECK(heard.all[0].find("[dynvision.model.119] tau of V1 = 1.5 ms") == 0);
}

TEST_CASE("what depends on the image is checked when the model is composed", "[model]") {
  auto const of = [](int c, int h, int w) {
    Options options;
    options.input_dims = {c, h, w};
    return options;
  };
  CHECK(failure([&] { Placed{of(3, 0, 0)}; }) == "model.114");
  Placed placed{of(3, 5, 6)};
  CHECK(parameter(placed, "addbias_S.bias").sizes().equals({2, 5, 6}));
  CHECK(failure([&] { Grouped{of(3, 0, 0)}; }) == "model.113");
  CHECK(failure([&] { Grouped{of(4, 0, 0)}; }) == "none");
  CHECK(failure([&] { NeedsThree{of(3, 0, 0)}; }) == "none");
  CHECK(failure([&] { NeedsThree{of(1, 0, 0)}; }) == "model.104");
  CHECK(failure([&] { NeedsThree{of(3, 1, 1)}; }) == "run.103");
}

TEST_CASE("operations with the same path share their parameters", "[model]") {
  Options options;
  options.input_dims = {4, 0, 0};
  Tied net{options};
  CHECK(parameter_names(net) == Names{"shared.weight", "shared.bias", "classifier.2.weight", "classifier.2.bias"});
  std::vector<Tensor> weights;
  visit_parameters(net.parts(), [&](std::string const& name, Tensor& tensor, bool) {
    if (name == "shared.weight") weights.push_back(tensor);
  });
  REQUIRE(weights.size() == 2);
  CHECK(weights[0].is_same(weights[1]));
  options.input_dims = {3, 0, 0};
  CHECK(failure([&] { Tied{options}; }) == "model.105");
}

TEST_CASE("a model moves to another dtype, ties and all", "[model]") {
  Options options;
  options.input_dims = {4, 0, 0};
  options.train_tau = false;
  Tied tied{options};
  tied.to(at::TensorOptions(at::kDouble));
  CHECK(tied.options.dtype == at::kDouble);
  std::vector<Tensor> weights;
  visit_parameters(tied.parts(), [&](std::string const& name, Tensor& tensor, bool) {
    if (name == "shared.weight") weights.push_back(tensor);
  });
  CHECK(weights[0].is_same(weights[1]));
  Net net;
  net.to(at::TensorOptions(at::kDouble));
  for (Parameter const& p : net.parameters()) {
    CHECK(p.tensor.scalar_type() == at::kDouble);
    CHECK(p.tensor.requires_grad() == p.learned);
    CHECK(p.tensor.is_leaf());
  }
}

TEST_CASE("copies share their parameters", "[model]") {
  Net net;
  Net copy = net;
  set_parameter(copy, "V1.conv.bias", 3);
  CHECK(distance(parameter(net, "V1.conv.bias"), full({4}, 3)) == 0);
}

TEST_CASE("parts: what is where, how many channels and which size", "[model]") {
  Net net;
  Parts const parts = net.parts();
  REQUIRE(parts.size() == 9 + 8 + 1);
  CHECK(parts[0].label() == "conv");
  CHECK(parts[2].label() == "operation");
  CHECK(parts[2].path() == "V1.2");
  CHECK(parts[7].type->is_memory);
  CHECK(parts[9].layer == 1);
  CHECK(parts[9].position == 0);
  CHECK(parts.back().path() == "classifier.2");
  std::vector<int> const channels = channels_of(parts, 3);
  CHECK(channels[0] == 3);
  CHECK(channels[1] == 4);
  CHECK(channels[10] == 6);
  CHECK(channels.size() == parts.size() + 1);
  std::vector<Size> const sizes = sizes_of(parts, {9, 12});
  CHECK(sizes[0] == Size{9, 12});
  CHECK(sizes[1] == Size{5, 6});
  CHECK(sizes[9] == Size{3, 3});
  CHECK(sizes_of(parts, {0, 0})[9] == Size{0, 0});
}

TEST_CASE("the classifier averages over the places", "[model]") {
  Classifier head{.weight = row({1, 2, 0, -1}).reshape({2, 2}), .bias = row({10, 20})};
  Tensor const r = row({1, 3, 5, 7, 0, 0, 4, 4}).reshape({1, 2, 2, 2});
  CHECK(values(head(r)) == std::vector<double>{10 + 4 + 4, 20 - 2});
  CHECK(head.classes() == 2);
  Options options = seeded(3);
  options.n_classes = 1000;
  Net net{options};
  CHECK(std::abs(parameter(net, "classifier.2.weight").std().item<double>() / 0.004 - 1) < 0.05);
  CHECK(parameter(net, "classifier.2.bias").abs().max().item<double>() == 0);
}

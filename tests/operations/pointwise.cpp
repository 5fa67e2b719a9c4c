// covers: operations/nonlinearity.hpp operations/supralinear.hpp operations/add_bias.hpp operations/input_adaption.hpp
// covers: concepts/operation.hpp concepts/moment.hpp operations/record.hpp operations/evolve.hpp
// covers: operations/delay.hpp
#include <dynvision/dynamics/runge_kutta4.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/supralinear.hpp>

#include "io/failure.hpp"
#include "laws/alone.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>

using namespace dynvision;
using namespace laws;

namespace {

template <class Op> Op composed(Options const& options, int channels = 2, Size size = {}) {
  Place place(options, channels, size);
  Op op;
  op.compose(place.at);
  return op;
}
Options supralinear(double exponent) {
  Options options = in_double();
  options.supralinearity = exponent;
  return options;
}
Options with_tau(double tau) {
  Options options = in_double();
  options.tau = tau;
  return options;
}
using Names = std::vector<std::string>;

struct Threshold {
  Tensor operator()(Tensor const& x) const { return x.sub(1).relu(); }
};
struct Count {
  mutable int calls = 0;
  Signal operator()(Signal const& x, Moment&) const {
    ++calls;
    return x;
  }
};
struct Changes {  // itself, in a run: refused
  Signal operator()(Signal const& x, Moment&) { return x; }
};

}  // namespace

TEST_CASE("what an operation is", "[operations]") {
  STATIC_CHECK(Operation<Relu>);
  STATIC_CHECK(Operation<Threshold>);
  STATIC_CHECK(Operation<Count>);
  STATIC_CHECK(!Operation<Changes>);
  STATIC_CHECK(MomentOperation<Record>);
  STATIC_CHECK(!Operation<int>);
  STATIC_CHECK(!Operation<Moment>);
  STATIC_CHECK(label_of<Relu>() == "nonlin");
  STATIC_CHECK(label_of<Threshold>() == "operation");
  STATIC_CHECK(out_channels<Threshold>(7) == 7);
  CHECK(out_size(Threshold{}, {3, 4}) == Size{3, 4});
  STATIC_CHECK(same_channels(3, 3));
  STATIC_CHECK(same_channels(image_channels, 3));
  STATIC_CHECK(!same_channels(2, 3));
}

TEST_CASE("a simple operation never sees an absent signal, one of the moment always", "[operations]") {
  Instant instant;
  Threshold threshold;
  CHECK(!apply(threshold, Signal{}, instant.now).defined());
  CHECK(values(apply(threshold, row({3}), instant.now)) == std::vector<double>{2});
  Count count;
  apply(count, Signal{}, instant.now);
  apply(count, row({1}), instant.now);
  CHECK(count.calls == 2);
}

TEST_CASE("nonlinearities", "[operations]") {
  Tensor const x = row({-2, -0.5, 0, 0.5, 2});
  CHECK(values(Relu{}(x)) == std::vector<double>{0, 0, 0, 0.5, 2});
  CHECK(distance(Tanh{}(x), x.tanh()) == 0);
  CHECK(distance(Sigmoid{}(x), x.neg().exp().add(1).reciprocal()) < 1e-15);
  CHECK(distance(Retanh{}(x), x.tanh().clamp_min(0)) == 0);
  CHECK(NoNonlinearity{}(x).is_same(x));
}

// semantics 7.2
TEST_CASE("supralinearity", "[operations]") {
  for (double const n : {0.5, 1.8, 2.0, 3.0}) {
    CAPTURE(n);
    auto power = composed<Supralinear>(supralinear(n));
    std::vector<double> expected;
    std::vector<double> const inputs{-2, -1e-7, 0, 1e-7, 1e-3, 0.5, 1, 3};
    for (double const x : inputs) {
      double const sign = x > 0 ? 1 : x < 0 ? -1 : 0;
      expected.push_back(0.8 * sign * std::pow(std::max(std::abs(x), 1e-6), n));
    }
    CHECK(distance(power(row(inputs)), row(expected)) < 1e-12);
  }
  auto square = composed<Supralinear>(supralinear(2));
  Tensor const small = row({-1e-7, 0, 1e-7, 1}).set_requires_grad(true);
  square(small).sum().backward();
  CHECK(distance(small.grad(), row({0, 0, 0, 1.6})) < 1e-12);
  Tensor const large = row({-1e7, 1e7, 10}).set_requires_grad(true);
  CHECK(distance(square(large), row({-0.8e12, 0.8e12, 80})) < 1e-2);
  square(large).sum().backward();
  CHECK(distance(large.grad(), row({0, 0, 16})) < 1e-10);
}

TEST_CASE("an exponent of 1 leaves supralinearity out, others are kept and not learned", "[operations]") {
  auto none = composed<Supralinear>(supralinear(1));
  CHECK(listed(none).empty());
  Tensor const x = row({-1, 2});
  CHECK(none(x).is_same(x));
  auto square = composed<Supralinear>(supralinear(2));
  CHECK(names(listed(square)) == Names{"n", "k"});
  for (Parameter const& p : listed(square)) CHECK(!p.learned);
  double const nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (double const n : {0.0, -1.0, nan, infinity}) {
    CHECK(failure([&] { composed<Supralinear>(supralinear(n)); }) == "model.112");
  }
}

TEST_CASE("biases of three kinds", "[operations]") {
  auto spatial = composed<AddBias<Spatial>>(in_double(), 2, {3, 4});
  auto feature = composed<AddBias<Feature>>(in_double(), 2);
  auto scalar = composed<AddBias<Uniform>>(in_double(), 2);
  CHECK(spatial.bias.sizes().equals({2, 3, 4}));
  CHECK(feature.bias.sizes().equals({2, 1, 1}));
  CHECK(scalar.bias.sizes().empty());
  CHECK(failure([] { composed<AddBias<Spatial>>(in_double(), 2); }) == "model.114");
  assign(spatial.bias, normal({2, 3, 4}, 1));
  assign(feature.bias, row({1, -1}).reshape({2, 1, 1}));
  assign(scalar.bias, full({}, 3));
  Instant instant;
  Tensor const x = normal({2, 2, 3, 4}, 2);
  CHECK(distance(apply(spatial, x, instant.now), x.add(spatial.bias)) == 0);
  CHECK(distance(apply(feature, x, instant.now).select(1, 1), x.select(1, 1).sub(1)) < 1e-15);
  CHECK(distance(apply(scalar, x, instant.now), x.add(3)) == 0);
  CHECK(apply(spatial, Signal{}, instant.now).sizes().equals({1, 2, 3, 4}));
  CHECK(apply(scalar, Signal{}, instant.now).sizes().equals({1}));
}

// decisions 4
TEST_CASE("a frame fades with the steps it stays on", "[operations]") {
  Options options = in_double();
  auto none = composed<InputAdaption>(options);
  CHECK(listed(none).empty());
  options.input_adaption_weight = 0.5;
  auto adaption = composed<InputAdaption>(options);
  REQUIRE(names(listed(adaption)) == Names{"weight"});
  CHECK(!listed(adaption)[0].learned);
  Instant instant;
  for (int age = 0; age < 5; ++age) {
    instant.now.frame_age = age;
    CHECK(values(apply(adaption, row({8}), instant.now)) == std::vector<double>{8 * std::pow(0.5, age)});
    CHECK(values(apply(none, row({8}), instant.now)) == std::vector<double>{8});
  }
  options.input_adaption_weight = std::numeric_limits<double>::quiet_NaN();
  CHECK(failure([&] { composed<InputAdaption>(options); }) == "model.115");
}

TEST_CASE("evolution starts from the newest stored response, or from (dt/tau) u", "[operations]") {
  Options options = with_tau(8);
  options.dt = 2;
  auto evolve = composed<Evolve<RungeKutta4>>(options);
  Instant instant(4);
  Tensor const u = normal({2, 1, 2, 2}, 1), r = normal({2, 1, 2, 2}, 2), tau = full({}, 8, u.options());
  CHECK(!apply(evolve, Signal{}, instant.now).defined());
  CHECK(distance(apply(evolve, u, instant.now), u.mul(0.25)) < 1e-15);
  instant.memories[0].store(r);
  CHECK(distance(apply(evolve, u, instant.now), RungeKutta4::step(r, u, tau, 2)) == 0);
  instant.memories[0].store({});  // silent since: it starts again
  CHECK(distance(apply(evolve, u, instant.now), u.mul(0.25)) < 1e-15);
  CHECK(!apply(evolve, Signal{}, instant.now).defined());
}

TEST_CASE("tau: a scalar of the layer, learned if asked for", "[operations]") {
  auto evolve = composed<Evolve<>>(with_tau(8));
  REQUIRE(listed(evolve).size() == 1);
  CHECK(listed(evolve)[0].name.empty());
  CHECK(!listed(evolve)[0].learned);
  Options learning = with_tau(8);
  learning.train_tau = true;
  auto learns = composed<Evolve<>>(learning);
  CHECK(listed(learns)[0].learned);
  double const nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (double const tau : {0.0, -5.0, nan, infinity}) {
    CHECK(failure([&] { composed<Evolve<>>(with_tau(tau)); }) == "model.111");
  }
  STATIC_CHECK(Evolve<Euler, As<"tstep_{}.tau">>::path == "tstep_{}.tau");
  STATIC_CHECK(Evolve<Euler, int>::fault == Fault::policy);
  STATIC_CHECK(Evolve<int>::fault == Fault::solver);
}

TEST_CASE("a delay hands on what was stored n steps ago", "[operations]") {
  for (int const n : {0, 1, 3}) {
    CAPTURE(n);
    Options options = in_double();
    options.t_feedforward = 2.0 * n;
    Place place(options);
    Delay delay;
    delay.compose(place.at);
    CHECK(delay.steps == n);
    CHECK(place.at.here().memory == std::max(1, n));
    Instant instant(place.at.here().memory);
    std::vector<Signal> stored;
    for (int t = 0; t < 8; ++t) {
      instant.now.step = t;
      stored.push_back(t % 3 == 1 ? Signal{} : row({1.0 * t}));
      Signal const handed_on = apply(delay, stored.back(), instant.now);
      CHECK(handed_on.is_same(t < n ? Signal{} : stored[static_cast<std::size_t>(t - n)]));
      CHECK(instant.memories[0].past(1).is_same(stored.back()));
    }
  }
}

TEST_CASE("a record is the signal itself", "[operations]") {
  Instant instant;
  Record record;
  Tensor const x = row({1});
  CHECK(apply(record, x, instant.now).is_same(x));
  CHECK(instant.responses[0].is_same(x));
  apply(record, Signal{}, instant.now);
  CHECK(!instant.responses[0].defined());
}

// covers: operations/adaptation.hpp operations/synaptic_depression.hpp operations/delayed_normalisation.hpp
// Mechanisms of the field against their closed forms, for input that stays.
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/operations/delayed_normalisation.hpp>
#include <dynvision/operations/synaptic_depression.hpp>

#include "laws/alone.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace laws;
using Catch::Approx;

namespace {

constexpr double dt = 2, x = 3, r = 1.5;

// Calls f(t, y, state) for 40 steps of one unit whose input, and response, stay the same.
template <class Op, class F> void each_step(Op const& op, F const& f) {
  Tensor const input = full({1, 1, 1, 1}, x, at::TensorOptions(at::kDouble)),
               response = full({1, 1, 1, 1}, r, input.options());
  Instant instant(1, {1, 1});
  instant.memories[0].store(response);
  instant.add_state({});
  instant.now.step = 1;
  for (int t = 1; t <= 40; ++t) {
    Signal const y = apply(op, input, instant.now);
    f(t, y.item<double>(), instant.now.state().past(1).item<double>());
    instant.memories[0].store(response);
    ++instant.now.step;
  }
}

template <class Op> Op composed() {
  Place place(in_double(), 1, {1, 1});
  place.at.first_state = 1;
  place.places.resize(2);
  Op op;
  op.compose(place.at);
  return op;
}

double left(int t, double rate) { return std::pow(1 - dt * rate, t); }  // of a leak, after t steps

}  // namespace

TEST_CASE("adaptation follows the response and is subtracted", "[operations][states]") {
  auto const op = composed<Adaptation<>>();
  each_step(op, [](int t, double y, double a) {
    CHECK(a == Approx(r * (1 - left(t, 1 / 100.0))).epsilon(1e-12));
    CHECK(y == Approx(x - 0.5 * a).epsilon(1e-12));
  });
}

TEST_CASE("depression settles where recovery balances use", "[operations][states]") {
  auto const op = composed<SynapticDepression<>>();
  double const rate = 1 / 200.0 + 0.005 * x, rest = (1 / 200.0) / rate;
  double before = 1;
  each_step(op, [&](int t, double y, double R) {
    CHECK(y == Approx(before * x).epsilon(1e-12));
    CHECK(R == Approx(rest + (1 - rest) * left(t, rate)).epsilon(1e-12));
    before = R;
  });
}

TEST_CASE("delayed normalisation gives a transient, then what is sustained", "[operations][states]") {
  auto const op = composed<DelayedNormalisation<>>();
  double before = 1e9;
  each_step(op, [&](int t, double y, double g) {
    CHECK(g == Approx(x * (1 - left(t, 1 / 50.0))).epsilon(1e-12));
    CHECK(y == Approx(x * x / (0.25 + g * g)).epsilon(1e-12));
    CHECK(y < before);
    before = y;
  });
}

TEST_CASE("time constants of mechanisms learn with train_tau", "[operations][states]") {
  auto const learned = [](bool on) {
    Options options = in_double();
    options.train_tau = on;
    Place place(options, 1, {1, 1});
    place.places.resize(2);
    Adaptation<> op;
    op.compose(place.at);
    int n = 0;
    for (Parameter const& p : listed(op)) n += p.learned;
    return n;
  };
  CHECK(learned(false) == 1);
  CHECK(learned(true) == 2);
}

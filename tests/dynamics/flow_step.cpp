#include <dynvision/core/error.hpp>
#include <dynvision/dynamics/flow_step.hpp>

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <vector>

using namespace dynvision;
using Catch::Approx;

namespace {

struct Driven {  // dr/dt = -r + tanh(1.2 r) + sin t
  double derivative(double r, double t) const { return -r + std::tanh(1.2 * r) + std::sin(t); }
  double leak() const { return -1; }
};
struct Decay {
  double derivative(double r, double) const { return -2 * r + 3; }
  double leak() const { return -2; }
};

template <class Step> double after_two(double dt) {
  return integrate<Step>(Driven{}, 0.3, {.dt = dt, .n_steps = static_cast<int>(std::lround(2 / dt))});
}
// Of log error over log dt, least squares.
template <class Step> double slope(double exact) {
  std::vector<double> x, y;
  double const coarse = Step::order == 1 ? 0.002 : 0.02;
  for (double const dt : {coarse, coarse / 2, coarse / 4, coarse / 8}) {
    x.push_back(std::log(dt)), y.push_back(std::log(std::abs(after_two<Step>(dt) - exact)));
  }
  double mx = 0, my = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / 4, my += y[i] / 4;
  for (std::size_t i = 0; i < x.size(); ++i) xx += (x[i] - mx) * (x[i] - mx), xy += (x[i] - mx) * (y[i] - my);
  return xy / xx;
}

}  // namespace

TEST_CASE("errors of steppers fall with their order", "[flow_step]") {
  double const exact = after_two<RungeKutta4Step>(0.0005);
  CHECK(slope<EulerStep>(exact) == Approx(EulerStep::order).margin(0.1));
  CHECK(slope<ExponentialEulerStep>(exact) == Approx(ExponentialEulerStep::order).margin(0.1));
  CHECK(slope<HeunStep>(exact) == Approx(HeunStep::order).margin(0.1));
  CHECK(slope<RungeKutta4Step>(exact) == Approx(RungeKutta4Step::order).margin(0.1));
}

TEST_CASE("exponential Euler is exact for a leaky unit", "[flow_step]") {
  double r = 0.4;
  for (int n = 0; n < 5; ++n) r = ExponentialEulerStep::step(Decay{}, r, 0.0, 0.7);
  CHECK(r == Approx(1.5 + (0.4 - 1.5) * std::exp(-2 * 3.5)).epsilon(1e-14));
}

TEST_CASE("Euler-Maruyama is Euler and sqrt(dt) of the noise", "[flow_step]") {
  CHECK(EulerMaruyamaStep::step(Decay{}, 0.4, 0.0, 0.01, 0.0) == EulerStep::step(Decay{}, 0.4, 0.0, 0.01));
  CHECK(EulerMaruyamaStep::step(Decay{}, 0.4, 0.0, 0.01, 2.0) ==
        Approx(EulerStep::step(Decay{}, 0.4, 0.0, 0.01) + 0.1 * 2));
}

TEST_CASE("an integration that is none is refused", "[flow_step]") {
  auto const number = [](auto const& call) {
    try {
      call();
    } catch (Error const& error) {
      return error.number();
    }
    return 0;
  };
  CHECK(number([] { integrate<EulerStep>(Decay{}, 1.0, {.dt = 0, .n_steps = 3}); }) == 121);
  CHECK(number([] { integrate<EulerStep>(Decay{}, 1.0, {.dt = 1e3, .n_steps = 2000}); }) == 122);
  CHECK(integrate<EulerStep>(Decay{}, 1.0, {.dt = 0.1, .n_steps = 0}) == 1.0);
}

// covers: dynamics/euler.hpp dynamics/runge_kutta4.hpp
// The laws of solvers are in tests/laws/solver.cpp; here are the closed forms of the two that the library has.
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace laws;

namespace {

Tensor number(double value) { return full({}, value, at::TensorOptions(at::kDouble)); }

template <class S> double after(int n, double r, double u, double tau, double dt) {
  Tensor state = number(r);
  for (int i = 0; i < n; ++i) state = S::step(state, number(u), number(tau), dt);
  return state.item<double>();
}

struct WithoutOrder {
  static Tensor step(Tensor const& r, Tensor const&, Tensor const&, double) { return r; }
};

}  // namespace

TEST_CASE("what a solver is", "[dynamics]") {
  STATIC_CHECK(Solver<Euler>);
  STATIC_CHECK(Solver<RungeKutta4>);
  STATIC_CHECK(!Solver<WithoutOrder>);
  STATIC_CHECK(!Solver<int>);
}

// constant drive: r_n = u + (r_0 - u) P(a)^n, a = dt/tau; P(a) = 1 - a, or the first terms of exp(-a)
TEST_CASE("solvers against their closed form", "[dynamics]") {
  for (double const dt : {0.1, 1.0, 2.0}) {
    double const tau = 5, a = dt / tau, r = 3, u = -0.5;
    double const p = 1 - a + a * a / 2 - a * a * a / 6 + a * a * a * a / 24;
    for (int const n : {1, 2, 7, 40}) {
      CAPTURE(dt, n);
      CHECK(std::abs(after<Euler>(n, r, u, tau, dt) - (u + (r - u) * std::pow(1 - a, n))) < 1e-13);
      CHECK(std::abs(after<RungeKutta4>(n, r, u, tau, dt) - (u + (r - u) * std::pow(p, n))) < 1e-13);
    }
  }
}

TEST_CASE("solvers against the exponential", "[dynamics]") {
  double const exact = 1 - std::exp(-2.0);
  CHECK(std::abs(after<Euler>(2000, 0, 1, 5, 0.005) - exact) < 3e-4);
  CHECK(std::abs(after<RungeKutta4>(20, 0, 1, 5, 0.5) - exact) < 1e-6);
}

TEST_CASE("Euler with dt = tau takes the drive, with dt = 2 tau it no longer decays", "[dynamics]") {
  CHECK(after<Euler>(1, 7, 0.25, 5, 5) == 0.25);
  CHECK(std::abs(after<Euler>(9, 1, 0, 5, 10) + 1) < 1e-13);
}

TEST_CASE("what a step leaves of a state, and the shortest stable tau", "[dynamics]") {
  CHECK(decay<Euler>(4, 1) == 0.75);
  CHECK(decay<Euler>(0.5, 2) == -3);
  CHECK(std::abs(decay<RungeKutta4>(100, 1) - std::exp(-0.01)) < 1e-12);
  CHECK(decay<RungeKutta4>(0.71, 2) > 1);
  CHECK(std::abs(shortest_tau<Euler>(0.1, 2) - 1) < 1e-9);
  CHECK(std::abs(shortest_tau<RungeKutta4>(0.1, 2) - 2 / 2.785293563405282) < 1e-9);
}

TEST_CASE("the first step is (dt/tau) u for every solver", "[dynamics]") {
  CHECK(first_step(number(3), number(6), 2).item<double>() == 1);
  // also for Runge-Kutta, which from a state of zero would give less
  CHECK(after<RungeKutta4>(1, 0, 3, 6, 2) < 0.99);
}

TEST_CASE("an integrator forgets the way of its state when it is detached", "[dynamics]") {
  Tensor const tau = number(5).set_requires_grad(true);
  Integrator<Euler> integrator{.tau = tau, .dt = 2};
  integrator.detach();
  CHECK(integrator(number(1)).requires_grad());
  integrator.detach();
  CHECK(!integrator.state.requires_grad());
  CHECK(std::abs(integrator.state.item<double>() - 0.4) < 1e-15);
}

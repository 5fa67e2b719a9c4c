// The laws of every solver. A new one is added to `Solvers`.
#include <dynvision/dynamics/euler.hpp>
#include <dynvision/dynamics/runge_kutta4.hpp>

#include "gradient.hpp"
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;
using namespace laws;

namespace {

struct Heun {  // a user's
  static constexpr int order = 2;
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    Tensor const rate = tau.reciprocal(), k1 = u.sub(r).mul(rate), k2 = u.sub(r.add(k1, dt)).mul(rate);
    return r.add(k1.add(k2), dt / 2);
  }
};

using Solvers = std::tuple<Euler, RungeKutta4, Heun>;

Tensor number(double value) { return full({}, value, at::TensorOptions(at::kDouble)); }

// Error at t = tau after n steps from r(0) = 2 towards u = 0.5: r(t) = u + (r(0) - u) exp(-t/tau).
template <class S> double error_after(int n) {
  double const tau = 7;
  Tensor r = number(2);
  for (int i = 0; i < n; ++i) r = S::step(r, number(0.5), number(tau), tau / n);
  return std::abs(r.item<double>() - (0.5 + 1.5 * std::exp(-1.0)));
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("a solver converges with its order", "[laws][solver]", Solvers) {
  STATIC_REQUIRE(Solver<TestType>);
  double const measured = std::log2(error_after<TestType>(16) / error_after<TestType>(32));
  CHECK(std::abs(measured - TestType::order) < 0.12);
}

TEMPLATE_LIST_TEST_CASE("a solver rests where the drive is", "[laws][solver]", Solvers) {
  Tensor const u = normal({3, 2, 4, 5}, 1);
  CHECK(distance(TestType::step(u, u, number(5), 2), u) == 0);
  // and comes closer from anywhere else
  Tensor const r = normal({3, 2, 4, 5}, 2), next = TestType::step(r, u, number(5), 2);
  CHECK(next.sub(u).abs().lt(r.sub(u).abs()).all().item<bool>());
}

TEMPLATE_LIST_TEST_CASE("a solver's gradient is that of finite differences", "[laws][solver]", Solvers) {
  Tensor const r = normal({2, 3, 2, 2}, 1), u = normal({2, 3, 2, 2}, 2), tau = number(5);
  CHECK(gradient_error([&] { return TestType::step(r, u, tau, 2); }, {r, u, tau}) < 1e-6);
}

TEMPLATE_LIST_TEST_CASE("a solver treats every unit alone", "[laws][solver]", Solvers) {
  Tensor const r = normal({4, 3, 2, 2}, 1), u = normal({4, 3, 2, 2}, 2), tau = number(3);
  Tensor const all = TestType::step(r, u, tau, 1);
  for (std::int64_t b = 0; b < 4; ++b) {
    CHECK(distance(TestType::step(r.select(0, b), u.select(0, b), tau, 1), all.select(0, b)) < 1e-15);
  }
}

TEMPLATE_LIST_TEST_CASE("an integrator starts with (dt/tau) u and keeps its own state", "[laws][solver]", Solvers) {
  Tensor const u = normal({2, 1, 2, 2}, 1), v = normal({2, 1, 2, 2}, 2), given = normal({2, 1, 2, 2}, 3);
  Integrator<TestType> integrator{.tau = number(5), .dt = 2};
  CHECK(!integrator(Tensor{}).defined());
  CHECK(!integrator.state.defined());
  Tensor const first = integrator(u);
  CHECK(distance(first, u.mul(0.4)) < 1e-15);
  CHECK(distance(integrator(v, given), TestType::step(given, v, number(5), 2)) == 0);
  CHECK(distance(integrator.state, first) == 0);
  CHECK(!integrator(Tensor{}).defined());
  CHECK(distance(integrator.state, first) == 0);
  CHECK(distance(integrator(v), TestType::step(first, v, number(5), 2)) == 0);
}

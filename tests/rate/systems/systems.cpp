// covers: rate/systems.hpp
// covers: rate/systems/leaky_integrator.hpp, rate/systems/activation.hpp, rate/systems/network.hpp, rate/systems/lorenz.hpp
#include <dynvision/analysis/maps/map.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/dynamics/flow_step.hpp>
#include <dynvision/rate/systems/leaky_integrator.hpp>
#include <dynvision/rate/systems/lorenz.hpp>
#include <dynvision/rate/systems/network.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;

namespace {

Eigen::MatrixXd drawn(Eigen::Index rows, Eigen::Index cols, std::uint64_t seed) {
  Eigen::MatrixXd x(rows, cols);
  analysis::DrawStream const draws(seed, 0);
  for (Eigen::Index i = 0; i < x.size(); ++i) x.data()[i] = draws.normal(static_cast<std::uint64_t>(i));
  return x;
}

}  // namespace

TEST_CASE("a leaky integrator with held input is the differential equation", "[rate]") {
  double const alpha = -0.2, beta = 0.8, dt = 1;
  auto const unit = rate::LeakyIntegrator::zero_order_hold(alpha, beta, dt);
  analysis::DrawStream const draws(1, 0);
  double r = 0.2, fine = 0.2, worst = 0;
  for (std::uint64_t t = 0; t < 40; ++t) {
    double const u = draws.normal(t);
    r = unit.step(r, u);
    fine = integrate<RungeKutta4Step>(rate::LeakyFlow{alpha, beta, u}, fine, {.dt = dt / 200, .n_steps = 200});
    worst = std::max(worst, std::abs(r - fine));
  }
  CHECK(worst <= 1e-13);
  CHECK(unit.a == Approx(std::exp(alpha)).epsilon(1e-15));
  CHECK(unit.b == Approx((unit.a - 1) * beta / alpha).epsilon(1e-14));
}

TEST_CASE("forward Euler of a leaky integrator is a choice of its own", "[rate]") {
  auto const unit = rate::LeakyIntegrator::forward_euler(-0.37, 0.8, 1);
  CHECK(unit.a == 1 - 0.37);
  CHECK(unit.b == 0.8);
  CHECK(unit.step(0.2, 1.5) == EulerStep::step(rate::LeakyFlow{-0.37, 0.8, 1.5}, 0.2, 0.0, 1.0));
  CHECK(error_number([] { rate::LeakyIntegrator::forward_euler(-2, 1, 1); }) == 201);
  CHECK(error_number([] { rate::LeakyIntegrator::zero_order_hold(0.1, 1, 1); }) == 201);
}

TEST_CASE("a network is its equation, dense and sparse", "[rate]") {
  Eigen::MatrixXd const A = 0.3 * drawn(7, 7, 1), B = drawn(7, 2, 2);
  Eigen::VectorXd const d = drawn(7, 1, 3), r = drawn(7, 1, 4), u = drawn(2, 1, 5);
  rate::Network<> const net(A, B, d, 0.25);
  Eigen::VectorXd const next = 0.75 * r.array() + 0.25 * (A * r + B * u + d).array().tanh();
  CHECK((net.step(r, u) - next).norm() < 1e-15);
  rate::Network<rate::activations::Tanh, Eigen::SparseMatrix<double>> const sparse(A.sparseView(), B, d, 0.25);
  CHECK((sparse.step(r, u) - next).norm() < 1e-15);
  CHECK((Eigen::MatrixXd(sparse.jacobian(r, u)) - net.jacobian(r, u)).norm() < 1e-15);
}

TEST_CASE("derivatives of networks are those of their steps", "[rate]") {
  Eigen::MatrixXd const A = 0.3 * drawn(7, 7, 1), B = drawn(7, 2, 2);
  Eigen::VectorXd const d = drawn(7, 1, 3), r = drawn(7, 1, 4), u = drawn(2, 1, 5);
  auto const check = [&](auto f) {
    rate::Network<decltype(f)> const net(A, B, d, 0.25, f);
    auto const of_r = [&](Eigen::VectorXd const& x) { return net.step(x, u); };
    auto const of_u = [&](Eigen::VectorXd const& x) { return net.step(r, x); };
    CHECK((analysis::jacobian_by_differences(of_r, r) - net.jacobian(r, u)).norm() < 1e-8);
    CHECK((net.jacobian(r, u) * drawn(7, 2, 8) - net.tangent(r, u, drawn(7, 2, 8))).norm() < 1e-13);
    CHECK((analysis::jacobian_by_differences(of_u, u) - net.input_jacobian(r, u)).norm() < 1e-8);
    rate::NetworkFlow const flow{net, 5.0, [&](double) { return u; }};
    auto const of_flow = [&](Eigen::VectorXd const& x) { return flow.derivative(x, 0); };
    CHECK((analysis::jacobian_by_differences(of_flow, r) - flow.jacobian(r, 0)).norm() < 1e-8);
    // Euler's step of the flow is the network with leak dt/tau
    CHECK((EulerStep::step(flow, r, 0, 1.25) - net.step(r, u)).norm() < 1e-14);
  };
  check(rate::activations::Linear{});
  check(rate::activations::Tanh{});
  check(rate::activations::Relu{});
  check(rate::activations::Sigmoid{});
  rate::activations::LifRate const lif;
  CHECK(lif.forward(1) == 0);
  CHECK(lif.forward(3) == Approx(1 / (0.002 + 0.02 * std::log(1.5))));
  CHECK(lif.adjoint(1, 3, lif.forward(3)) ==
        Approx((lif.forward(3 + 1e-5) - lif.forward(3 - 1e-5)) / 2e-5).epsilon(1e-7));
}

TEST_CASE("networks whose sizes do not fit are refused", "[rate]") {
  Eigen::MatrixXd const A = drawn(3, 3, 1), B = drawn(3, 1, 2);
  CHECK(error_number([&] { rate::Network<>(A, drawn(2, 1, 1)); }) == 202);
  CHECK(error_number([&] { rate::Network<>(drawn(3, 2, 1), B); }) == 202);
  CHECK(error_number([&] { rate::Network<>(A, B, drawn(3, 1, 3), 1.5); }) == 202);
  CHECK(error_number([&] { rate::Network<>(A / 0.0, B); }) == 202);
}

TEST_CASE("the Lorenz system's Jacobian is that of its equation", "[rate]") {
  rate::Lorenz const lorenz;
  Eigen::VectorXd const x = drawn(3, 1, 6) * 5;
  auto const f = [&](Eigen::VectorXd const& at) { return lorenz.derivative(at, 0); };
  CHECK((analysis::jacobian_by_differences(f, x) - lorenz.jacobian(x, 0)).norm() < 1e-7);
  CHECK(lorenz.jacobian(x, 0).trace() == Approx(lorenz.divergence()));
}

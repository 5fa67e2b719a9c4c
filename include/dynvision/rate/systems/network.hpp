// Network: units that drive each other, in steps, and the same in continuous time. With fixed weights it is a reservoir.
//
//   r(t+1) = (1 - leak) r(t) + leak f(A r(t) + B u(t) + d)          leak in (0, 1]; 1: the basic network
//   tau dr/dt = -r + f(A r + B u(t) + d)                            NetworkFlow
//
//   A (N,N) [post][pre], dense or sparse; B (N,M); d (N); r (N); u (M)
//
//   rate::Network<> const net(A, B);              r = net.step(r, u);            net.jacobian(r, u)
//   rate::AtInput const map{net, u};              a map of r, with u held: for fixed points and Lyapunov exponents
//
// Errors: rate.202 (sizes, leak, numbers that are not finite).
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/rate/systems/activation.hpp>

#include <Eigen/Core>
#include <Eigen/SparseCore>

#include <cmath>
#include <utility>

namespace dynvision::rate {

template <Activation F = activations::Tanh, class Matrix = Eigen::MatrixXd> struct Network {
  Matrix A;
  Eigen::MatrixXd B;
  Eigen::VectorXd d;
  double leak = 1;
  F f{};

  Network(Matrix recurrent, Eigen::MatrixXd input, Eigen::VectorXd bias, double leak_ = 1, F activation = {})
      : A(std::move(recurrent)), B(std::move(input)), d(std::move(bias)), leak(leak_), f(activation) {
    check();
  }
  Network(Matrix recurrent, Eigen::MatrixXd input)
      : Network(recurrent, std::move(input), Eigen::VectorXd::Zero(recurrent.rows())) {}

  Eigen::Index size() const { return A.rows(); }

  Eigen::VectorXd drive(Eigen::VectorXd const& r, Eigen::VectorXd const& u) const {
    Eigen::VectorXd x = d;
    x.noalias() += A * r;
    x.noalias() += B * u;
    return x;
  }
  Eigen::VectorXd rates(Eigen::VectorXd const& x) const {
    return x.unaryExpr([this](double one) { return f.forward(one); });
  }
  Eigen::VectorXd slopes(Eigen::VectorXd const& x) const {
    return x.unaryExpr([this](double one) { return f.adjoint(1, one, f.forward(one)); });
  }
  Eigen::VectorXd step(Eigen::VectorXd const& r, Eigen::VectorXd const& u) const {
    Eigen::VectorXd x = drive(r, u);
    for (double& one : x) one = f.forward(one);
    if (leak != 1) x = (1 - leak) * r + leak * x;
    return x;
  }
  // dr(t+1)/dr(t)
  Eigen::MatrixXd jacobian(Eigen::VectorXd const& r, Eigen::VectorXd const& u) const {
    Eigen::MatrixXd J = (leak * slopes(drive(r, u))).asDiagonal() * A;
    if (leak != 1) J.diagonal().array() += 1 - leak;
    return J;
  }
  // The same times V, without writing it down.
  Eigen::MatrixXd tangent(Eigen::VectorXd const& r, Eigen::VectorXd const& u, Eigen::MatrixXd const& V) const {
    Eigen::MatrixXd next = A * V;
    next.array().colwise() *= (leak * slopes(drive(r, u))).array();
    if (leak != 1) next += (1 - leak) * V;
    return next;
  }
  // dr(t+1)/du(t)
  Eigen::MatrixXd input_jacobian(Eigen::VectorXd const& r, Eigen::VectorXd const& u) const {
    return (leak * slopes(drive(r, u))).asDiagonal() * B;
  }

 private:
  void check() const {
    if (A.rows() != A.cols() || A.rows() == 0 || B.rows() != A.rows() || d.size() != A.rows()) {
      fail("rate", 202,
           {"a network of ", A.rows(), " x ", A.cols(), " recurrent weights, ", B.rows(), " x ", B.cols(),
            " input weights and ", d.size(), " biases: expected N x N, N x M and N"});
    }
    if (!(leak > 0 && leak <= 1)) fail("rate", 202, {"a network with leak = ", leak, ": expected 0 < leak <= 1"});
    if (!std::isfinite(A.sum()) || !B.allFinite() || !d.allFinite()) {
      fail("rate", 202, "a network with weights that are not finite: expected numbers");
    }
  }
};

// With the input held.
template <class N> struct AtInput {
  N const& network;
  Eigen::VectorXd u;
  Eigen::VectorXd operator()(Eigen::VectorXd const& r) const { return network.step(r, u); }
  Eigen::MatrixXd jacobian(Eigen::VectorXd const& r) const { return network.jacobian(r, u); }
  Eigen::MatrixXd tangent(Eigen::VectorXd const& r, Eigen::MatrixXd const& V) const { return network.tangent(r, u, V); }
};
template <class N> AtInput(N const&, Eigen::VectorXd) -> AtInput<N>;

// In continuous time; input(t) is u at that time. leak() is what ExponentialEulerStep asks for.
template <class N, class Input> struct NetworkFlow {
  N const& network;
  double tau;
  Input input;
  Eigen::VectorXd derivative(Eigen::VectorXd const& r, double t) const {
    return (network.rates(network.drive(r, input(t))) - r) / tau;
  }
  Eigen::MatrixXd jacobian(Eigen::VectorXd const& r, double t) const {
    Eigen::MatrixXd J = network.slopes(network.drive(r, input(t))).asDiagonal() * network.A;
    J.diagonal().array() -= 1;
    return J / tau;
  }
  double leak() const { return -1 / tau; }
};
template <class N, class Input> NetworkFlow(N const&, double, Input) -> NetworkFlow<N, Input>;

}  // namespace dynvision::rate

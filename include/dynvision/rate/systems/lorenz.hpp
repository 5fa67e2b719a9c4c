// The Lorenz system (Lorenz 1963): three numbers, chaotic with the numbers that it has here.
//
//   dx/dt = sigma (y - x)     dy/dt = x (rho - z) - y     dz/dt = x y - beta z
//
// Lyapunov exponents 0.906, 0, -14.57; their sum is the divergence -(sigma + 1 + beta) everywhere.
//
//   Eigen::Vector3d x = integrate<RungeKutta4Step>(rate::Lorenz{}, Eigen::Vector3d(1, 1, 1), {.dt = 0.01, .n_steps = 1000});
#pragma once
#include <Eigen/Core>

namespace dynvision::rate {

struct Lorenz {
  double sigma = 10, rho = 28, beta = 8.0 / 3;

  template <class X> X derivative(X const& x, double) const {
    X change = x;
    change << sigma * (x[1] - x[0]), x[0] * (rho - x[2]) - x[1], x[0] * x[1] - beta * x[2];
    return change;
  }
  template <class X> Eigen::Matrix3d jacobian(X const& x, double) const {
    Eigen::Matrix3d J;
    J << -sigma, sigma, 0, rho - x[2], -1, -x[0], x[1], x[0], -beta;
    return J;
  }
  double divergence() const { return -(sigma + 1 + beta); }
};

}  // namespace dynvision::rate

// Kuramoto's coupled oscillators.
//
//   d theta_i/dt = omega_i + (K/N) sum_j sin(theta_j - theta_i) = omega_i + K R sin(psi - theta_i),    R e^(i psi) = mean e^(i theta)
//
// Lorentzian omega of half width gamma: they lock partly above Kc = 2 gamma, where R = sqrt(1 - Kc/K) for N -> infinity.
//
//   rate::Kuramoto const net{rate::lorentzian_frequencies(2000, 0.5), 2.0};
//   theta = integrate<RungeKutta4Step>(net, theta, {.dt = 0.05, .n_steps = 2000});        rate::Kuramoto::order(theta)
//
// Source: Kuramoto 1975; Strogatz 2000. Errors: rate.204.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <cmath>
#include <numbers>

namespace dynvision::rate {

struct Kuramoto {
  Eigen::VectorXd omega;  // (N)
  double K = 1;

  Eigen::VectorXd derivative(Eigen::VectorXd const& theta, double) const {
    if (theta.size() != omega.size() || theta.size() == 0) {
      fail("rate", 204, {theta.size(), " phases for ", omega.size(), " frequencies: expected as many"});
    }
    Eigen::ArrayXd const c = theta.array().cos(), s = theta.array().sin();
    return omega.array() + K * (s.mean() * c - c.mean() * s);
  }
  // R: 1 where all phases are the same, about 1/sqrt(N) where they are anyhow.
  static double order(Eigen::VectorXd const& theta) {
    return std::hypot(theta.array().cos().mean(), theta.array().sin().mean());
  }
};

// N quantiles of a Lorentzian (Cauchy) distribution around 0.
inline Eigen::VectorXd lorentzian_frequencies(Eigen::Index n, double half_width) {
  if (n < 1 || !(half_width >= 0)) {
    fail("rate", 204, {n, " frequencies of half width ", half_width, ": expected at least 1, and a width >= 0"});
  }
  Eigen::VectorXd omega(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    double const share = (static_cast<double>(i) + 0.5) / static_cast<double>(n);
    omega[i] = half_width * std::tan(std::numbers::pi * (share - 0.5));
  }
  return omega;
}

}  // namespace dynvision::rate

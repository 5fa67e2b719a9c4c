// A ring attractor: N units with preferred directions around a circle, which keep a direction as a bump of activity.
//
//   tau dr_i/dt = -r_i + [I_i + (1/N) sum_j (J0 + J1 cos(theta_i - theta_j) + v J1 sin(theta_i - theta_j)) r_j]_+
//
//   theta_i = 2 pi i/N       I_i = input + cue cos(theta_i - cue direction)       v: angular velocity [1/tau]
//
// Even input forms a bump by itself where J1 > 2; there all directions are stable alike, and v moves the bump with v/tau: the
// network integrates its velocity. Interactions are two sums over the ring, so a step takes time in proportion to N.
//
//   rate::Ring ring{.J1 = 3};
//   r = integrate<RungeKutta4Step>(ring, r, {.dt = 0.1, .n_steps = 500});       ring.direction(r), ring.modulation(r)
//
// Source: Ben-Yishai, Bar-Or & Sompolinsky 1995; Zhang 1996 (velocity).
// Errors: rate.212.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <cmath>
#include <complex>
#include <numbers>

namespace dynvision::rate {

struct Ring {
  double J0 = -4, J1 = 3, input = 1, tau = 1;
  double velocity = 0;                // [1/tau]
  double cue = 0, cue_direction = 0;  // strength; [rad]

  double angle(Eigen::Index i, Eigen::Index n) const {
    return 2 * std::numbers::pi * static_cast<double>(i) / static_cast<double>(n);
  }
  Eigen::VectorXd derivative(Eigen::VectorXd const& r, double) const {
    Eigen::Index const n = r.size();
    check(n);
    Eigen::ArrayXd const theta = angles(n), c = theta.cos(), s = theta.sin();
    double const mean = r.mean(), along = (c * r.array()).mean(), across = (s * r.array()).mean();
    // cos(i - j) = c_i c_j + s_i s_j,  sin(i - j) = s_i c_j - c_i s_j
    double const of_cos = J1 * (along - velocity * across) + cue * std::cos(cue_direction);
    double const of_sin = J1 * (across + velocity * along) + cue * std::sin(cue_direction);
    Eigen::ArrayXd const drive = input + J0 * mean + of_cos * c + of_sin * s;
    return (drive.max(0.0) - r.array()) / tau;
  }

  // Where the bump is, in (-pi, pi].
  double direction(Eigen::VectorXd const& r) const { return std::arg(population_vector(r)); }
  // (max - min) / mean: 0 without a bump.
  double modulation(Eigen::VectorXd const& r) const { return (r.maxCoeff() - r.minCoeff()) / r.mean(); }

 private:
  static Eigen::ArrayXd angles(Eigen::Index n) {
    return Eigen::ArrayXd::LinSpaced(n, 0, 2 * std::numbers::pi * static_cast<double>(n - 1) / static_cast<double>(n));
  }
  static std::complex<double> population_vector(Eigen::VectorXd const& r) {
    Eigen::ArrayXd const theta = angles(r.size());
    return {(theta.cos() * r.array()).sum(), (theta.sin() * r.array()).sum()};
  }
  void check(Eigen::Index n) const {
    if (n < 3 || !(tau > 0)) {
      fail("rate", 212, {"a ring of ", n, " units with tau = ", tau, ": expected at least 3 units, and tau > 0"});
    }
  }
};

}  // namespace dynvision::rate

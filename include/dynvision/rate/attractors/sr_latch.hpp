// A set-reset latch in one unit that excites itself.
//
//   r(t+1) = tanh(a r(t) + b (set - reset))
//
// a > 1: two stable states +-r*, r* = tanh(a r*), and an unstable one at 0. A pulse of one step turns it where b |pulse| > a r*.
// a <= 1: one state, at 0; nothing is kept.
//
//   rate::SrLatch const latch{.a = 2, .b = 4};        r = latch.step(r, set, reset);        latch.is_set(r)
//
// It is a map of one number without pulses, for analysis::fixed_points and basin_depth.
// Errors: rate.203.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <cmath>

namespace dynvision::rate {

struct SrLatch {
  double a = 2, b = 4;

  double step(double r, double set, double reset) const { return std::tanh(a * r + b * (set - reset)); }
  bool is_set(double r) const { return r > 0; }

  Eigen::VectorXd operator()(Eigen::VectorXd const& r) const { return (a * r.array()).tanh(); }
  Eigen::MatrixXd jacobian(Eigen::VectorXd const& r) const {
    return (a * (1 - (a * r.array()).tanh().square())).matrix().asDiagonal();
  }

  // r*, by Newton's method from above: r - tanh(a r) is convex there.
  double resting_state() const {
    if (!(a > 1) || !std::isfinite(a)) {
      fail("rate", 203, {"a latch with a = ", a, " has no state but 0: expected a > 1"});
    }
    double r = 1;
    for (int i = 0; i < 200; ++i) {
      double const y = std::tanh(a * r), next = r - (r - y) / (1 - a * (1 - y * y));
      if (!(next < r)) break;
      r = next;
    }
    return r;
  }
  // The drive of a pulse of one step above which the latch turns.
  double flip_threshold() const { return a * resting_state(); }
};

}  // namespace dynvision::rate

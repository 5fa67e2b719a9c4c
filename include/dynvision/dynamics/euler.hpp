// Forward Euler, order 1, stable for 0 < dt < 2 tau.
//
//   r(t+dt) = r(t) + dt/tau (u - r(t))
#pragma once
#include <dynvision/dynamics/solver.hpp>

namespace dynvision {

struct Euler {
  static constexpr int order = 1;
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    return r.add(u.sub(r).mul(tau.reciprocal().mul(dt)));
  }
  static double gain(double a) { return a; }
  static double gain_slope(double) { return 1; }
};

}  // namespace dynvision

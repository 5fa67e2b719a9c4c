// Classical Runge-Kutta, order 4, with u constant over the step.
//
//   k1 = f(r)   k2 = f(r + dt k1/2)   k3 = f(r + dt k2/2)   k4 = f(r + dt k3)   f(r) = (u - r)/tau
//   r(t+dt) = r(t) + dt (k1 + 2 k2 + 2 k3 + k4)/6
#pragma once
#include <dynvision/dynamics/solver.hpp>

namespace dynvision {

struct RungeKutta4 {
  static constexpr int order = 4;
  static Tensor step(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
    Tensor const rate = tau.reciprocal();  // [1/ms]
    Tensor const k1 = u.sub(r).mul(rate);
    Tensor const k2 = u.sub(r.add(k1, dt / 2)).mul(rate);
    Tensor const k3 = u.sub(r.add(k2, dt / 2)).mul(rate);
    Tensor const k4 = u.sub(r.add(k3, dt)).mul(rate);
    return r.add(k1.add(k2, 2).add(k3, 2).add(k4), dt / 6);
  }
  static double gain(double a) { return a - a * a / 2 + a * a * a / 6 - a * a * a * a / 24; }
  static double gain_slope(double a) { return 1 - a + a * a / 2 - a * a * a / 6; }
};

}  // namespace dynvision

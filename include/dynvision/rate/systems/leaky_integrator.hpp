// A leaky integrator, in steps and in continuous time.
//
//   dr/dt = alpha r + beta u,  alpha < 0              r(t+dt) = a r(t) + b u(t)
//
//   zero_order_hold   a = e^(alpha dt),  b = (a - 1) beta/alpha        exact for an input that is held over the step
//   forward_euler     a = 1 + alpha dt,  b = beta dt                   of order 1, stable for dt < -2/alpha
//
//   auto const unit = rate::LeakyIntegrator::zero_order_hold(-0.1, 0.1, 2);      r = unit.step(r, u);
//
// Errors: rate.201.
#pragma once
#include <dynvision/core/error.hpp>

#include <cmath>

namespace dynvision::rate {

struct LeakyIntegrator {
  double a = 0, b = 1;

  double step(double r, double u) const { return a * r + b * u; }

  static LeakyIntegrator zero_order_hold(double alpha, double beta, double dt) {
    check(alpha, beta, dt);
    return {std::exp(alpha * dt), std::expm1(alpha * dt) * beta / alpha};
  }
  static LeakyIntegrator forward_euler(double alpha, double beta, double dt) {
    check(alpha, beta, dt);
    if (!(alpha * dt > -2)) {
      fail("rate", 201,
           {"a leaky integrator with alpha = ", alpha, " and dt = ", dt,
            " by forward Euler, which is unstable: expected dt < ", -2 / alpha, ", or zero_order_hold"});
    }
    return {1 + alpha * dt, beta * dt};
  }

 private:
  static void check(double alpha, double beta, double dt) {
    if (!(alpha < 0) || !(dt > 0) || !std::isfinite(alpha) || !std::isfinite(beta) || !std::isfinite(dt)) {
      fail("rate", 201,
           {"a leaky integrator with alpha = ", alpha, ", beta = ", beta, ", dt = ", dt,
            ": expected alpha < 0 < dt, and finite numbers"});
    }
  }
};

// The same as a flow, with the input u held: for steppers (dynamics/flow_step.hpp).
struct LeakyFlow {
  double alpha = -1, beta = 1, u = 0;
  double derivative(double r, double) const { return alpha * r + beta * u; }
  double leak() const { return alpha; }
};

}  // namespace dynvision::rate

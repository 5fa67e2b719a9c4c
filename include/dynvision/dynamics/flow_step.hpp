// One step of any differential equation dx/dt = f(x, t), for states that can be added: double, Eigen's vectors and matrices.
//
//   EulerStep              x + dt f(x,t)                                                        order 1
//   ExponentialEulerStep   x + dt phi(a dt) f(x,t),  phi(z) = (e^z - 1)/z                       order 1, exact where f is linear
//   HeunStep               x + dt (k1 + k2)/2        k1 = f(x,t), k2 = f(x + dt k1, t + dt)     order 2
//   RungeKutta4Step        x + dt (k1 + 2 k2 + 2 k3 + k4)/6                                     order 4
//   EulerMaruyamaStep      x + dt f(x,t) + sqrt(dt) noise                                       noise: sigma times normal numbers
//
// A flow is a value with `derivative(x, t)`. ExponentialEulerStep asks it for `leak()`, too: a of f(x,t) = a x + N(x,t), which is
// -1/tau of a leaky unit. Solvers of layers (dynamics/solver.hpp) do the same for the one equation tau dr/dt = -r + u.
//
//   x = RungeKutta4Step::step(flow, x, t, dt);
//   x = integrate<RungeKutta4Step>(flow, x, {.dt = 0.01, .n_steps = 1000});
//
// Sources: Heun 1900; Kutta 1901; Certaine 1960 (exponential Euler); Maruyama 1955.
// Errors: dynamics.121, 122.
#pragma once
#include <dynvision/core/error.hpp>

#include <cmath>
#include <concepts>
#include <type_traits>

namespace dynvision {

template <class F, class X>
concept FlowOn = requires(F const& flow, X const& x, double t) {
  { flow.derivative(x, t) } -> std::convertible_to<X>;
};

struct EulerStep {
  static constexpr int order = 1;
  template <class X, FlowOn<X> F> static X step(F const& flow, X const& x, double t, double dt) {
    return x + dt * flow.derivative(x, t);
  }
};

struct ExponentialEulerStep {
  static constexpr int order = 1;
  template <class X, FlowOn<X> F> static X step(F const& flow, X const& x, double t, double dt) {
    double const z = flow.leak() * dt, phi = z == 0 ? 1 : std::expm1(z) / z;
    return x + (dt * phi) * flow.derivative(x, t);
  }
};

struct HeunStep {
  static constexpr int order = 2;
  template <class X, FlowOn<X> F> static X step(F const& flow, X const& x, double t, double dt) {
    X const k1 = flow.derivative(x, t);
    X const k2 = flow.derivative(X(x + dt * k1), t + dt);
    return x + (dt / 2) * (k1 + k2);
  }
};

struct RungeKutta4Step {
  static constexpr int order = 4;
  template <class X, FlowOn<X> F> static X step(F const& flow, X const& x, double t, double dt) {
    X const k1 = flow.derivative(x, t);
    X const k2 = flow.derivative(X(x + (dt / 2) * k1), t + dt / 2);
    X const k3 = flow.derivative(X(x + (dt / 2) * k2), t + dt / 2);
    X const k4 = flow.derivative(X(x + dt * k3), t + dt);
    return x + (dt / 6) * (k1 + 2 * (k2 + k3) + k4);
  }
};

struct EulerMaruyamaStep {
  // noise: of the size of x, in units of x per square root of time
  template <class X, FlowOn<X> F>
  static X step(F const& flow, X const& x, double t, double dt, std::type_identity_t<X> const& noise) {
    return x + dt * flow.derivative(x, t) + std::sqrt(dt) * noise;
  }
};

struct FlowSteps {
  double dt = 0;
  int n_steps = 0;
  double t = 0;  // at the start
};

// The state after n_steps; watch(x, t) sees the state after each.
template <class Step, class X, FlowOn<X> F, class Watch>
X integrate(F const& flow, X x, FlowSteps const& over, Watch const& watch) {
  if (!(over.dt > 0) || !std::isfinite(over.dt) || over.n_steps < 0) {
    fail("dynamics", 121,
         {"integration with dt = ", over.dt, " over ", over.n_steps, " steps: expected dt > 0 and n_steps >= 0"});
  }
  for (int n = 0; n < over.n_steps; ++n) {
    x = Step::step(flow, x, over.t + n * over.dt, over.dt);
    watch(x, over.t + (n + 1) * over.dt);
  }
  double size = 0;
  if constexpr (std::is_arithmetic_v<X>) {
    size = static_cast<double>(x);
  } else {
    size = x.sum();
  }
  if (!std::isfinite(size)) {
    fail("dynamics", 122,
         {"a state that is not finite after ", over.n_steps, " steps of dt = ", over.dt, ": expected a smaller dt"});
  }
  return x;
}
template <class Step, class X, FlowOn<X> F> X integrate(F const& flow, X const& x, FlowSteps const& over) {
  return integrate<Step>(flow, x, over, [](X const&, double) {});
}

}  // namespace dynvision

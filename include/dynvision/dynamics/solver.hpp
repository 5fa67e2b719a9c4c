// Solver: one time step of tau dr/dt = -r + u, with the drive u held constant over the step.
//
//   r(t+dt) = S::step(r(t), u, tau, dt)       r, u: (B,C,H,W); tau, dt [ms]; tau a scalar tensor, so it can learn
//
// S::order is the order of convergence; tests/laws/solver.cpp measures it for every solver. A solver is a struct with
// these two static members: nothing to register, nothing to derive from.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/core/tensor.hpp>

#include <cmath>
#include <concepts>

namespace dynvision {

template <class S>
concept Solver = requires(Tensor const& r, Tensor const& u, Tensor const& tau, double dt) {
  { S::order } -> std::convertible_to<int>;
  { S::step(r, u, tau, dt) } -> std::same_as<Tensor>;
};

// The equation is linear, so with u constant a step can be written with one number, and fused with its neighbours:
//   r(t+dt) = r + gain(a) (u - r),  a = dt/tau       gain_slope: its derivative
template <class S>
concept LinearSolver = Solver<S> && requires(double a) {
  { S::gain(a) } -> std::convertible_to<double>;
  { S::gain_slope(a) } -> std::convertible_to<double>;
};

// What a step without drive leaves of r: r(t+dt) = decay r(t). Stable where |decay| < 1; below 0 r swings around its drive.
template <Solver S> double decay(double tau, double dt) {
  if constexpr (LinearSolver<S>) {
    return 1 - S::gain(dt / tau);
  } else {
    auto const number = [](double value) { return full({1, 1, 1, 1}, value, at::TensorOptions(at::kDouble)); };
    return S::step(number(1), number(0), full({}, tau, at::TensorOptions(at::kDouble)), dt).template item<double>();
  }
}

// [ms] The shortest stable tau above an unstable one.
template <Solver S> [[gnu::cold]] double shortest_tau(double tau, double dt) {
  double below = tau, above = 2 * tau;
  while (!(std::abs(decay<S>(above, dt)) < 1) && above < 1e6 * dt) below = above, above *= 2;
  for (int i = 0; i < 40; ++i) {
    double const middle = (below + above) / 2;
    (std::abs(decay<S>(middle, dt)) < 1 ? above : below) = middle;
  }
  return above;
}

// Before there is a state the first step is (dt/tau) u, for every solver.
inline Tensor first_step(Tensor const& u, Tensor const& tau, double dt) { return u.mul(tau.reciprocal().mul(dt)); }

// A solver with its own state, for use outside a model: the state is the newest result of a call without `r`.
template <Solver S> struct Integrator {
  Tensor tau;      // [ms], scalar
  double dt = 2;   // [ms]
  Tensor state{};  // (B,C,H,W), absent at first

  Tensor operator()(Tensor const& u) {
    if (!u.defined()) return u;
    return state = state.defined() ? S::step(state, u, tau, dt) : first_step(u, tau, dt);
  }
  Tensor operator()(Tensor const& u, Tensor const& r) const {  // from a given state: the own one stays as it is
    return u.defined() ? S::step(r, u, tau, dt) : u;
  }
  void detach() {
    if (state.defined()) state = state.detach();
  }
};

}  // namespace dynvision

// Activations: from the drive of a unit to its rate. y = forward(x), dL/dx = adjoint(dL/dy, x, y).
//
// These are for dense matrices of float64; the functors of operations/nonlinearity.hpp have the same functions and can take their place.
#pragma once
#include <algorithm>
#include <cmath>
#include <concepts>

namespace dynvision::rate {

template <class F>
concept Activation = requires(F const& f, double x) {
  { f.forward(x) } -> std::convertible_to<double>;
  { f.adjoint(x, x, x) } -> std::convertible_to<double>;
};

namespace activations {

struct Linear {
  double forward(double x) const { return x; }
  double adjoint(double g, double, double) const { return g; }
};
struct Tanh {
  double forward(double x) const { return std::tanh(x); }
  double adjoint(double g, double, double y) const { return g * (1 - y * y); }
};
struct Relu {
  double forward(double x) const { return std::max(x, 0.0); }
  double adjoint(double g, double x, double) const { return x > 0 ? g : 0; }
};
struct Sigmoid {
  double forward(double x) const { return 1 / (1 + std::exp(-x)); }
  double adjoint(double g, double, double y) const { return g * y * (1 - y); }
};
// Rate of a leaky integrate-and-fire neuron, threshold 1: 1/(t_refractory - tau ln(1 - 1/x)) for x > 1, else 0 [1/s].
struct LifRate {
  double tau = 0.02, t_refractory = 0.002;  // [s]
  double forward(double x) const { return x > 1 ? 1 / (t_refractory - tau * std::log1p(-1 / x)) : 0; }
  double adjoint(double g, double x, double y) const { return x > 1 ? g * y * y * tau / (x * (x - 1)) : 0; }
};

}  // namespace activations

}  // namespace dynvision::rate

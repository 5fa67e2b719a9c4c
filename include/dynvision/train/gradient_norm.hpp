// The length of the gradient of all parameters together, and clipping, by it or by value.
//
//   |g| = sqrt(sum_p sum_i g_{p,i}^2)       by norm: g <- g min(1, c / (|g| + 1e-6))        by value: g <- max(-c, min(c, g))
//
// Source: Pascanu, Mikolov & Bengio 2013, algorithm 1; the small number is PyTorch's.
// Parameters without a gradient do not count.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/core/parameters.hpp>

namespace dynvision {

inline double gradient_norm(Parameters const& parameters) {
  std::vector<Tensor> norms;
  for (Parameter const& p : parameters) {
    if (p.learned && p.tensor.grad().defined()) norms.push_back(p.tensor.grad().detach().norm());
  }
  return norms.empty() ? 0 : stack_along(norms, 0).norm().item<double>();
}

inline void scale_gradient(Parameters const& parameters, double factor) {
  if (factor == 1) return;
  for (Parameter const& p : parameters) {
    if (p.learned && p.tensor.grad().defined()) p.tensor.grad().detach().mul_(factor);
  }
}

// `norm` is the gradient's, as computed before.
inline void clip_gradient(Parameters const& parameters, double largest, double norm) {
  double const factor = largest / (norm + 1e-6);
  if (factor < 1) scale_gradient(parameters, factor);
}

inline void clip_gradient_by_value(Parameters const& parameters, double largest) {
  for (Parameter const& p : parameters) {
    if (p.learned && p.tensor.grad().defined()) p.tensor.grad().detach().clamp_(-largest, largest);
  }
}

}  // namespace dynvision

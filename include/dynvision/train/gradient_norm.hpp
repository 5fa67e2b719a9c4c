// The length of the gradient of all parameters together, and clipping by it.
//
//   |g| = sqrt(sum_p sum_i g_{p,i}^2)       clipped: g <- g min(1, c / (|g| + 1e-6))
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

// `norm` is the gradient's, as computed before.
inline void clip_gradient(Parameters const& parameters, double largest, double norm) {
  double const factor = largest / (norm + 1e-6);
  if (!(factor < 1)) return;
  for (Parameter const& p : parameters) {
    if (p.learned && p.tensor.grad().defined()) p.tensor.grad().detach().mul_(factor);
  }
}

}  // namespace dynvision

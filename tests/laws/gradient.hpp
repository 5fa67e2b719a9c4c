// Gradient = finite differences: of a random projection of the result, along a random direction in each input.
#pragma once
#include "numbers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace laws {

// f reads `inputs` (double) and returns a tensor. The largest relative error over the inputs; infinite if autograd
// does not reach one of them.
inline double gradient_error(std::function<Tensor()> const& f, std::vector<Tensor> inputs, std::uint64_t seed = 1) {
  for (Tensor& x : inputs) {
    x.mutable_grad() = Tensor{};
    x.set_requires_grad(true);
  }
  Tensor const y = f();
  Tensor const projection = normal(y.sizes(), seed);
  auto const projected = [&](Tensor const& z) { return z.mul(projection).sum(); };
  projected(y).backward();

  double worst = 0;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Tensor const gradient = inputs[i].grad();
    if (!gradient.defined()) return std::numeric_limits<double>::infinity();
    at::AutoGradMode const no_gradient(false);
    Tensor const direction = normal(inputs[i].sizes(), seed + 100 + i);
    double const computed = gradient.mul(direction).sum().item<double>();
    // With a kink (of a ReLU, of a maximum) within the step the difference is no derivative: then a shorter step.
    double error = std::numeric_limits<double>::infinity();
    for (double const step : {1e-5, 1e-6, 1e-7}) {
      inputs[i].add_(direction, step);
      double const above = projected(f()).item<double>();
      inputs[i].add_(direction, -2 * step);
      double const below = projected(f()).item<double>();
      inputs[i].add_(direction, step);
      error = std::min(error, std::abs((above - below) / (2 * step) - computed) / std::max(1.0, std::abs(computed)));
      if (error < 1e-7) break;
    }
    worst = std::max(worst, error);
  }
  return worst;
}

}  // namespace laws

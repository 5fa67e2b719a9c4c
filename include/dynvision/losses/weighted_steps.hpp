// Cross entropy over the last steps of a trial, each with its weight.
//
//   L = sum_k w_k mean_b( -log softmax(z_b(T - n + k))_y )       k = 1 ... n, n: number of weights, T: recorded steps
//
//   WeightedSteps{logspace(-3, 0, 30)}      the last 30 steps, from 0.001 to 1
//
// A label equal to ignore_index does not count.
#pragma once
#include <dynvision/losses/cross_entropy.hpp>

#include <cmath>
#include <vector>

namespace dynvision {

// n numbers from 10^first to 10^last, in equal ratios.
inline std::vector<double> logspace(double first, double last, int n) {
  std::vector<double> all;
  for (int i = 0; i < n; ++i) all.push_back(std::pow(10, n == 1 ? last : first + (last - first) * i / (n - 1)));
  return all;
}

struct WeightedSteps {
  std::vector<double> weights{1};  // of the last steps, in their order
  std::int64_t ignore_index = -1;

  // outputs (B,T,K), labels (B,T) int64
  Tensor operator()(Tensor const& outputs, Tensor const& labels) const {
    auto const n = static_cast<std::int64_t>(weights.size());
    if (outputs.dim() != 3 || outputs.size(1) < n || n < 1) {
      fail("losses", 131,
           {"outputs ", shape_text(outputs.sizes()), " and weights of ", n,
            " steps: expected (B,T,K) with at least as many steps, and at least one"});
    }
    CrossEntropy const one{.ignore_index = ignore_index, .reduction = LossReduction::none};
    std::int64_t const from = outputs.size(1) - n;
    Tensor const each = one(outputs.narrow(1, from, n), labels.narrow(1, from, n));  // (B,n)
    Tensor const w = full({n}, 0, at::TensorOptions(at::kDouble));
    std::copy(weights.begin(), weights.end(), w.mutable_data_ptr<double>());
    return each.mean({0}).mul(on_device(each.device(), w.to(each.scalar_type()))).sum();
  }
};

}  // namespace dynvision

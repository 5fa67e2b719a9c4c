// A network of rates with LibTorch's operators one by one, and what benches of rate networks do with it.
//
//   v <- (1 - alpha) v + alpha (U x + W r),   r = tanh v,   z = V r
#pragma once
#include <dynvision/core/parameters.hpp>

#include <torch/torch.h>

#include "../probes/calls.hpp"

#include <array>
#include <cstdio>
#include <vector>

struct PlainRates {
  at::Tensor U, u, W, w, V, c;
  double alpha;

  at::Tensor operator()(at::Tensor const& x) const {  // (B,T,In) -> (B,T,Out)
    at::Tensor v = at::zeros({x.size(0), W.size(0)}), r = at::zeros_like(v);
    std::vector<at::Tensor> rates;
    for (std::int64_t t = 0; t < x.size(1); ++t) {
      v = (1 - alpha) * v + alpha * (at::linear(r, W, w) + at::linear(x.select(1, t), U, u));
      r = at::tanh(v);
      rates.push_back(r);
    }
    return at::linear(at::stack(rates, 1), V, c);
  }
  std::vector<at::Tensor> parameters() const { return {U, u, W, w, V, c}; }
};

// U, u, W, w, V, c of a CTRNN, to be learned apart from it.
inline std::array<at::Tensor, 6> copied_weights(dynvision::Parameters const& all) {
  auto const copy = [&](char const* name) { return dynvision::tensor_of(all, name).detach().clone().requires_grad_(); };
  return {copy("rates.input.weight"),   copy("rates.input.bias"), copy("rates.recurrent.weight"),
          copy("rates.recurrent.bias"), copy("readout.weight"),   copy("readout.bias")};
}
inline PlainRates plain_rates(dynvision::Parameters const& all, double alpha) {
  auto const [U, u, W, w, V, c] = copied_weights(all);
  return {U, u, W, w, V, c, alpha};
}

inline std::vector<at::Tensor> learned_of(dynvision::Parameters const& all) {
  std::vector<at::Tensor> learned;
  for (dynvision::Parameter const& p : all) {
    if (p.learned) learned.push_back(p.tensor);
  }
  return learned;
}

inline void forget_gradients(std::vector<at::Tensor> const& parameters) {
  for (at::Tensor const& p : parameters) p.mutable_grad() = at::Tensor{};
}

inline double relative_difference(at::Tensor const& a, at::Tensor const& b) {
  return ((a - b).norm() / b.norm()).item<double>();
}

template <class Step> void print_calls(char const* what, Step const& step) {
  BenchCalls counts;
  bench_calls_start(), step(), bench_calls_stop(&counts);
  std::printf("  %-20s %7lld operator calls a step, %.2f ms in operators\n", what, counts.calls,
              1e3 * counts.operators);
}

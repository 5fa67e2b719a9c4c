// Plasticity: how much of an optimiser's step each weight takes, 0 (frozen) to 1.
//
//   w <- w_before + p (w_after - w_before)
//
//   Plasticity const some({{tensor_of(all, "rates.recurrent.weight"), p}});        p of the weight's shape, or one that broadcasts
//   some.step([&] { optimizer.step(); });
//
// The step is scaled and not the gradient, so that it holds for momentum, Adam and weight decay alike; where p is 0 the weight keeps
// its bits. A weight with a parametrisation is scaled as it is learned (v). Error: rate.123.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>

#include <ATen/core/grad_mode.h>

#include <utility>
#include <vector>

namespace dynvision {

class Plasticity {
 public:
  Plasticity() = default;
  explicit Plasticity(std::vector<std::pair<Tensor, Tensor>> of) : of_(std::move(of)) {
    for (auto const& [weight, p] : of_) {
      double const least = p.min().item<double>(), greatest = p.max().item<double>();
      if (!(least >= 0 && greatest <= 1)) {
        fail("rate", 123, {"plasticity from ", least, " to ", greatest, ": expected numbers from 0 to 1"});
      }
    }
  }

  template <class Step> void step(Step&& take) const {
    std::vector<Tensor> before;
    for (auto const& [weight, p] : of_) before.push_back(weight.detach().clone());
    take();
    at::AutoGradMode const no_gradient(false);
    for (std::size_t i = 0; i < of_.size(); ++i) {
      auto const& [weight, p] = of_[i];
      Tensor const scaled = before[i].add(weight.detach().sub(before[i]).mul(p));
      weight.detach().copy_(before[i].where(p.eq(0), weight.detach().where(p.eq(1), scaled)));
    }
  }

 private:
  std::vector<std::pair<Tensor, Tensor>> of_{};
};

}  // namespace dynvision

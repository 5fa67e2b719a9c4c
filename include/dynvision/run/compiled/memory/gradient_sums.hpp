// The learned tensors of a run, and the gradients that add up during the reverse sweep.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

#include <vector>

namespace dynvision::run {

// g (N,C,H,W), summed to the shape of a parameter (C,H,W), (C,1,1) or [].
Tensor sum_to(Tensor const& parameter, Tensor const& g);

// In the order in which the gradients are returned.
class GradientSums {
 public:
  // The gradient of x adds up at the index that is returned; -1: x needs none.
  int index(Tensor const& x);
  // `own`: nothing else refers to g.
  void add(int index, Tensor const& g, bool own = false);
  std::vector<Tensor> const& tensors() const { return tensors_; }
  std::vector<Tensor> take();

 private:
  std::vector<Tensor> tensors_, gradients_;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/memory/gradient_sums.ipp>
#endif

// ParametrisedWeight: the effective weight of a convolution during a run, and what becomes of its gradient.
//
//   w = f_n(... f_1(v));   gv = f_1'^T ... f_n'^T gw, and the gradients of what each f learns
//
// Both once a run. An f without an adjoint is differentiated by autograd.
#pragma once
#include <dynvision/concepts/weight.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>

#include <utility>
#include <vector>

namespace dynvision::run {

class ParametrisedWeight {
 public:
  explicit ParametrisedWeight(Weight const& kernel);

  bool learns() const { return learns_; }  // v, or what any f has
  Tensor effective() const;                // without a gradient
  // Adds the gradients that follow from gw, which nothing else refers to.
  void adjoint(Tensor const& gw, GradientSums& learned) const;

 private:
  Tensor v_;
  Parametrisations map_;
  bool learns_;
  std::vector<std::pair<Tensor, std::int64_t>> fixed_{};  // tensors that do not learn, and their versions
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/parametrised_weight.ipp>
#endif

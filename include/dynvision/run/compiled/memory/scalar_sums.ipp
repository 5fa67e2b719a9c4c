// Sums of numbers.
#pragma once
#include <dynvision/run/compiled/memory/scalar_sums.hpp>

namespace dynvision::run {

DYNVISION_INLINE void ScalarSums::finish(GradientSums& gradients, int which, Tensor const& parameter) const {
  if (!sums_.defined() || !parameter.defined()) return;
  gradients.add(gradients.index(parameter), sums_.select(0, which).expand(parameter.sizes()));
}

DYNVISION_INLINE Tensor& ScalarSums::sums() {
  if (!sums_.defined()) sums_ = zeros({2}, options_);
  return sums_;
}

}  // namespace dynvision::run

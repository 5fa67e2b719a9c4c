// Lengths of kernels.
#pragma once
#include <dynvision/connections/weight_norm.hpp>

namespace dynvision {

// The sum over all axes but the first: (Out,1,1,1).
DYNVISION_INLINE std::vector<std::int64_t> axes_of_kernel(Tensor const& v) {
  std::vector<std::int64_t> all;
  for (std::int64_t axis = 1; axis < v.dim(); ++axis) all.push_back(axis);
  return all;
}

DYNVISION_INLINE Tensor WeightNorm::start(Composition&, Tensor const& w) {
  magnitude = w.norm(2, axes_of_kernel(w), true).detach().clone();
  return w;
}

DYNVISION_INLINE Tensor WeightNorm::operator()(Tensor const& v) const {
  return v.mul(magnitude.div(v.norm(2, axes_of_kernel(v), true)));
}

DYNVISION_INLINE Tensor WeightNorm::adjoint(Tensor const& g, Tensor const& v, AddToGradient add) const {
  Tensor const length = v.norm(2, axes_of_kernel(v), true);
  Tensor const along = g.mul(v).sum(axes_of_kernel(v), true).div(length);  // (Out,1,1,1)
  add(magnitude, along);
  return g.sub(v.mul(along.div(length))).mul(magnitude.div(length));
}

}  // namespace dynvision

// The convolution of an adapter, and resizing.
#pragma once
#include <dynvision/connections/adapter.hpp>

namespace dynvision {

DYNVISION_INLINE Tensor Adapter::operator()(Tensor const& h, Size target) const {
  Tensor const y = conv.exists() ? conv(h) : h;
  if (!resize) return y;
  if (!scale) return nearest(y, target);
  auto const scaled = [&](std::int64_t n) { return static_cast<std::int64_t>(static_cast<double>(n) * *scale); };
  return nearest(y, scaled(y.size(2)), scaled(y.size(3)), scale);
}

DYNVISION_INLINE void Adapter::make(Composition& at, int from, int to, int kernel_size, int stride, bool bias) {
  conv = {.stride = stride, .padding = kernel_size / 2};
  double const std = std::min(0.001, 1 / std::sqrt(static_cast<double>(from) * to));
  conv.weight = at.truncated_normal({to, from, kernel_size, kernel_size}, std);
  if (bias) conv.make_bias(at);
}

}  // namespace dynvision

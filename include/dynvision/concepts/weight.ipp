// The convolution, and a kernel at its start.
#pragma once
#include <dynvision/concepts/weight.hpp>

namespace dynvision {

DYNVISION_INLINE void Weight::normalise() { magnitude = norm().detach().clone(); }

DYNVISION_INLINE Tensor Weight::convolve(Tensor const& x, Tensor const& with_bias) const {
  Tensor const w = magnitude.defined() ? weight.mul(magnitude.div(norm())) : weight;
  return conv2d(x, w, with_bias, stride, padding, groups);
}

DYNVISION_INLINE Weight feedforward_kernel(Composition& at, int out, int kernel_size, bool bias) {
  Weight kernel{.padding = kernel_size / 2};
  std::array<std::int64_t, 4> const sizes{out, at.channels, kernel_size, kernel_size};
  double const inputs = static_cast<double>(at.channels) * kernel_size * kernel_size;
  switch (at.options.feedforward_init) {
    case FeedforwardInit::truncated_normal:
      kernel.weight = at.truncated_normal(sizes, 0.004);
      break;
    case FeedforwardInit::kaiming_uniform:
      kernel.weight = at.uniform(sizes, 1 / std::sqrt(inputs));
      if (bias) kernel.bias = at.uniform({out}, 1 / std::sqrt(inputs));
      return kernel;
    case FeedforwardInit::kaiming_normal:
      kernel.weight = at.normal(sizes, std::sqrt(2 / inputs));
      break;
  }
  if (bias) kernel.make_bias(at);
  return kernel;
}

}  // namespace dynvision

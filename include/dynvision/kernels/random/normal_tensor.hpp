// Standard normal numbers (kernels/random/normal_numbers.hpp) as signals (n_steps B,C,H,W): the numbers of a sample in the
// order of its units with channels fastest, whatever the layout of the signals that they are added to.
#pragma once
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/random/normal_numbers.hpp>

namespace dynvision::kernels {

// float32, channels last.
Tensor normal_tensor(NormalNumbers const& numbers, Shape const& shape, at::Device device);
// Into memory of this kind.
void draw_normal(NormalNumbers const& numbers, Tensor const& to);

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/random/normal_tensor.ipp>
#endif

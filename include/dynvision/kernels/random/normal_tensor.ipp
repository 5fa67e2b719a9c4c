// On the CPU, and brought to where it is wanted, if a program has no device code.
#pragma once
#include <dynvision/kernels/random/normal_tensor.hpp>

namespace dynvision::kernels {

DYNVISION_INLINE Tensor normal_tensor(NormalNumbers const& numbers, Shape const& shape, at::Device device) {
  Tensor const all =
      Layout{true}.empty(numbers.n_steps * numbers.batch, shape, at::TensorOptions(at::kFloat).device(device));
  draw_normal(numbers, all);
  return all;
}

DYNVISION_INLINE void draw_normal(NormalNumbers const& numbers, Tensor const& to) {
  if (to.device().is_cpu() || (to.is_cuda() && normal_launcher.draw != nullptr)) {
    return draw_normal(numbers, to.device(), to.mutable_data_ptr<float>());
  }
  Tensor const here =
      Layout{true}.empty(to.size(0), {to.size(1), to.size(2), to.size(3)}, at::TensorOptions(at::kFloat));
  draw_normal(numbers, at::kCPU, here.mutable_data_ptr<float>());
  to.copy_(here);
}

}  // namespace dynvision::kernels

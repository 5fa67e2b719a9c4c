// Normal numbers on a GPU: one thread for each counter, and its four numbers; those of eight threads lie side by side.
#pragma once
#include <dynvision/kernels/device/launch.cuh>
#include <dynvision/kernels/random/normal_numbers.hpp>

namespace dynvision::kernels::cuda {

struct DrawNormal {
  NormalNumbers numbers;
  float* to;
  __device__ void operator()(std::int64_t k) const { draw_counter(numbers, k, to); }
};

inline void draw_normal(NormalNumbers const& numbers, at::Device device, float* to) {
  std::int64_t const counters = numbers.n_steps * numbers.batch * counters_of_sample(numbers.size);
  launch_each<std::int64_t>(Engine{at::kFloat, device, Backend::device}, counters, DrawNormal{numbers, to});
}

}  // namespace dynvision::kernels::cuda

// Starting kernels on LibTorch's current stream.
#pragma once
#include <dynvision/kernels/device/engine.hpp>

#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace dynvision::kernels::cuda {

inline constexpr int n_threads = 256;     // of a block
inline constexpr int most_blocks = 2048;  // threads take one number after the other

// The same for the same number of numbers: sums over blocks can be repeated.
inline int blocks_for(std::int64_t n) {
  std::int64_t const blocks = (n + n_threads - 1) / n_threads;
  return static_cast<int>(blocks < 1 ? 1 : (blocks > most_blocks ? most_blocks : blocks));
}

// Numbers that a 32-bit integer counts, with one step of all threads to spare.
inline constexpr std::int64_t most_counted = (std::int64_t{1} << 31) - n_threads * most_blocks;

template <class I, class F> __global__ void __launch_bounds__(n_threads) each_number(F f, I n) {
  I const step = static_cast<I>(gridDim.x) * n_threads;
  for (I k = static_cast<I>(blockIdx.x) * n_threads + static_cast<I>(threadIdx.x); k < n; k += step) f(k);
}

// f(k) for the numbers [0,n), on the engine's device.
template <class I, class F> void launch_each(Engine const& engine, std::int64_t n, F const& f) {
  if (n == 0) return;
  c10::cuda::CUDAGuard const device(engine.device);
  each_number<I><<<blocks_for(n), n_threads, 0, c10::cuda::getCurrentCUDAStream()>>>(f, static_cast<I>(n));
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

}  // namespace dynvision::kernels::cuda

// What bench.worker asks of a GPU, where it is built with one: to finish, and how much memory is taken from it.
#pragma once
#include <stdexcept>

#if defined(DYNVISION_WITH_CUDA)
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace bench::device {

#if defined(DYNVISION_WITH_CUDA)
inline c10::CachingDeviceAllocator::Stat allocated() {
  return c10::cuda::CUDACachingAllocator::getDeviceStats(0).allocated_bytes[0];  // small and large blocks together
}
inline void wait() { c10::cuda::device_synchronize(); }
inline long long now() { return allocated().current; }
inline long long peak() { return allocated().peak; }
inline void reset_peak() { c10::cuda::CUDACachingAllocator::resetPeakStats(0); }
#else
[[noreturn]] inline void missing() { throw std::runtime_error("built without CUDA: expected bench.worker.gpu"); }
inline void wait() { missing(); }
inline long long now() { missing(); }
inline long long peak() { missing(); }
inline void reset_peak() { missing(); }
#endif

}  // namespace bench::device

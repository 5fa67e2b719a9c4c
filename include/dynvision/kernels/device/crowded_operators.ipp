// LibTorch's number of threads, by the OpenMP runtime that it runs on; MKL, which has one of its own, is told apart.
#pragma once
#include <dynvision/kernels/device/crowded_operators.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <dlfcn.h>

namespace dynvision::kernels {

DYNVISION_INLINE CrowdedOperators::CrowdedOperators(bool limits)
    : limits_(limits && !at::globalContext().deterministicAlgorithms()) {}

DYNVISION_INLINE void CrowdedOperators::update() {
  Crowding& crowding = Crowding::of_thread();
  clock_.add_to(crowding);
  limit(limits_ && crowding.is_crowded(Crowding::Clock::now()));
}

DYNVISION_INLINE void CrowdedOperators::limit(bool on) {
  static SetThreads const set_threads = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  static SetLocalThreads const set_threads_of_mkl =
      reinterpret_cast<SetLocalThreads>(dlsym(RTLD_DEFAULT, "MKL_Set_Num_Threads_Local"));
  if (on == is_limited_ || set_threads == nullptr) return;
  if (on) before_ = static_cast<int>(at::get_num_threads());
  set_threads(on ? 1 : before_);
  if (set_threads_of_mkl != nullptr) {
    int const before = set_threads_of_mkl(on ? 1 : before_of_mkl_);  // of this thread
    if (on) before_of_mkl_ = before;
  }
  is_limited_ = on;
}

}  // namespace dynvision::kernels

// The threads of the OpenMP runtime, and the shares that they take.
#pragma once
#include <dynvision/kernels/device/cpu_limit.hpp>
#include <dynvision/kernels/device/crowding.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <ATen/Parallel.h>

#include <dlfcn.h>

#include <atomic>
#include <exception>
#include <thread>

namespace dynvision::kernels {

using ParallelRegion = void (*)(void (*body)(void*), void* data, unsigned threads, unsigned flags);

inline ParallelRegion parallel_region() {
  static ParallelRegion const region = reinterpret_cast<ParallelRegion>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  return region;
}

DYNVISION_INLINE int loop_threads() {
  int const threads = parallel_region() == nullptr ? 1 : static_cast<int>(at::get_num_threads());
  return cpu_quota() > 0 ? std::min(threads, cpu_quota()) : threads;
}

// The work of one parallel loop.
class SharedLoop {
 public:
  SharedLoop(std::int64_t n, std::int64_t shares, void const* of, LoopBody body)
      : n_(n), shares_(shares), of_(of), body_(body) {}

  void run(unsigned threads) {
    using Clock = Crowding::Clock;
    Clock::time_point const begin = Clock::now();
    caller_ = std::this_thread::get_id();
    parallel_region()([](void* loop) { static_cast<SharedLoop*>(loop)->take_shares(); }, this, threads, 0);
    if (failure_) std::rethrow_exception(failure_);
    if (taken_ > 0) Crowding::of_thread().add_loop(idle_, Clock::now(), (idle_ - begin) / static_cast<double>(taken_));
  }

 private:
  void take_shares() {
    std::int64_t taken = 0;
    for (std::int64_t i = next_++; i < shares_; i = next_++, ++taken) {
      try {
        body_(of_, n_ * i / shares_, n_ * (i + 1) / shares_);
      } catch (...) {
        if (!has_failed_.exchange(true)) failure_ = std::current_exception();
        next_ = shares_;
      }
    }
    if (std::this_thread::get_id() != caller_) return;
    taken_ = taken;
    idle_ = Crowding::Clock::now();
  }

  std::int64_t n_, shares_;
  void const* of_;
  LoopBody body_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> has_failed_{false};
  std::exception_ptr failure_{};
  std::thread::id caller_{};
  std::int64_t taken_ = 0;              // by the calling thread
  Crowding::Clock::time_point idle_{};  // when it found nothing left
};

DYNVISION_INLINE void run_in_shares(std::int64_t n, std::int64_t shares, void const* of, LoopBody body) {
  if (n <= 0) return;
  std::int64_t const threads = std::min<std::int64_t>(loop_threads(), shares);
  if (threads < 2 || at::in_parallel_region() || Crowding::of_thread().is_crowded(Crowding::Clock::now())) {
    body(of, 0, n);
    return;
  }
  SharedLoop(n, shares, of, body).run(static_cast<unsigned>(threads));
}

}  // namespace dynvision::kernels

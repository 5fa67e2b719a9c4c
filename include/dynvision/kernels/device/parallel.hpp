// A loop over a range, shared among threads.
//
//   parallel_for(n, grain, [&](std::int64_t from, std::int64_t to) { ... });     [from,to) of [0,n), at least `grain` long
//   parallel_pieces(n, grain, f);       the same in more and smaller shares, which threads take as they get free
//
// As many threads as at::get_num_threads() says (at::set_num_threads, OMP_NUM_THREADS), but no more than the quota of the
// process's control group allows. They are those of the OpenMP runtime that LibTorch's operators run on, which is asked by
// name: one set of threads, whatever flags a program is compiled with. While other programs take CPU time from them
// (kernels/device/crowding.hpp) loops run on the calling thread alone. An exception of a share ends the loop, and is
// thrown where the loop was called.
#pragma once
#include <dynvision/kernels/device/cpu_limit.hpp>
#include <dynvision/kernels/device/crowding.hpp>

#include <ATen/Parallel.h>

#include <dlfcn.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <thread>

namespace dynvision::kernels {

using ParallelRegion = void (*)(void (*body)(void*), void* data, unsigned threads, unsigned flags);

inline ParallelRegion parallel_region() {
  static ParallelRegion const region = reinterpret_cast<ParallelRegion>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  return region;
}

// Threads that a loop of the calling thread may have.
inline int loop_threads() {
  int const threads = parallel_region() == nullptr ? 1 : static_cast<int>(at::get_num_threads());
  return cpu_quota() > 0 ? std::min(threads, cpu_quota()) : threads;
}

// The work of one parallel loop.
template <class F> class SharedLoop {
 public:
  SharedLoop(F const& f, std::int64_t n, std::int64_t shares) : f_(f), n_(n), shares_(shares) {}

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
        f_(n_ * i / shares_, n_ * (i + 1) / shares_);
      } catch (...) {
        if (!has_failed_.exchange(true)) failure_ = std::current_exception();
        next_ = shares_;
      }
    }
    if (std::this_thread::get_id() != caller_) return;
    taken_ = taken;
    idle_ = Crowding::Clock::now();
  }

  F const& f_;
  std::int64_t n_, shares_;
  std::atomic<std::int64_t> next_{0};
  std::atomic<bool> has_failed_{false};
  std::exception_ptr failure_{};
  std::thread::id caller_{};
  std::int64_t taken_ = 0;              // by the calling thread
  Crowding::Clock::time_point idle_{};  // when it found nothing left
};

// In so many shares.
template <class F> void parallel_shares(std::int64_t n, std::int64_t shares, F const& f) {
  if (n <= 0) return;
  std::int64_t const threads = std::min<std::int64_t>(loop_threads(), shares);
  if (threads < 2 || at::in_parallel_region() || Crowding::of_thread().is_crowded(Crowding::Clock::now())) {
    f(std::int64_t{0}, n);
    return;
  }
  SharedLoop<F>(f, n, shares).run(static_cast<unsigned>(threads));
}

// A share for each thread; one takes several if the runtime has given fewer.
template <class F> void parallel_for(std::int64_t n, std::int64_t grain, F const& f) {
  parallel_shares(n, std::min<std::int64_t>(loop_threads(), n / std::max<std::int64_t>(grain, 1)), f);
}
// For what costs no more in smaller shares: no thread waits long for another one that was held up.
template <class F> void parallel_pieces(std::int64_t n, std::int64_t grain, F const& f) {
  constexpr std::int64_t of_thread = 4;
  parallel_shares(n, std::min(of_thread * loop_threads(), n / std::max<std::int64_t>(grain, 1)), f);
}

}  // namespace dynvision::kernels

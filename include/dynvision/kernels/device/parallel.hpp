// A loop over a range, shared among LibTorch's own threads.
//
//   parallel_for(n, grain, [&](std::int64_t from, std::int64_t to) { ... });     [from,to) of [0,n), at least `grain` long
//   parallel_pieces(n, grain, f);       the same in more and smaller shares, which threads take as they get free
//
// LibTorch brings the OpenMP runtime that its operators run on. The loop asks that runtime by name, so
// that there is one pool of threads whatever flags a program is compiled with; without such a runtime it is serial.
#pragma once
#include <ATen/Parallel.h>

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace dynvision::kernels {

using ParallelRegion = void (*)(void (*body)(void*), void* data, unsigned threads, unsigned flags);

inline ParallelRegion parallel_region() {
  static ParallelRegion const region = reinterpret_cast<ParallelRegion>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  return region;
}

// In so many shares.
template <class F> void parallel_shares(std::int64_t n, std::int64_t shares, F const& f) {
  std::int64_t const threads = std::min<std::int64_t>(at::get_num_threads(), shares);
  if (threads < 2 || at::in_parallel_region() || parallel_region() == nullptr) {
    if (n > 0) f(std::int64_t{0}, n);
    return;
  }
  struct Shared {
    F const& f;
    std::int64_t n, shares;
    std::atomic<std::int64_t> next{0};
  } shared{f, n, shares};
  parallel_region()(
      [](void* data) {
        auto& all = *static_cast<Shared*>(data);
        for (std::int64_t i = all.next++; i < all.shares; i = all.next++) {
          all.f(all.n * i / all.shares, all.n * (i + 1) / all.shares);
        }
      },
      &shared, static_cast<unsigned>(threads), 0);
}

// A share for each thread; one takes several if the runtime has given fewer.
template <class F> void parallel_for(std::int64_t n, std::int64_t grain, F const& f) {
  parallel_shares(n, std::min<std::int64_t>(at::get_num_threads(), n / std::max<std::int64_t>(grain, 1)), f);
}
// For what costs no more in smaller shares: no thread waits long for another one that was held up.
template <class F> void parallel_pieces(std::int64_t n, std::int64_t grain, F const& f) {
  constexpr std::int64_t of_thread = 4;
  parallel_shares(n, std::min(of_thread * at::get_num_threads(), n / std::max<std::int64_t>(grain, 1)), f);
}

}  // namespace dynvision::kernels

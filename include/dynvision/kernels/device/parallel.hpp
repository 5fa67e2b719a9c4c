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
#include <dynvision/core/inline.hpp>

#include <algorithm>
#include <cstdint>

namespace dynvision::kernels {

// Threads that a loop of the calling thread may have.
int loop_threads();

// A part [from,to) of a loop, by a function of any type, which lies at `of`.
using LoopBody = void (*)(void const* of, std::int64_t from, std::int64_t to);
// The range [0,n) in so many shares.
void run_in_shares(std::int64_t n, std::int64_t shares, void const* of, LoopBody body);

template <class F> void in_shares(std::int64_t n, std::int64_t shares, F const& f) {
  run_in_shares(n, shares, &f,
                [](void const* of, std::int64_t from, std::int64_t to) { (*static_cast<F const*>(of))(from, to); });
}

// A share for each thread; one takes several if the runtime has given fewer.
template <class F> void parallel_for(std::int64_t n, std::int64_t grain, F const& f) {
  in_shares(n, std::min<std::int64_t>(loop_threads(), n / std::max<std::int64_t>(grain, 1)), f);
}
// For what costs no more in smaller shares: no thread waits long for another one that was held up.
template <class F> void parallel_pieces(std::int64_t n, std::int64_t grain, F const& f) {
  constexpr std::int64_t of_thread = 4;
  in_shares(n, std::min(of_thread * loop_threads(), n / std::max<std::int64_t>(grain, 1)), f);
}

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/device/parallel.ipp>
#endif

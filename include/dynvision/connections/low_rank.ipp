// How a weight of few patterns starts.
#pragma once
#include <dynvision/connections/low_rank.hpp>

#include <cmath>

namespace dynvision {

DYNVISION_INLINE Tensor low_rank_start(Composition& at, Tensor const& w, int rank, Tensor& V) {
  std::int64_t const out = w.size(0), in = w.numel() / out;
  if (rank > std::min(out, in)) {
    fail("model", 143,
         {"LowRank<", rank, "> of a weight of ", out, "x", in, ": expected a rank of at most ", std::min(out, in)});
  }
  // var(w) = R var(U) var(V), half of it in each; from nothing, one of them starts at zero and the other one does not.
  double const size = std::sqrt(w.square().mean().item<double>());
  double const std = size > 0 ? std::sqrt(size / std::sqrt(static_cast<double>(rank))) : 1;
  Tensor const U = at.normal({out, rank}, std);
  V = size > 0 ? at.normal({rank, in}, std) : at.constant({rank, in}, 0);
  return U;
}

}  // namespace dynvision

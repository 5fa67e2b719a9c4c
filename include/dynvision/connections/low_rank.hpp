// LowRank: a weight of few patterns; a low-rank network (Mastrogiuseppe & Ostojic 2018).
//
//   w = U V         U (Out, R), V (R, In/groups K K); w as the kernel, or the matrix, that it is
//   gU = gw V^T,  gV = U^T gw
//
//   Recur<Pointwise<100>, LowRank<2>>       R at most the smaller side of the matrix; it stands before other parametrisations
//
// It starts normal, so that w has the mean square of the weight that was drawn. Parameters: low_rank.U, low_rank.V.
#pragma once
#include <dynvision/concepts/parametrisation.hpp>
#include <dynvision/core/inline.hpp>

namespace dynvision {

// V (R, ...), and U in its place, for a weight like w.
Tensor low_rank_start(Composition& at, Tensor const& w, int rank, Tensor& V);

template <int R> struct LowRank {
  using policy = policies::Parametrisation;
  static_assert(R >= 1, "dynvision: LowRank<R> needs a rank of at least 1 (docs/concepts/weights.md)");
  static constexpr std::string_view original = "low_rank.U";
  static constexpr bool stands_first = true;

  Tensor V{};                         // (R, In/groups K K)
  std::vector<std::int64_t> shape{};  // of w

  Tensor start(Composition& at, Tensor const& w) {
    shape = w.sizes().vec();
    return low_rank_start(at, w, R, V);
  }
  void parameters(auto&& visit) { visit("low_rank.V", V); }
  std::vector<std::int64_t> sizes(at::IntArrayRef) const { return shape; }
  Tensor operator()(Tensor const& U) const { return U.mm(V).view(shape); }
  Tensor adjoint(Tensor const& g, Tensor const& U, auto const& add) const {
    Tensor const of_matrix = g.reshape({U.size(0), V.size(1)});
    add(V, U.t().mm(of_matrix));
    return of_matrix.mm(V.t());
  }
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/low_rank.ipp>
#endif

// Masked: connections that are not there.
//
//   w = m v         m: 0 or 1, as the weight; saved with the model and not learned
//
// Where m is 0 the weight is exactly 0, and so is the gradient of v, whatever the optimiser does.
//
//   Recur<Full<36>, Masked<Sparse<30>>>         30 of 100 connections exist, drawn from the model's seed
//   Recur<Pointwise<36>, Masked<NoAutapses>>    no channel to itself
//   Recur<Pointwise<36>, Masked<Ring>>          a mask of one's own: Tensor operator()(Composition&, at::IntArrayRef w) const,
//                                               of the shape w or one that broadcasts to it
//   Conv<3, 36, 3, 1, Masked<>>                 all exist, until set_mask(model.parameters(), "V1.conv.mask", mask)
//
// Parameters: weight (v), mask (m).
#pragma once
#include <dynvision/concepts/parametrisation.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/parameters.hpp>

namespace dynvision {

struct AllConnections {
  Tensor operator()(Composition& at, at::IntArrayRef w) const { return at.constant(w, 1); }
};

template <int Percent> struct Sparse {  // each with this probability
  static_assert(Percent >= 0 && Percent <= 100, "dynvision: Sparse<Percent> needs 0 to 100 (docs/concepts/weights.md)");
  Tensor operator()(Composition& at, at::IntArrayRef w) const {
    return Percent == 100 ? at.constant(w, 1) : at.uniform(w, 50).add(50).lt(Percent);
  }
};

struct NoAutapses {  // no connection of a channel to itself at the same place: the middle of (C,C,K,K), or (C,C)
  Tensor operator()(Composition& at, at::IntArrayRef w) const;
};

// 0 and 1, of this shape, like `v`; `m` may be of one that broadcasts to it.
Tensor checked_mask(Tensor const& m, at::IntArrayRef shape, Tensor const& v, std::string_view name);

template <class M = AllConnections> struct Masked {
  using policy = policies::Parametrisation;
  static constexpr bool is_elementwise = true;
  static_assert(
      requires(Composition & at, at::IntArrayRef w, Tensor m) { m = M{}(at, w); },
      "dynvision: Masked<M> needs an M with Tensor operator()(Composition&, at::IntArrayRef) const "
      "(docs/concepts/weights.md)");

  Tensor mask{};

  Tensor start(Composition& at, Tensor const& w) {
    mask = checked_mask(M{}(at, w.sizes()), w.sizes(), w, "mask");
    return w;
  }
  void parameters(auto&& visit) { visit("mask", mask, Fixed{}); }
  Tensor operator()(Tensor const& v) const { return v.mul(mask); }
  Tensor adjoint(Tensor const& g, Tensor const&, auto const&) const { return g.mul(mask); }
};

// Another mask for a weight of a model: of its shape, or of one that broadcasts to it.
[[gnu::cold]] void set_mask(Parameters const& parameters, std::string_view name, Tensor const& mask);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/masked.ipp>
#endif

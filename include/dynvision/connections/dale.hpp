// Dale: a channel excites, or inhibits, all that it projects to (Dale's law; for networks Song, Yang & Wang 2016).
//
//   w_ij = s_j |v_ij|         s_j = +1: the channel j that the connection comes from excites, -1: it inhibits
//
// The signs are those of the parametrisation, so no optimiser, momentum or weight decay changes them. |v| and not max(v, 0):
// a weight that reaches 0 comes back, its gradient does not vanish.
//
//   Recur<Full<36>, Dale<>>        four of five channels excite (the first ones), one inhibits
//   Conv<36, 64, 3, 1, Dale<3, 1>>      three of four
//
// It starts from the sizes of the weights as they were drawn, those of the more numerous kind divided by the ratio of the
// numbers: then excitation and inhibition of a target are equal in the mean (the same source).
// Parameters: weight (v), sign (s, (1,In,1,1); of separate groups (Out, In/groups,1,1)), saved and not learned.
#pragma once
#include <dynvision/concepts/parametrisation.hpp>
#include <dynvision/core/inline.hpp>

namespace dynvision {

// s of a weight like w: the first excitatory/(excitatory + inhibitory) of the channels excite.
Tensor signs_of_channels(Composition& at, Tensor const& w, int groups, int excitatory, int inhibitory);
// |w|, balanced.
Tensor balanced_sizes(Tensor const& w, Tensor const& sign);

template <int Excitatory = 4, int Inhibitory = 1> struct Dale {
  using policy = policies::Parametrisation;
  static constexpr bool is_elementwise = true;
  static_assert(
      Excitatory >= 0 && Inhibitory >= 0 && Excitatory + Inhibitory > 0,
      "dynvision: Dale<Excitatory, Inhibitory> needs numbers that are not negative (docs/concepts/weights.md)");

  Tensor sign{};

  Tensor start(Composition& at, Tensor const& w, int groups) {
    sign = signs_of_channels(at, w, groups, Excitatory, Inhibitory);
    return balanced_sizes(w, sign);
  }
  void parameters(auto&& visit) { visit("sign", sign, Fixed{}); }
  Tensor operator()(Tensor const& v) const { return v.abs().mul(sign); }
  Tensor adjoint(Tensor const& g, Tensor const& v, auto const&) const { return g.mul(sign).mul(v.sign()); }
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/dale.ipp>
#endif

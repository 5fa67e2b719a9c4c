// Excitatory: of a population that obeys Dale's law, only the channels that excite take part in a connection.
//
//   w_ij = s_j |v_ij|         s_j = 1: the channel j that the connection comes from excites, 0: it would inhibit, and is left out
//
//   AddSkip<"V1", Through<1>, Excitatory<>>       long-range connections excite; of V1 four of five channels excite (the first ones)
//   Outgoing<Excitatory<3, 1>>                    a readout without inhibitory units
//
// The channels are those of Dale<E, I> (connections/dale.hpp). Where s is 0 the weight is exactly 0, and so is the gradient of v.
// Parameters: weight (v), sign (s, (1,In,1,1)), saved and not learned.
#pragma once
#include <dynvision/connections/dale.hpp>

namespace dynvision {

template <int E = 4, int I = 1> struct Excitatory {
  using policy = policies::Parametrisation;
  static constexpr bool is_elementwise = true;
  static_assert(E >= 0 && I >= 0 && E + I > 0,
                "dynvision: Excitatory<E, I> needs numbers that are not negative (docs/concepts/weights.md)");

  Tensor sign{};

  Tensor start(Composition& at, Tensor const& w, int groups) {
    sign = signs_of_channels(at, w, groups, E, I).clamp_min(0);
    return w.abs();
  }
  void parameters(auto&& visit) { visit("sign", sign, Fixed{}); }
  Tensor operator()(Tensor const& v) const { return v.abs().mul(sign); }
  Tensor adjoint(Tensor const& g, Tensor const& v, auto const&) const { return g.mul(sign).mul(v.sign()); }
};

}  // namespace dynvision

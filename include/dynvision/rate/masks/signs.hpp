// Signs of weights as numbers that are put right in place: the other way beside the parametrisations Dale and Masked.
//
//   enforce_signs(W, sign)            entries of the wrong sign become 0: W (Out,In), sign of the same shape or (In)
//   balanced(W, sign)                 scaled so that excitation and inhibition have the same sum
//   rescaled_by_inputs(W, mask)       divided by the greatest number of inputs that an output has, in units of In
//
// Dale (connections/dale.hpp) is the parametrisation w = s |v|, which no optimiser can violate; this is what is done after a
// step where weights are learned as they are, as in NN4Neurosim (Song, Yang & Wang 2016). An entry with sign 0 counts as negative.
#pragma once
#include <dynvision/core/ops.hpp>

namespace dynvision::rate {

// Weights that obey the signs; those that do not are 0. Connections that the mask leaves out are 0.
inline Tensor with_signs(Tensor const& W, Tensor const& sign) {
  Tensor const excites = sign.gt(0).to(W.scalar_type());
  return W.clamp_min(0).mul(excites).add(W.clamp_max(0).mul(excites.neg().add(1)));
}
inline void enforce_signs(Tensor const& W, Tensor const& sign) { W.detach().copy_(with_signs(W.detach(), sign)); }
inline void enforce_mask(Tensor const& W, Tensor const& mask) { W.detach().mul_(mask.gt(0).to(W.scalar_type())); }

// The larger of the sums of both kinds is scaled down to the smaller; where one kind is missing all weights are a tenth.
inline Tensor balanced(Tensor const& W, Tensor const& sign) {
  Tensor const excites = sign.gt(0).to(W.scalar_type()).expand(W.sizes());
  Tensor const inhibits = excites.neg().add(1);
  double const excitation = W.mul(excites).sum().item<double>(), inhibition = W.mul(inhibits).sum().item<double>();
  if (excitation == 0 || inhibition == 0) return W.div(10);
  bool const more_excitation = std::abs(excitation) > std::abs(inhibition);
  double const ratio = more_excitation ? std::abs(inhibition / excitation) : std::abs(excitation / inhibition);
  Tensor const& larger = more_excitation ? excites : inhibits;
  return W.mul(larger.mul(ratio - 1).add(1));
}

inline Tensor rescaled_by_inputs(Tensor const& W, Tensor const& mask) {
  double const most = mask.gt(0).sum(std::vector<std::int64_t>{1}).max().item<double>();
  return W.div(most / static_cast<double>(W.size(1)));
}

}  // namespace dynvision::rate

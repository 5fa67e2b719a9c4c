// WeightNorm: length and direction of each kernel are learned apart (Salimans & Kingma 2016).
//
//   w = g v/|v|              g (Out,1,1,1), v (Out, In/groups, K, K), norm over all axes but the first
//   gg = <gw, v>/|v|,   gv = g/|v| (gw - <gw, v> v/|v|^2)
//
// Parameters, as in PyTorch: parametrizations.weight.original0 (g), .original1 (v). The weight starts unchanged.
//
//   Conv<3, 64, 7, 2, WeightNorm>      Recur<Full<64>, WeightNorm>      LinearHead<As<"classifier.3">, WeightNorm>
#pragma once
#include <dynvision/concepts/parametrisation.hpp>
#include <dynvision/core/inline.hpp>

namespace dynvision {

struct WeightNorm {
  using policy = policies::Parametrisation;
  static constexpr std::string_view original = "parametrizations.weight.original1";

  Tensor magnitude{};  // g

  Tensor start(Composition& at, Tensor const& w);
  void parameters(auto&& visit) { visit("parametrizations.weight.original0", magnitude); }
  Tensor operator()(Tensor const& v) const;
  Tensor adjoint(Tensor const& g, Tensor const& v, AddToGradient add) const;
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/weight_norm.ipp>
#endif

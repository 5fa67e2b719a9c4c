// Depthwise, then pointwise: the separable lateral connection of Chollet (2017).
//
//   rec(h) = W_p (W_d * h + b_d) + b_p     W_d (C,1,K,K), W_p (D,C,1,1)     parameters: depthwise_conv, pointwise_conv
//
// Of the parametrisations it takes WeightNorm alone, for its depthwise part: no other says something of both together.
#pragma once
#include <dynvision/connections/lateral.hpp>
#include <dynvision/connections/weight_norm.hpp>

namespace dynvision {

template <int C, int K = 3, int D = C> struct DepthPointwise {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr PartNumber numbers[]{max_weight_init};
  Weight depthwise_conv, pointwise_conv;

  template <class P> static constexpr bool takes_parametrisation = std::is_same_v<P, WeightNorm>;

  void compose(Composition& at, bool bias, Parametrisations const& weights, int target) {
    depthwise_conv = lateral_kernel(at, C, C, K, C, bias);
    pointwise_conv = lateral_kernel(at, C, target, 1, 1, bias);
    depthwise_conv.parametrise(at, weights);
  }
  void parameters(auto&& visit) {
    depthwise_conv.parameters("depthwise_conv.", visit);
    pointwise_conv.parameters("pointwise_conv.", visit);
  }
  std::array<Weight const*, 2> convolutions() const { return {&depthwise_conv, &pointwise_conv}; }
  Tensor operator()(Tensor const& h) const { return pointwise_conv(depthwise_conv(h)); }  // (B,C,H,W) -> (B,D,H,W)
};

}  // namespace dynvision

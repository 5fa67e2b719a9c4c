// Pointwise, then depthwise.
//
//   rec(h) = W_d * (W_p h + b_p) + b_d     W_p (D,C,1,1), W_d (D,1,K,K)     parameters: pointwise_conv, depthwise_conv
//
// Of the parametrisations it takes WeightNorm alone, for its depthwise part: no other says something of both together.
#pragma once
#include <dynvision/connections/lateral.hpp>
#include <dynvision/connections/weight_norm.hpp>

namespace dynvision {

template <int C, int K = 3, int D = C> struct PointDepthwise {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr PartNumber numbers[]{max_weight_init};
  Weight pointwise_conv, depthwise_conv;

  template <class P> static constexpr bool takes_parametrisation = std::is_same_v<P, WeightNorm>;

  void compose(Composition& at, bool bias, Parametrisations const& weights, int target) {
    pointwise_conv = lateral_kernel(at, C, target, 1, 1, bias);
    depthwise_conv = lateral_kernel(at, target, target, K, target, bias);
    depthwise_conv.parametrise(at, weights);
  }
  void parameters(auto&& visit) {
    pointwise_conv.parameters("pointwise_conv.", visit);
    depthwise_conv.parameters("depthwise_conv.", visit);
  }
  std::array<Weight const*, 2> convolutions() const { return {&pointwise_conv, &depthwise_conv}; }
  Tensor operator()(Tensor const& h) const { return depthwise_conv(pointwise_conv(h)); }  // (B,C,H,W) -> (B,D,H,W)
};

}  // namespace dynvision

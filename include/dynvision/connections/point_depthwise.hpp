// Pointwise, then depthwise.
//
//   rec(h) = W_d * (W_p h + b_p) + b_d     W_p (D,C,1,1), W_d (D,1,K,K)     parameters: pointwise_conv, depthwise_conv
//
// Weight normalisation applies to the depthwise part only.
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

template <int C, int K = 3, int D = C> struct PointDepthwise {
  static constexpr int state_channels = C, target_channels = D;
  Weight pointwise_conv, depthwise_conv;

  void compose(Composition& at, bool bias, bool weight_norm, int target) {
    pointwise_conv = lateral_kernel(at, C, target, 1, 1, bias);
    depthwise_conv = lateral_kernel(at, target, target, K, target, bias);
    if (weight_norm) depthwise_conv.normalise();
  }
  void parameters(auto&& visit) {
    pointwise_conv.parameters("pointwise_conv.", visit);
    depthwise_conv.parameters("depthwise_conv.", visit);
  }
  std::array<Weight const*, 2> convolutions() const { return {&pointwise_conv, &depthwise_conv}; }
  Tensor operator()(Tensor const& h) const { return depthwise_conv(pointwise_conv(h)); }  // (B,C,H,W) -> (B,D,H,W)
};

}  // namespace dynvision

// Depthwise, then pointwise: the separable lateral connection of Chollet (2017).
//
//   rec(h) = W_p (W_d * h + b_d) + b_p     W_d (C,1,K,K), W_p (D,C,1,1)     parameters: depthwise_conv, pointwise_conv
//
// Weight normalisation applies to the depthwise part only.
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

template <int C, int K = 3, int D = C> struct DepthPointwise {
  static constexpr int state_channels = C, target_channels = D;
  Weight depthwise_conv, pointwise_conv;

  void compose(Composition& at, bool bias, bool weight_norm, int target) {
    depthwise_conv = lateral_kernel(at, C, C, K, C, bias);
    pointwise_conv = lateral_kernel(at, C, target, 1, 1, bias);
    if (weight_norm) depthwise_conv.normalise();
  }
  void parameters(auto&& visit) {
    depthwise_conv.parameters("depthwise_conv.", visit);
    pointwise_conv.parameters("pointwise_conv.", visit);
  }
  std::array<Weight const*, 2> convolutions() const { return {&depthwise_conv, &pointwise_conv}; }
  Tensor operator()(Tensor const& h) const { return pointwise_conv(depthwise_conv(h)); }  // (B,C,H,W) -> (B,D,H,W)
};

}  // namespace dynvision

// Full lateral connection: every channel to every channel, within K x K.
//
//   rec(h) = W * h + b       W (D,C,K,K), b (D)        parameters: conv
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

template <int C, int K = 3, int D = C> struct Full {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr PartNumber numbers[]{max_weight_init};
  Weight conv;

  void compose(Composition& at, bool bias, Parametrisations const& weights, int target) {
    conv = lateral_kernel(at, C, target, K, 1, bias);
    conv.parametrise(at, weights);
  }
  void parameters(auto&& visit) { conv.parameters("conv.", visit); }
  std::array<Weight const*, 1> convolutions() const { return {&conv}; }
  Tensor operator()(Tensor const& h) const { return conv(h); }  // (B,C,H,W) -> (B,D,H,W)
};

}  // namespace dynvision

// Depthwise lateral connection: every channel to itself, within K x K.
//
//   rec(h)_c = W_c * h_c + b_c       W (C,1,K,K), b (C)        parameters: conv
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

template <int C, int K = 3, int D = C> struct Depthwise {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr PartNumber numbers[]{max_weight_init};
  static constexpr bool keeps_channels = true;
  Weight conv;

  void compose(Composition& at, bool bias, Parametrisations const& weights, int /*target*/) {
    conv = lateral_kernel(at, C, C, K, C, bias);
    conv.parametrise(at, weights);
  }
  void parameters(auto&& visit) { conv.parameters("conv.", visit); }
  std::array<Weight const*, 1> convolutions() const { return {&conv}; }
  Tensor operator()(Tensor const& h) const { return conv(h); }  // (B,C,H,W) -> (B,C,H,W)
};

}  // namespace dynvision

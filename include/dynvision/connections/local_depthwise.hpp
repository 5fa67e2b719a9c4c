// Local connection on the topographic plane, then a depthwise one: neighbours, then patches further away.
//
//   rec(h)_c = W_c * local(h)_c + b_c     W (C,1,K,K), b (C)        parameters: local_conv.conv, patchy_conv
//
// Its weights take no parametrisation. The local part starts as an ordinary convolution: Kaiming uniform, a = sqrt(5).
#pragma once
#include <dynvision/connections/local.hpp>

#include <array>
#include <cmath>

namespace dynvision {

template <int C, int K = 3, int D = C> struct LocalDepthwise {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr PartNumber numbers[]{max_weight_init};
  static constexpr bool keeps_channels = true;
  static constexpr int on_plane = 1;  // the first of its convolutions
  Local<C> local_conv;
  Weight patchy_conv;

  void compose(Composition& at, bool bias, int target) {
    local_conv.compose(at, bias, {}, target);
    auto const k = local_conv.conv.weight.size(2);
    local_conv.conv.weight = at.uniform({1, 1, k, k}, 1.0 / static_cast<double>(k));
    patchy_conv = lateral_kernel(at, C, C, K, C, bias);
    if (bias) patchy_conv.bias = at.uniform({C}, 1.0 / K);
  }
  void parameters(auto&& visit) {
    local_conv.parameters(
        [&](std::string const& name, Tensor& x, auto... fixed) { visit("local_conv." + name, x, fixed...); });
    patchy_conv.parameters("patchy_conv.", visit);
  }
  std::array<Weight const*, 2> convolutions() const { return {&local_conv.conv, &patchy_conv}; }

  Tensor operator()(Tensor const& h) const { return patchy_conv(local_conv(h)); }  // (B,C,H,W) -> (B,C,H,W)
};

}  // namespace dynvision

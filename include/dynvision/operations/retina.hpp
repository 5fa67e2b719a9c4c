// Retina: a bottleneck of two convolutions before the cortex (Lindsey et al. 2019).
//
//   y = W2 * relu(W1 * x + b1) + b2       9 x 9, stride 1, zero padding       parameters: retina.conv1, retina.conv2
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/weight.hpp>

namespace dynvision {

template <int In = 3, int Mid = 36, int Out = 18, int K = 9> struct Retina {
  static constexpr std::string_view label = "retina";
  static constexpr std::string_view path = "retina";
  static constexpr int kernel_size = 2 * K - 1, stride = 1;  // of both convolutions together
  static constexpr int out_channels(int in) { return same_channels(in, In) ? Out : channel_mismatch; }

  Weight conv1, conv2;

  void compose(Composition& at) {
    conv1 = feedforward_kernel(at, Mid, K, at.options.bias);
    at.channels = Mid;
    conv2 = feedforward_kernel(at, Out, K, at.options.bias);
  }
  void parameters(auto&& visit) {
    conv1.parameters("conv1.", visit);
    conv2.parameters("conv2.", visit);
  }
  Size out_size(Size in) const { return shrunk(in, K, 1, K / 2); }
  Tensor operator()(Tensor const& x) const { return conv2(conv1(x).relu()); }  // (B,In,H,W) -> (B,Out,H,W)
};

}  // namespace dynvision

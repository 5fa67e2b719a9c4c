// Feedforward convolution of a layer.
//
//   y = W * x + b       x (B,In,H,W), y (B,Out,H',W'), H' = floor((H + 2 padding - K)/stride) + 1
//
//   Conv<3, 36, 3>                         3 to 36 channels, kernel 3x3, stride 1, padding floor(K/2), bias
//   Conv<64, 64, 5, 2, NoBias>             stride 2, without bias
//   Conv<image_channels, 36, 3>                     as many channels in as the image has (Options::input_dims)
//   Conv<64, 144, 3, 1, As<"{}.conv2">>    parameters under another path: the second convolution of a layer
//   Conv<3, 64, 7, 2, Padding<3>, WeightNorm>       a parametrisation (concepts/parametrisation.hpp)
//
// Initialisation: see feedforward_kernel().
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/path.hpp>
#include <dynvision/concepts/weight.hpp>
#include <dynvision/connections/weight_norm.hpp>
#include <dynvision/core/list.hpp>

namespace dynvision {

template <int N> struct Padding {  // zero padding on each side
  using policy = policies::Padding;
  static constexpr int padding = N;
};
template <class T> using IsPadding = std::bool_constant<PolicyOf<T, policies::Padding>>;

template <int In, int Out, int K, int Stride = 1, class... With> struct Conv {
  static constexpr std::string_view label = "conv";
  static constexpr std::string_view path = pick<IsPath, As<"{}.conv">, With...>::path;
  static constexpr int kernel_size = K, stride = Stride;
  static constexpr int padding = pick<IsPadding, Padding<K / 2>, With...>::padding;
  static constexpr int out_channels(int in) { return same_channels(in, In) ? Out : channel_mismatch; }
  static constexpr Fault fault = In < 0 || Out < 1 || K < 1 || Stride < 1 || padding < 0 ? Fault::number
                                 : !PolicyKinds<IsPadding, IsPath, IsNoBias, IsParametrisation>::take<With...>()
                                     ? Fault::policy
                                     : parametrisation_fault<With...>();

  Weight kernel{.stride = Stride, .padding = padding};

  void compose(Composition& at) {
    kernel = feedforward_kernel(at, Out, K, at.options.bias && !has<NoBias, With...>);
    kernel.stride = Stride;
    kernel.padding = padding;
    kernel.parametrise(at, Parametrisations::of<With...>());
  }
  void parameters(auto&& visit) { kernel.parameters("", visit); }
  Size out_size(Size in) const { return shrunk(in, K, kernel.stride, kernel.padding); }

  Tensor operator()(Tensor const& x) const { return kernel(x); }  // (B,In,H,W) -> (B,Out,H',W')
};

}  // namespace dynvision

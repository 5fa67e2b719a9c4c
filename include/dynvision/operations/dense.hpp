// Dense: a linear map of all units, the places with the channels.
//
//   y_d = sum_{c,h,w} W_d,(c,h,w) x_chw + b_d       x (B,C,H,W), y (B,D,1,1)       parameters: weight (D, C H W), bias (D)
//
//   Dense<256, 4096, 6>                     from 256 channels at 6 x 6 places
//   Dense<4096, 4096, 1, NoBias, As<"fc2">>
//
// Initialisation: as a feedforward convolution of the size of the image.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/operations/conv.hpp>

namespace dynvision {

template <int In, int Out, int Side = 1, class... With> struct Dense {
  static constexpr std::string_view label = "dense";
  static constexpr std::string_view path = pick<IsPath, As<"{}.dense">, With...>::path;
  static constexpr int out_channels(int in) { return in == In ? Out : channel_mismatch; }
  static constexpr Fault fault = In < 1 || Out < 1 || Side < 1                     ? Fault::number
                                 : !PolicyKinds<IsPath, IsNoBias>::take<With...>() ? Fault::policy
                                                                                   : Fault::none;

  Tensor weight, bias;  // (Out, In Side Side), (Out)

  void compose(Composition& at) {
    if (at.size.height > 0) expect(at.size);
    Weight const made = feedforward_kernel(at, Out, Side, !has<NoBias, With...>);
    weight = made.weight.flatten(1);
    bias = made.bias;
  }
  void parameters(auto&& visit) {
    visit("weight", weight);
    if (bias.defined()) visit("bias", bias);
  }
  Size out_size(Size) const { return {1, 1}; }

  Tensor operator()(Tensor const& x) const {  // (B,In,Side,Side) -> (B,Out,1,1)
    expect({x.size(2), x.size(3)});
    return linear(x.flatten(1), weight, bias).unsqueeze(2).unsqueeze(3);
  }

 private:
  static void expect(Size size) {
    if (size == Size{Side, Side}) return;
    fail("model", 117,
         {"a dense layer of ", Side, "x", Side, " places meets ", size.height, "x", size.width,
          ": expected a pooling to that size before it, such as AdaptiveAvgPool<", Side, ">"});
  }
};

}  // namespace dynvision

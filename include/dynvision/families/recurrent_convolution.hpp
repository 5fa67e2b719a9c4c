// A layer's feedforward part with its recurrence, which arrives at the recurrence target.
//
//   one convolution     ToOutput: conv, rec            ToInput: rec, conv
//   two convolutions    ToOutput: conv, relu, conv2, rec   ToMiddle: conv, relu, rec, conv2   ToInput: rec, conv, relu, conv2
//
// The lateral connection has the kernel size of the (first) convolution.
#pragma once
#include <dynvision/families/policies.hpp>
#include <dynvision/operations/conv.hpp>

namespace dynvision {

struct MiddleOfOneConvolution {  // stands for a mistake; model/check.hpp says which
  static constexpr Fault fault = Fault::middle;
  Tensor operator()(Tensor const& x) const { return x; }
};

template <class Choice, int In, int Out, int K, int Stride> constexpr auto single_convolution() {
  using Forward = Conv<In, Out, K, Stride>;
  using Target = typename Choice::target;
  if constexpr (std::is_same_v<Target, ToMiddle>) {
    return List<MiddleOfOneConvolution>{};
  } else if constexpr (std::is_same_v<Target, ToInput>) {
    return List<typename Choice::template recurrence<Out, K, In>, Forward>{};
  } else {
    return List<Forward, typename Choice::template recurrence<Out, K, Out>>{};
  }
}

template <class Choice, int In, int Mid, int Out, int K, int Stride> constexpr auto double_convolution() {
  using First = Conv<In, Mid, K, Stride>;
  using Second = Conv<Mid, Out, K, 1, As<"{}.conv2">>;
  using Target = typename Choice::target;
  if constexpr (std::is_same_v<Target, ToInput>) {
    return List<typename Choice::template recurrence<Out, K, In>, First, MiddleRelu, Second>{};
  } else if constexpr (std::is_same_v<Target, ToMiddle>) {
    return List<First, MiddleRelu, typename Choice::template recurrence<Out, K, Mid>, Second>{};
  } else {
    return List<First, MiddleRelu, Second, typename Choice::template recurrence<Out, K, Out>>{};
  }
}

}  // namespace dynvision

// The convolutions of an area with its recurrence, which arrives at the recurrence target.
//
//   one convolution     ToOutput: conv, rec                ToInput: rec, conv
//   two convolutions    ToOutput: conv, relu, conv2, rec   ToMiddle: conv, relu, rec, conv2   ToInput: rec, conv, relu, conv2
//
// The lateral connection has the kernel size of the (first) convolution.
#pragma once
#include <dynvision/families/group.hpp>
#include <dynvision/families/policies.hpp>
#include <dynvision/operations/conv.hpp>

namespace dynvision::families {

struct MiddleOfOneConvolution {  // stands for a mistake; model/explain.hpp says which
  static constexpr Fault fault = Fault::middle;
  Tensor operator()(Tensor const& x) const { return x; }
};

// Channels at the target, of an area In -> Mid -> Out.
template <class C, int In, int Mid, int Out>
inline constexpr int target_channels = std::is_same_v<typename C::target, ToInput>    ? In
                                       : std::is_same_v<typename C::target, ToMiddle> ? Mid
                                                                                      : Out;

// Operations First, then Second, with the recurrence at its target.
template <class Target, class Recurrence, class First, class Second> struct AtTarget {  // ToOutput
  using type = join<First, Second, List<Recurrence>>;
};
template <class R, class First, class Second> struct AtTarget<ToInput, R, First, Second> {
  using type = join<List<R>, First, Second>;
};
template <class R, class First, class Second> struct AtTarget<ToMiddle, R, First, Second> {
  using type = join<First, List<R>, Second>;
};
template <class R, class First> struct AtTarget<ToMiddle, R, First, List<>> {
  using type = List<MiddleOfOneConvolution>;
};
template <class Operations> struct AsConvolutions;
template <class... Ops> struct AsConvolutions<List<Ops...>> { using type = Convolutions<Ops...>; };

template <class C, class Recurrence, class First, class Second = List<>>
using WithRecurrence =
    typename AsConvolutions<typename AtTarget<typename C::target, Recurrence, First, Second>::type>::type;

template <class C, int In, int Out, int K, int Stride = 1, class... With>
using Convolution = WithRecurrence<C, typename C::template recurrence<Out, K, target_channels<C, In, In, Out>>,
                                   List<Conv<In, Out, K, Stride, With...>>>;

template <class C, int In, int Mid, int Out, int K, int Stride>
using TwoConvolutions =
    WithRecurrence<C, typename C::template recurrence<Out, K, target_channels<C, In, Mid, Out>>,
                   List<Conv<In, Mid, K, Stride>, MiddleRelu>, List<Conv<Mid, Out, K, 1, As<"{}.conv2">>>>;

}  // namespace dynvision::families

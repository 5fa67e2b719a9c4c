// Residual: what a few operations make of a signal, added to the signal itself (He et al. 2015, eqs. 1, 2).
//
//   y = F(x) + S(x)       F: the body; S: the shortcut, nothing to do where channels and size stay the same
//
//   Residual<List<Conv<64, 64, 3, 1, NoBias, As<"conv1">>, BatchNorm<As<"bn1">>, Relu,
//                 Conv<64, 64, 3, 1, NoBias, As<"conv2">>, BatchNorm<As<"bn2">>>>
//   Residual<List<...>, List<Conv<64, 128, 1, 2, NoBias, As<"downsample.0">>, BatchNorm<As<"downsample.1">>>, As<"{}.0">>
//
// Parameters of the inner operations are found under the path of the block and then their own: "layer2.0.conv1.weight".
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/core/list.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/sequence.hpp>

namespace dynvision {

template <class Body, class Shortcut = List<>, class... With> struct Residual;
template <class... F, class... S, class... With> struct Residual<List<F...>, List<S...>, With...> {
  static constexpr std::string_view label = "residual";
  static constexpr std::string_view path = pick<IsPath, As<"{}.residual">, With...>::path;
  static constexpr bool forgets_state = true;
  static constexpr bool simple = Sequence<F...>::simple && Sequence<S...>::simple;
  static constexpr bool of_tensors = Sequence<F...>::of_tensors && Sequence<S...>::of_tensors;
  static constexpr Fault fault = !PolicyKinds<IsPath>::take<With...>()  ? Fault::policy
                                 : Sequence<F...>::fault != Fault::none ? Sequence<F...>::fault
                                                                        : Sequence<S...>::fault;

  static constexpr auto numbers = NumbersOf<F..., S...>::all;

  Sequence<F...> body;
  Sequence<S...> shortcut;

  static constexpr int out_channels(int in) {
    int const out = Sequence<F...>::out_channels(in);
    return out == Sequence<S...>::out_channels(in) ? out : channel_mismatch;
  }
  Size out_size(Size in) const { return body.out_size(in); }
  void compose(Composition& at) {
    int const channels = at.channels;
    Size const size = at.size;
    body.compose(at);
    at.channels = channels;
    at.size = size;
    shortcut.compose(at);
  }
  void parameters(auto&& visit) {
    body.parameters(visit);
    shortcut.parameters(visit);
  }
  void train(bool on) requires(TrainedOperation<Sequence<F...>> || TrainedOperation<Sequence<S...>>) {
    if constexpr (TrainedOperation<Sequence<F...>>) body.train(on);
    if constexpr (TrainedOperation<Sequence<S...>>) shortcut.train(on);
  }
  void each_inner(Size in, auto&& f, bool main_way = true) const {
    body.each_inner(in, f, main_way);
    shortcut.each_inner(in, f, false);
  }

  Tensor operator()(Tensor const& x) const requires of_tensors { return body(x).add(shortcut(x)); }
  Signal operator()(Signal const& x, Moment& now) const requires(!simple) {
    return x.defined() ? apply(body, x, now).add(apply(shortcut, x, now)) : x;
  }
};

}  // namespace dynvision

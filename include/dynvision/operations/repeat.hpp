// Repeat: N copies of a few operations, one after the other, each with parameters of its own.
//
//   y = op(op(... op(x)))       N times
//
//   Repeat<2, List<Relu, Residual<List<...>, List<>, As<"">>>, As<"{}">, FirstCopy<1>>
//
// Parameters of copy i are found under the path, the number of the copy and the inner operation's own path:
// "layer1.1.conv1.weight". One type serves any depth, so that a model of a thousand layers compiles like one of ten.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/core/list.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/operations/conv.hpp>
#include <dynvision/operations/sequence.hpp>

#include <array>

namespace dynvision {

template <int N> struct FirstCopy {  // number of the first copy in names; 0 without this policy
  using policy = policies::FirstCopy;
  static constexpr int first_copy = N;
};
template <class T> using IsFirstCopy = std::bool_constant<PolicyOf<T, policies::FirstCopy>>;

template <int N, class Operations, class... With> struct Repeat;
template <int N, class... Ops, class... With> struct Repeat<N, List<Ops...>, With...> {
  using Copy = Sequence<Ops...>;
  static constexpr std::string_view label = "repeat";
  static constexpr std::string_view path = pick<IsPath, As<"{}">, With...>::path;
  static constexpr bool forgets_state = true;
  static constexpr bool simple = Copy::simple;
  static constexpr auto numbers = Copy::numbers;
  static constexpr bool of_tensors = Copy::of_tensors;
  static constexpr int first_copy = pick<IsFirstCopy, FirstCopy<0>, With...>::first_copy;
  static constexpr Fault fault = N < 0                                                ? Fault::number
                                 : !PolicyKinds<IsPath, IsFirstCopy>::take<With...>() ? Fault::policy
                                                                                      : Copy::fault;

  std::array<Copy, static_cast<std::size_t>(N < 0 ? 0 : N)> copies;

  static constexpr int out_channels(int in) { return Copy::out_channels(in) == in ? in : channel_mismatch; }
  Size out_size(Size in) const {
    for (Copy const& copy : copies) in = copy.out_size(in);
    return in;
  }
  void compose(Composition& at) {
    for (Copy& copy : copies) copy.compose(at);
  }
  void parameters(auto&& visit) {
    int number = first_copy;
    for (Copy& copy : copies) {
      std::string const prefix = number_text(number++) + ".";
      copy.parameters(
          [&](std::string const& name, Tensor& tensor, auto... fixed) { visit(prefix + name, tensor, fixed...); });
    }
  }
  void train(bool on) requires TrainedOperation<Copy> {
    for (Copy& copy : copies) copy.train(on);
  }
  void each_inner(Size in, auto&& f, bool main_way = true) const {
    for (Copy const& copy : copies) {
      copy.each_inner(in, f, main_way);
      in = copy.out_size(in);
    }
  }

  Tensor operator()(Tensor x) const requires of_tensors {
    for (Copy const& copy : copies) x = copy(x);
    return x;
  }
  Signal operator()(Signal x, Moment& now) const requires(!simple) {
    for (Copy const& copy : copies) x = copy(x, now);
    return x;
  }
};

}  // namespace dynvision

// Layer: a named area, written as the operations it applies in each time step, in that order.
//
//   struct V1 : Layer<"V1", Conv<3, 36, 3>, Recur<Full<36, 3>>, Evolve<Euler>, Relu, Record, Delay, MaxPool<3, 2>> {};
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/list.hpp>
#include <dynvision/core/name.hpp>

namespace dynvision {

template <Name N, class... Ops> struct Layer {
  static constexpr auto layer_name = N;
  static constexpr std::string_view name = N.view();
  using operations = List<Ops...>;

  Row<Ops...> ops{};

  // Visits the operations in order: f(op, position).
  void each(auto&& f) { ops.each(f); }
  void each(auto&& f) const { ops.each(f); }
};

// The same from a list of operations, for families of models.
template <class Operations> struct Unnamed;  // in two steps: nvcc deduces no Name
template <class... Ops> struct Unnamed<List<Ops...>> { template <Name N> using named = Layer<N, Ops...>; };
template <Name N, class Operations> struct LayerOf { using type = typename Unnamed<Operations>::template named<N>; };

template <class L>
concept LayerType = requires {
  { L::name } -> std::convertible_to<std::string_view>;
  typename L::operations;
  L::layer_name;
};

}  // namespace dynvision

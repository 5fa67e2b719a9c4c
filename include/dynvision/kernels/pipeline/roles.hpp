// Roles: what the operations of a pipeline do with one number.
//
//   Map       y = f(x)                                       nonlinearities
//   Combine   y = x (+) h; the other one where one is absent       what arrives beside: lateral, skip, feedback, input
//   Scale     y = c(t) x
//   Step      y = r + gain (x - r), y = first x before there is a state r       Euler, Runge-Kutta
//   Tap       y = x                                          record, delay
//
// A Map holds a functor F with
//   static constexpr Needs needs                   what its adjoint looks at beside g
//   V forward(V x) const, V adjoint(V g, V x, V y) const        for every V of kernels/number/numbers.hpp
// and may hold `bool identity`, where it is left out. An integration I that can be a Combine offers, static,
//   V forward(V x, V h), V adjoint_x(V g, V x, V h), V adjoint_h(V g, V x, V h), bool additive
#pragma once
#include <dynvision/kernels/number/numbers.hpp>

#include <concepts>

namespace dynvision::kernels {

enum class Needs { nothing, input, output };

template <class F>
concept MapFunctor = requires(F const& f, float x) {
  { F::needs } -> std::convertible_to<Needs>;
  { f.forward(x) } -> std::convertible_to<float>;
  { f.adjoint(x, x, x) } -> std::convertible_to<float>;
};

template <class I>
concept CombineFunctor = requires(float x) {
  { I::additive } -> std::convertible_to<bool>;
  { I::forward(x, x) } -> std::convertible_to<float>;
  { I::adjoint_x(x, x, x) } -> std::convertible_to<float>;
  { I::adjoint_h(x, x, x) } -> std::convertible_to<float>;
};

template <MapFunctor F> struct Map {
  static constexpr bool is_map = true;
  F f{};
  DYNVISION_BOTH bool identity() const {
    if constexpr (requires { f.identity; }) return f.identity;
    return false;
  }
};
template <CombineFunctor I> struct Combine {
  static constexpr bool is_combine = true;
  template <class V> DYNVISION_BOTH V forward(V const& x, V const& h) const { return I::forward(x, h); }
  template <class V> DYNVISION_BOTH V adjoint_x(V const& g, V const& x, V const& h) const {
    return I::adjoint_x(g, x, h);
  }
  template <class V> DYNVISION_BOTH V adjoint_h(V const& g, V const& x, V const& h) const {
    return I::adjoint_h(g, x, h);
  }
};
struct Scale {
  static constexpr bool is_scale = true;
};
struct Step {
  static constexpr bool is_step = true;
  double gain = 0, first = 0;              // of the solver; of the first step
  double gain_slope = 0, first_slope = 0;  // their derivatives with respect to tau [1/ms]
};
struct Tap {
  static constexpr bool is_tap = true;
};

template <class R>
concept MapRole = requires {
  requires R::is_map;
};
template <class R>
concept CombineRole = requires {
  requires R::is_combine;
};
template <class R>
concept ScaleRole = requires {
  requires R::is_scale;
};
template <class R>
concept StepRole = requires {
  requires R::is_step;
};

}  // namespace dynvision::kernels

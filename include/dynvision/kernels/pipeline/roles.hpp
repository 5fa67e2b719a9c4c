// Roles: what the operations of a pipeline do with one number.
//
//   Map       y = f(x)                                       nonlinearities
//   Combine   y = x (+) h; the other one where one is absent       what arrives beside: lateral, skip, feedback, input
//   Scale     y = c(t) x
//   Step      y = r + gain (x - r), y = first x before there is a state r       Euler, Runge-Kutta
//   UnitStep  the same, with a gain of each unit: its second slot's operand
//   Tap       y = x                                          record, delay
//   Mechanism y, s' = f(x, s)                                states of its own: kernels/pipeline/mechanism.hpp
//
// A Map holds a functor F with
//   V forward(V x) const                                        for every V of kernels/number/numbers.hpp
// and, if its adjoint is written by hand, not derived from forward by dual numbers (kernels/number/dual.hpp),
//   static constexpr Needs needs, V adjoint(V g, V x, V y) const        what the adjoint looks at beside g; f'(x) g
// and may hold `bool identity`, where it is left out. An integration I that can be a Combine offers, static,
//   V forward(V x, V h)
// and, if they are written by hand, V adjoint_x(V g, V x, V h) and V adjoint_h(V g, V x, V h); `bool additive` where both
// are g, so that nothing is kept for them.
#pragma once
#include <dynvision/kernels/number/numbers.hpp>

#include <concepts>

namespace dynvision::kernels {

enum class Needs { nothing, input, output };

// --- adjoints: written, or derived

template <class F>
concept WrittenAdjoint = requires(F const& f, float x) {
  { F::needs } -> std::convertible_to<Needs>;
  { f.adjoint(x, x, x) } -> std::convertible_to<float>;
};
template <class F>
concept NoAdjoint = !requires {
  F::needs;
}
&&!requires(F const& f, float x) { f.adjoint(x, x, x); };
template <class F>
concept DerivedAdjoint = NoAdjoint<F> && requires(F const& f, Dual<float> const& x) {
  { f.forward(x) } -> std::convertible_to<Dual<float>>;
};

template <class I>
concept WrittenAdjoints = requires(float x) {
  { I::adjoint_x(x, x, x) } -> std::convertible_to<float>;
  { I::adjoint_h(x, x, x) } -> std::convertible_to<float>;
};
template <class I>
concept NoAdjoints = !requires(float x) {
  I::adjoint_x(x, x, x);
}
&&!requires(float x) { I::adjoint_h(x, x, x); };
template <class I>
concept DerivedAdjoints = NoAdjoints<I> && requires(Dual<float> const& x) {
  { I::forward(x, x) } -> std::convertible_to<Dual<float>>;
};

template <class F>
concept MapFunctor = (WrittenAdjoint<F> || DerivedAdjoint<F>)&&requires(F const& f, float x) {
  { f.forward(x) } -> std::convertible_to<float>;
};
template <class I>
concept CombineFunctor = (WrittenAdjoints<I> || DerivedAdjoints<I>)&&requires(float x) {
  { I::forward(x, x) } -> std::convertible_to<float>;
};

// --- roles

template <MapFunctor F> struct Map {
  static constexpr bool is_map = true;
  F f{};
  DYNVISION_BOTH bool identity() const {
    if constexpr (requires { f.identity; }) return f.identity;
    return false;
  }
  DYNVISION_BOTH static constexpr Needs needs() {
    if constexpr (WrittenAdjoint<F>) {
      return F::needs;
    } else {
      return Needs::input;
    }
  }
  template <class V> DYNVISION_BOTH V forward(V const& x) const { return f.forward(x); }
  template <class V> DYNVISION_BOTH V adjoint(V const& g, V const& x, V const& y) const {
    if constexpr (WrittenAdjoint<F>) {
      return f.adjoint(g, x, y);
    } else {
      return f.forward(Dual<V>{x, g}).derivative;
    }
  }
};
template <CombineFunctor I> struct Combine {
  static constexpr bool is_combine = true;
  static constexpr bool additive() {
    if constexpr (requires { I::additive; }) {
      return I::additive;
    } else {
      return false;
    }
  }
  template <class V> DYNVISION_BOTH V forward(V const& x, V const& h) const { return I::forward(x, h); }
  template <class V> DYNVISION_BOTH V adjoint_x(V const& g, V const& x, V const& h) const {
    if constexpr (WrittenAdjoints<I>) {
      return I::adjoint_x(g, x, h);
    } else {
      return I::forward(Dual<V>{x, g}, Dual<V>{h, zero_like(h)}).derivative;
    }
  }
  template <class V> DYNVISION_BOTH V adjoint_h(V const& g, V const& x, V const& h) const {
    if constexpr (WrittenAdjoints<I>) {
      return I::adjoint_h(g, x, h);
    } else {
      return I::forward(Dual<V>{x, zero_like(x)}, Dual<V>{h, g}).derivative;
    }
  }
};
struct Scale {
  static constexpr bool is_scale = true;
};
struct Step {
  static constexpr bool is_step = true;
  double gain = 0, first = 0;              // of the solver; of the first step. Of single steps: RoleArguments::factor
  double gain_slope = 0, first_slope = 0;  // their derivatives with respect to tau [1/ms]
};
struct UnitStep {  // the gain, or `first`, of every step is an operand; gradients of these are added up at g_sum
  static constexpr bool is_unit_step = true;
  static constexpr int slots = 2;
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

template <class R>
concept UnitStepRole = requires {
  requires R::is_unit_step;
};
template <class R>
concept MechanismRole = requires {
  requires R::is_mechanism;
};
// Places in the list of arguments.
template <class R> constexpr int slots_of() {
  if constexpr (requires { R::slots; }) {
    return R::slots;
  } else {
    return 1;
  }
}

}  // namespace dynvision::kernels

// Mechanism: a role with states of its own, s, beside the layer's response.
//
//   y, s' = f(x, s)
//
// Its functor has
//   template <class V> auto step(V x, [V r,] V s..., V p...) const -> Updated{y, s'...}       any V of kernels/number/numbers.hpp
// r: the layer's newest response, 0 before there is one; s: its K states, of the step before, `initial` at first; p: P numbers
// of a unit. The adjoint is derived by dual numbers, one input after the other. It has a slot of arguments for each input:
// the first is that of its signal; operand of the others is where r, s and p lie, tap is where s' goes.
#pragma once
#include <dynvision/kernels/pipeline/arguments.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>

#include <utility>

namespace dynvision::kernels {

// What a step of a mechanism gives: the signal, and its states as they are stored.
template <class V, int K> struct Updated {
  V signal;
  V states[K];
};
template <class V, class... S> Updated(V, S...) -> Updated<V, static_cast<int>(sizeof...(S))>;

inline constexpr int most_inputs = 8;  // of a mechanism: the signal, the layer's response, states, numbers

template <class F, bool Response, int K, int P> struct Mechanism {
  static constexpr bool is_mechanism = true;
  static constexpr int n_states = K, first_state = Response ? 2 : 1, n_inputs = first_state + K + P, slots = n_inputs;
  static_assert(n_inputs <= most_inputs, "dynvision: a mechanism with more states and numbers than most_inputs");
  F f{};
  double initial[K]{};

  // outputs[0]: the signal; outputs[1 + k]: state k
  template <class V> DYNVISION_BOTH void forward(V const* inputs, V* outputs) const {
    auto const next = step(inputs, std::make_integer_sequence<int, n_inputs>{});
    outputs[0] = next.signal;
    DYNVISION_UNROLL
    for (int k = 0; k < K; ++k) outputs[1 + k] = next.states[k];
  }
  // The gradient of input i, of the gradients of all outputs.
  template <class V> DYNVISION_BOTH V adjoint(V const* inputs, V const* gradients, int i) const {
    Dual<V> all[n_inputs];
    DYNVISION_UNROLL
    for (int m = 0; m < n_inputs; ++m) {
      V const zero = zero_like(inputs[m]);
      all[m] = {inputs[m], m == i ? zero + Number<V>(1) : zero};
    }
    auto const next = step(all, std::make_integer_sequence<int, n_inputs>{});
    V g = gradients[0] * next.signal.derivative;
    DYNVISION_UNROLL
    for (int k = 0; k < K; ++k) g = g + gradients[1 + k] * next.states[k].derivative;
    return g;
  }

 private:
  template <class V, int... I> DYNVISION_BOTH auto step(V const* inputs, std::integer_sequence<int, I...>) const {
    return f.step(inputs[I]...);
  }
};

template <class R>
concept KnownSlots = !requires {  // at compile time
  R::erased;
};

// What a mechanism does with one number in one step, for any memory of a Program: its arguments from its first slot on.
template <class R, class M> struct MechanismStep {
  using V = typename M::V;
  R const& role;
  RoleArguments const* slots;
  int t;
  std::int64_t size;  // numbers in a sample
  M& memory;
  V inputs[most_inputs], outputs[most_inputs];  // or gradients of the outputs

  // Where a list has no entry r is 0, and a state is at its start.
  DYNVISION_BOTH void take_input(int i) {
    using T = Number<V>;
    void const* const from = slots[i].operand == nullptr ? nullptr : slots[i].operand[t];
    int const k = i - role.first_state;
    if (from != nullptr) {
      inputs[i] = memory.get(from, k < role.n_states ? size : 0);
    } else {
      inputs[i] = memory.zero() + static_cast<T>(k >= 0 && k < role.n_states ? role.initial[k] : 0);
    }
  }
  DYNVISION_BOTH void store(int k) {
    RoleArguments const& of_state = slots[role.first_state + k];
    if (of_state.tap != nullptr) memory.put(outputs[1 + k], of_state.tap[t]);
  }
  DYNVISION_BOTH void take_gradient(int k, AdjointRoleArguments const* to) {
    AdjointRoleArguments const& of_state = to[role.first_state + k];
    V sum = memory.zero();
    for (int m = 0; m < of_state.n_incoming; ++m) {
      void const* const more = of_state.incoming[t * of_state.n_incoming + m];
      if (more != nullptr) sum = sum + memory.get(more, size);
    }
    outputs[1 + k] = sum;
  }
  DYNVISION_BOTH void put_gradient(int i, AdjointRoleArguments const* to) {
    if (to[i].g_operand != nullptr && to[i].g_operand[t] != nullptr) {
      memory.put(role.adjoint(inputs, outputs, i), to[i].g_operand[t]);
    } else if (to[i].g_sum != nullptr) {
      memory.add(role.adjoint(inputs, outputs, i), to[i].g_sum[t]);
    }
  }

  DYNVISION_BOTH void forward(V& x) {
    inputs[0] = x;
    take_inputs();
    role.forward(inputs, outputs);
    x = outputs[0];
    if constexpr (KnownSlots<R>) {
      store_all(std::make_integer_sequence<int, R::n_states>{});
    } else {
      for (int k = 0; k < role.n_states; ++k) store(k);
    }
  }
  DYNVISION_BOTH void reverse(AdjointRoleArguments const* to, V& g) {
    if (to->input == nullptr) return;  // before the signal begins
    inputs[0] = memory.get(to->input[t], size);
    take_inputs();
    outputs[0] = g;
    if constexpr (KnownSlots<R>) {
      take_gradients(to, std::make_integer_sequence<int, R::n_states>{});
      put_gradients(to, std::make_integer_sequence<int, R::n_inputs - 1>{});
    } else {
      for (int k = 0; k < role.n_states; ++k) take_gradient(k, to);
      for (int i = 1; i < role.n_inputs; ++i) put_gradient(i, to);
    }
    g = role.adjoint(inputs, outputs, 0);
  }

 private:
  DYNVISION_BOTH void take_inputs() {
    if constexpr (KnownSlots<R>) {
      take_all(std::make_integer_sequence<int, R::n_inputs - 1>{});
    } else {
      for (int i = 1; i < role.n_inputs; ++i) take_input(i);
    }
  }
  // Written out, so that all of it stays in registers.
  template <int... I> DYNVISION_BOTH void take_all(std::integer_sequence<int, I...>) { (take_input(1 + I), ...); }
  template <int... K> DYNVISION_BOTH void store_all(std::integer_sequence<int, K...>) { (store(K), ...); }
  template <int... K>
  DYNVISION_BOTH void take_gradients(AdjointRoleArguments const* to, std::integer_sequence<int, K...>) {
    (take_gradient(K, to), ...);
  }
  template <int... I>
  DYNVISION_BOTH void put_gradients(AdjointRoleArguments const* to, std::integer_sequence<int, I...>) {
    (put_gradient(1 + I, to), ...);
  }
};

}  // namespace dynvision::kernels

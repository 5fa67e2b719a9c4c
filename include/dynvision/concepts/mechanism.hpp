// Mechanism: an operation with states of its own beside the layer's response, each with its own equation: adaptation,
// synaptic depression, slow normalisation, gates.
//
//   y(t), s(t) = f(x(t), s(t-1))
//
// Every operation may name states. One that sees the moment reads and stores them itself, once a step:
//
//   struct Leak {
//     static constexpr std::array<std::string_view, 1> states{"a"};
//     Signal operator()(Signal const& x, Moment& now) const {
//       Signal const a = now.state().past(1);                       // (B,C,H,W) of the step before, or absent
//       ...
//       now.state().store(next);
//     }
//   };
//
// One whose equation is the same for every unit says it for one number, and both paths have it, fused and with its adjoint:
//
//   struct Adaptation {
//     static constexpr std::array<std::string_view, 1> states{"a"};
//     struct Equation {
//       double gain;
//       template <class V> DYNVISION_BOTH auto step(V const& x, V const& a) const {       // any V of kernels/number
//         V const next = a + (x - a) * kernels::Number<V>(gain);
//         return kernels::Updated{x - next, next};                                        // the signal, then the states
//       }
//     };
//     Equation equation() const;
//   };
//
// Optional members of the second kind:
//   static constexpr std::array<double, K> initial     states before the first signal; 0 without it
//   static constexpr bool reads_response = true        step(x, r, s...): r, the layer's newest response; 0 before there is one
//   std::array<Tensor, P> unit_numbers() const         step(x, s..., p...): numbers that are learned, or that units have
//                                                      for themselves: [], (C,1,1) or (C,H,W), any function of parameters
// A step without a signal leaves the states absent: they begin anew with the next one.
#pragma once
#include <dynvision/concepts/flags.hpp>
#include <dynvision/concepts/moment.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/number/tensor_number.hpp>
#include <dynvision/kernels/pipeline/mechanism.hpp>

#include <array>
#include <string_view>

namespace dynvision {

template <class Op>
concept StatefulOperation = requires {
  { Op::states[0] } -> std::convertible_to<std::string_view>;
};
template <class Op> constexpr int n_states() {
  if constexpr (StatefulOperation<Op>) return static_cast<int>(std::size(Op::states));
  return 0;
}
template <class Op> constexpr bool reads_response() {
  return requires { requires Op::reads_response; };
}
template <class Op> constexpr int n_numbers() {
  if constexpr (requires(Op const& op) { op.unit_numbers(); }) {
    return static_cast<int>(std::tuple_size_v<decltype(std::declval<Op const&>().unit_numbers())>);
  } else {
    return 0;
  }
}

template <class Op, class Equation>
using MechanismOf = kernels::Mechanism<Equation, reads_response<Op>(), n_states<Op>(), n_numbers<Op>()>;

template <class Op>
concept MechanismOperation = StatefulOperation<Op> && requires(Op const& op, float const* in, float* out) {
  MechanismOf<Op, decltype(op.equation())>{op.equation()}.forward(in, out);
};

// Its equation, as a role of a pipeline.
template <MechanismOperation Op> auto mechanism(Op const& op) {
  MechanismOf<Op, decltype(op.equation())> role{op.equation()};
  if constexpr (requires { Op::initial; }) std::copy(std::begin(Op::initial), std::end(Op::initial), role.initial);
  return role;
}

// A mechanism that reads the layer's response stands where signals have the size of what Delay stores.
void check_response(at::IntArrayRef response, at::IntArrayRef signal, std::string_view label);

// As tensors: the reference path.
template <MechanismOperation Op> Signal apply_mechanism(Op const& op, Signal const& x, Moment& now) {
  auto const role = mechanism(op);
  constexpr int K = n_states<Op>(), first = role.first_state;
  if (!x.defined()) {
    for (int k = 0; k < K; ++k) now.state(k).store({});
    return x;
  }
  kernels::TensorNumber inputs[role.n_inputs]{{x}}, outputs[1 + K];
  if constexpr (reads_response<Op>()) {
    Signal const r = now.memory().past(1);
    if (r.defined()) check_response(r.sizes().slice(1), x.sizes().slice(1), label_of<Op>());
    inputs[1] = {r.defined() ? r : zeros(x.sizes(), x.options().requires_grad(false))};
  }
  for (int k = 0; k < K; ++k) {
    Signal const s = now.state(k).past(1);
    inputs[first + k] = {s.defined() ? s : full(x.sizes(), role.initial[k], x.options().requires_grad(false))};
  }
  if constexpr (n_numbers<Op>() > 0) {
    auto const numbers = op.unit_numbers();
    for (std::size_t i = 0; i < numbers.size(); ++i) inputs[first + K + static_cast<int>(i)] = {numbers[i]};
  }
  role.forward(inputs, outputs);
  for (int k = 0; k < K; ++k) {
    Signal const& next = outputs[1 + k].x;  // of all samples, too, where what arrives now is one signal for all
    now.state(k).store(next.dim() == x.dim() && next.size(0) > x.size(0) ? next : next.expand(x.sizes()));
  }
  return outputs[0].x;
}

// After an operation that stores its states itself: each is stored once; one that stays silent need not.
void close_states(Moment& now, std::span<std::string_view const> states, std::string_view label, bool has_signal);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/mechanism.ipp>
#endif

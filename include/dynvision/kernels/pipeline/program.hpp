// Program: what a pipeline does with one number in one step, forward and reverse, for every backend.
//
//   x <- source; for every role, in order: x <- role(x), store where somebody wants it
//   g <- gradient from later steps; for every role, last one first: g <- role'(g), store where somebody wants it
//
// Written once, for a memory M that says what a number is and where it lies:
//   using V                                 a number of kernels/number/numbers.hpp, a few side by side, or a whole signal
//   V zero()
//   V get(void const* signal, stride)       this number of a signal, `stride` numbers from sample to sample
//   void put(V, void* signal)
//   void add(V, void* signal)               to what is there, in the arithmetic type
#pragma once
#include <dynvision/core/list.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>
#include <dynvision/kernels/pipeline/mechanism.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>

namespace dynvision::kernels {

template <class V, int J> struct Sums { V v[2 * J + 1]; };  // for each role those of w and b; that of tau
template <class V> DYNVISION_BOTH void accumulate(V& sum, V const& x) { sum = sum + x; }

// --- one role

template <class M> DYNVISION_BOTH typename M::V operand_of(RoleArguments const& role, int t, M& memory) {
  using T = Number<typename M::V>;
  typename M::V const h = memory.get(role.operand[t], role.operand_stride);
  return role.is_affine ? h * static_cast<T>(role.w) + static_cast<T>(role.b) : h;
}

// A number of Step, which depends on tau: its derivative too, where a memory follows a direction of tau (kernels/derivative).
template <class M> DYNVISION_BOTH auto of_tau(M const& memory, double value, double slope) {
  if constexpr (requires { memory.of_tau(value, slope); }) {
    return memory.of_tau(value, slope);
  } else {
    return static_cast<Number<typename M::V>>(value);
  }
}

template <class R, class F, class M, class V>
DYNVISION_BOTH void forward_role(R const& role, F const& arguments, RoleArguments const& at, int t, M& memory, V& x,
                                 bool& present) {
  using T = Number<V>;
  if constexpr (CombineRole<R>) {
    if (at.operand != nullptr) {
      V const h = operand_of(at, t, memory);
      x = present ? role.forward(x, h) : h;
      present = true;
    }
  } else if constexpr (MapRole<R>) {
    if (!role.identity()) x = role.forward(x);
  } else if constexpr (ScaleRole<R>) {
    if (at.factor != nullptr) x = x * static_cast<T>(at.factor[t]);
  } else if constexpr (StepRole<R>) {
    void const* const previous = arguments.previous == nullptr ? nullptr : arguments.previous[t];
    bool const given = at.factor != nullptr;
    if (previous != nullptr) {
      V const r = memory.get(previous, arguments.size);
      x = r + (x - r) * of_tau(memory, given ? at.factor[t] : role.gain, role.gain_slope);
    } else {
      x = x * of_tau(memory, given ? at.factor[t] : role.first, role.first_slope);
    }
  } else if constexpr (UnitStepRole<R>) {
    void const* const previous = arguments.previous == nullptr ? nullptr : arguments.previous[t];
    V const gain = memory.get((&at)[1].operand[t], 0);
    if (previous != nullptr) {
      V const r = memory.get(previous, arguments.size);
      x = r + (x - r) * gain;
    } else {
      x = x * gain;
    }
  } else if constexpr (MechanismRole<R>) {
    if (present) MechanismStep<R, M>{role, &at, t, arguments.size, memory, {}, {}}.forward(x);
  }
  if (at.tap != nullptr && present) memory.put(x, at.tap[t]);
}

// What a step owes to the state before it: carried on, or stored.
template <class B, class M, class V>
DYNVISION_BOTH void hand_to_previous(V const& g, B const& adjoint, int t, M& memory, V& carry) {
  if (adjoint.carried && (t > 0 || adjoint.continues)) {
    carry = g;
  } else if (adjoint.g_previous != nullptr && adjoint.g_previous[t] != nullptr) {
    memory.put(g, adjoint.g_previous[t]);
  }
}

// sums: of w and b; sum_of_tau: of Step.
template <class R, class F, class B, class M, class V, class W>
DYNVISION_BOTH void reverse_role(R const& role, F const& arguments, B const& adjoint, RoleArguments const& at,
                                 AdjointRoleArguments const& to, int t, M& memory, V& g, V& carry, W* sums,
                                 W& sum_of_tau) {
  using T = Number<V>;
  for (int k = 0; k < to.n_incoming; ++k) {
    void const* const more = to.incoming[t * to.n_incoming + k];
    if (more != nullptr) g = g + memory.get(more, arguments.size);
  }
  if constexpr (CombineRole<R>) {
    if (at.operand != nullptr && (to.input != nullptr || at.is_affine)) {
      V gh = g;  // where one of the two was absent
      if (to.input != nullptr) {
        V const h = operand_of(at, t, memory), x = memory.get(to.input[t], arguments.size);
        gh = role.adjoint_h(g, x, h);
        g = role.adjoint_x(g, x, h);
      }
      if (at.is_affine) {
        accumulate(sums[0], gh * memory.get(at.operand[t], at.operand_stride));
        accumulate(sums[1], gh);
        gh = gh * static_cast<T>(at.w);
      }
      if (to.g_operand != nullptr && to.g_operand[t] != nullptr) memory.put(gh, to.g_operand[t]);
    }
  } else if constexpr (MapRole<R>) {
    if (!role.identity()) {
      V x = memory.zero(), y = x;
      if (role.needs() == Needs::input) {
        if (to.input == nullptr) return;  // before the signal begins
        x = memory.get(to.input[t], arguments.size);
      }
      if (role.needs() == Needs::output) {
        if (to.output == nullptr) return;
        y = memory.get(to.output[t], arguments.size);
      }
      g = role.adjoint(g, x, y);
    }
  } else if constexpr (ScaleRole<R>) {
    if (at.factor != nullptr) g = g * static_cast<T>(at.factor[t]);
  } else if constexpr (StepRole<R>) {
    void const* const previous = arguments.previous == nullptr ? nullptr : arguments.previous[t];
    bool const of_tau = adjoint.tau_gradient != nullptr && to.input != nullptr, given = at.factor != nullptr;
    if (previous != nullptr) {
      double const gain = given ? at.factor[t] : role.gain, slope = to.slope != nullptr ? to.slope[t] : role.gain_slope;
      if (of_tau) {
        V const away = memory.get(to.input[t], arguments.size) - memory.get(previous, arguments.size);
        accumulate(sum_of_tau, g * away * static_cast<T>(slope));
      }
      hand_to_previous(g * static_cast<T>(1 - gain), adjoint, t, memory, carry);
      g = g * static_cast<T>(gain);
    } else {
      double const first = given ? at.factor[t] : role.first,
                   slope = to.slope != nullptr ? to.slope[t] : role.first_slope;
      if (of_tau) accumulate(sum_of_tau, g * memory.get(to.input[t], arguments.size) * static_cast<T>(slope));
      g = g * static_cast<T>(first);
    }
  } else if constexpr (UnitStepRole<R>) {
    void const* const previous = arguments.previous == nullptr ? nullptr : arguments.previous[t];
    Steps const sums_of_gain = (&to)[1].g_sum;
    V const gain = memory.get((&at)[1].operand[t], 0);
    if (sums_of_gain != nullptr && to.input != nullptr) {
      V away = memory.get(to.input[t], arguments.size);
      if (previous != nullptr) away = away - memory.get(previous, arguments.size);
      memory.add(g * away, sums_of_gain[t]);
    }
    if (previous != nullptr) hand_to_previous(g - g * gain, adjoint, t, memory, carry);
    g = g * gain;
  } else if constexpr (MechanismRole<R>) {
    MechanismStep<R, M>{role, &at, t, arguments.size, memory, {}, {}}.reverse(&to, g);
  }
  if (to.g_input != nullptr) memory.put(g, to.g_input[t]);
  if (to.starts) g = memory.zero();
}

// --- all of them, in order

template <int I, class R> DYNVISION_BOTH R const& role_at(Slot<I, R> const& slot) { return slot.value; }

template <class... Roles> struct Program {
  static constexpr int n_roles = static_cast<int>(sizeof...(Roles));
  static constexpr int J = (0 + ... + slots_of<Roles>());  // slots of arguments: one a role, more of a mechanism
  static_assert(J <= most_roles, "dynvision: more pointwise operations in a row than a pipeline can have (most_roles)");
  using Set = Row<Roles...>;

  // The first slot of a role.
  DYNVISION_BOTH static constexpr int slot(int role) {
    int const slots[] = {slots_of<Roles>()...};
    int first = 0;
    for (int i = 0; i < role; ++i) first += slots[i];
    return first;
  }

  template <class F, class M>
  DYNVISION_BOTH static void forward(Set const& roles, F const& arguments, int t, M& memory) {
    forward(roles, arguments, t, memory, std::make_integer_sequence<int, n_roles>{});
  }
  // carry: from the step after this one, and for the one before.
  template <class F, class B, class M, class V, class W>
  DYNVISION_BOTH static void reverse(Set const& roles, F const& arguments, B const& adjoint, int t, M& memory, V& carry,
                                     Sums<W, J>& sums) {
    reverse(roles, arguments, adjoint, t, memory, carry, sums, std::make_integer_sequence<int, n_roles>{});
  }

 private:
  template <class F, class M, int... I>
  DYNVISION_BOTH static void forward(Set const& roles, F const& arguments, int t, M& memory,
                                     std::integer_sequence<int, I...>) {
    using V = typename M::V;
    bool present = arguments.x != nullptr;
    V x = present ? memory.get(arguments.x[t], arguments.size) : memory.zero();
    (forward_role(role_at<I>(roles), arguments, arguments.role[slot(I)], t, memory, x, present), ...);
  }
  template <class F, class B, class M, class V, class W, int... I>
  DYNVISION_BOTH static void reverse(Set const& roles, F const& arguments, B const& adjoint, int t, M& memory, V& carry,
                                     Sums<W, J>& sums, std::integer_sequence<int, I...>) {
    V g = carry;
    carry = memory.zero();
    constexpr int last = n_roles - 1;
    (reverse_role(role_at<last - I>(roles), arguments, adjoint, arguments.role[slot(last - I)],
                  adjoint.role[slot(last - I)], t, memory, g, carry, sums.v + 2 * slot(last - I), sums.v[2 * J]),
     ...);
    if (adjoint.g_shared != nullptr) memory.add(g, adjoint.g_shared[t]);
  }
};

}  // namespace dynvision::kernels

// Program: what a pipeline does with one number in one step, forward and reverse, for every backend.
//
//   x <- source; for every role, in order: x <- role(x), store where somebody wants it
//   g <- what later steps owe; for every role, last one first: g <- role'(g), store where somebody wants it
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
#include <dynvision/kernels/pipeline/roles.hpp>

namespace dynvision::kernels {

template <int I, class R> DYNVISION_BOTH R const& role_at(Slot<I, R> const& slot) { return slot.value; }

template <class V, int J> struct Sums { V v[2 * J + 1]; };  // for each role those of w and b; that of tau
template <class V> DYNVISION_BOTH void accumulate(V& sum, V const& x) { sum = sum + x; }

template <class... Roles> struct Program {
  static constexpr int J = static_cast<int>(sizeof...(Roles));
  static_assert(J <= most_roles, "dynvision: more pointwise operations in a row than a pipeline can have (most_roles)");
  using Set = Row<Roles...>;

  // Whether any role can have a gradient of its own numbers.
  static constexpr bool may_sum = ((CombineRole<Roles> || StepRole<Roles>) || ...);

  template <class F, class M> DYNVISION_BOTH static void forward(Set const& roles, F const& flow, int t, M& memory) {
    forward(roles, flow, t, memory, std::make_integer_sequence<int, J>{});
  }
  // carry: from the step after this one, and for the one before.
  template <class F, class B, class M, class V, class W>
  DYNVISION_BOTH static void reverse(Set const& roles, F const& flow, B const& back, int t, M& memory, V& carry,
                                     Sums<W, J>& sums) {
    reverse(roles, flow, back, t, memory, carry, sums, std::make_integer_sequence<int, J>{});
  }

 private:
  template <class F, class M, int... I>
  DYNVISION_BOTH static void forward(Set const& roles, F const& flow, int t, M& memory,
                                     std::integer_sequence<int, I...>) {
    using V = typename M::V;
    bool present = flow.x != nullptr;
    V x = present ? memory.get(flow.x[t], flow.size) : memory.zero();
    (forward_role(role_at<I>(roles), flow, flow.role[I], t, memory, x, present), ...);
  }

  template <class M> DYNVISION_BOTH static typename M::V operand(RoleArguments const& role, int t, M& memory) {
    using T = Number<typename M::V>;
    typename M::V const h = memory.get(role.operand[t], role.operand_stride);
    return role.is_affine ? h * static_cast<T>(role.w) + static_cast<T>(role.b) : h;
  }

  template <class R, class F, class M, class V>
  DYNVISION_BOTH static void forward_role(R const& role, F const& flow, RoleArguments const& at, int t, M& memory, V& x,
                                          bool& present) {
    using T = Number<V>;
    if constexpr (CombineRole<R>) {
      if (at.operand != nullptr) {
        V const h = operand(at, t, memory);
        x = present ? R::integration::forward(x, h) : h;
        present = true;
      }
    } else if constexpr (MapRole<R>) {
      if (!role.identity()) x = role.f.forward(x);
    } else if constexpr (ScaleRole<R>) {
      if (at.factor != nullptr) x = x * static_cast<T>(at.factor[t]);
    } else if constexpr (StepRole<R>) {
      void const* const previous = flow.previous == nullptr ? nullptr : flow.previous[t];
      if (previous != nullptr) {
        V const r = memory.get(previous, flow.size);
        x = r + (x - r) * static_cast<T>(role.gain);
      } else {
        x = x * static_cast<T>(role.first);
      }
    }
    if (at.tap != nullptr && present) memory.put(x, at.tap[t]);
  }

  template <class F, class B, class M, class V, class W, int... I>
  DYNVISION_BOTH static void reverse(Set const& roles, F const& flow, B const& back, int t, M& memory, V& carry,
                                     Sums<W, J>& sums, std::integer_sequence<int, I...>) {
    V g = carry;
    carry = memory.zero();
    (reverse_role<J - 1 - I>(role_at<J - 1 - I>(roles), flow, back, t, memory, g, carry, sums), ...);
    if (back.g_shared != nullptr) memory.add(g, back.g_shared[t]);
  }

  template <int I, class R, class F, class B, class M, class V, class W>
  DYNVISION_BOTH static void reverse_role(R const& role, F const& flow, B const& back, int t, M& memory, V& g, V& carry,
                                          Sums<W, J>& sums) {
    using T = Number<V>;
    RoleArguments const& at = flow.role[I];
    AdjointRoleArguments const& to = back.role[I];
    for (int k = 0; k < to.n_incoming; ++k) {
      void const* const more = to.incoming[t * to.n_incoming + k];
      if (more != nullptr) g = g + memory.get(more, flow.size);
    }
    if constexpr (CombineRole<R>) {
      if (at.operand != nullptr && (to.input != nullptr || at.is_affine)) {
        V gh = g;  // where one of the two was absent
        if (to.input != nullptr) {
          V const h = operand(at, t, memory), x = memory.get(to.input[t], flow.size);
          gh = R::integration::adjoint_h(g, x, h);
          g = R::integration::adjoint_x(g, x, h);
        }
        if (at.is_affine) {
          accumulate(sums.v[2 * I], gh * memory.get(at.operand[t], at.operand_stride));
          accumulate(sums.v[2 * I + 1], gh);
          gh = gh * static_cast<T>(at.w);
        }
        if (to.g_operand != nullptr && to.g_operand[t] != nullptr) memory.put(gh, to.g_operand[t]);
      }
    } else if constexpr (MapRole<R>) {
      if (!role.identity()) {
        V x = memory.zero(), y = x;
        if constexpr (decltype(role.f)::needs == Needs::input) {
          if (to.input == nullptr) return;  // before the signal begins
          x = memory.get(to.input[t], flow.size);
        }
        if constexpr (decltype(role.f)::needs == Needs::output) {
          if (to.output == nullptr) return;
          y = memory.get(to.output[t], flow.size);
        }
        g = role.f.adjoint(g, x, y);
      }
    } else if constexpr (ScaleRole<R>) {
      if (at.factor != nullptr) g = g * static_cast<T>(at.factor[t]);
    } else if constexpr (StepRole<R>) {
      void const* const previous = flow.previous == nullptr ? nullptr : flow.previous[t];
      bool const of_tau = back.tau_gradient != nullptr && to.input != nullptr;
      if (previous != nullptr) {
        if (of_tau) {
          V const away = memory.get(to.input[t], flow.size) - memory.get(previous, flow.size);
          accumulate(sums.v[2 * J], g * away * static_cast<T>(role.gain_slope));
        }
        V const before = g * static_cast<T>(1 - role.gain);
        if (back.carried && (t > 0 || back.continues)) {
          carry = before;
        } else if (back.g_previous != nullptr && back.g_previous[t] != nullptr) {
          memory.put(before, back.g_previous[t]);
        }
        g = g * static_cast<T>(role.gain);
      } else {
        if (of_tau) {
          accumulate(sums.v[2 * J], g * memory.get(to.input[t], flow.size) * static_cast<T>(role.first_slope));
        }
        g = g * static_cast<T>(role.first);
      }
    }
    if (to.g_input != nullptr) memory.put(g, to.g_input[t]);
    if (to.starts) g = memory.zero();
  }
};

}  // namespace dynvision::kernels

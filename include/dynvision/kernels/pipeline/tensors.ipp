// The walk through the steps of a block, and through the roles of each.
#pragma once
#include <dynvision/kernels/pipeline/program.hpp>
#include <dynvision/kernels/pipeline/tensor_memory.hpp>
#include <dynvision/kernels/pipeline/tensors.hpp>

namespace dynvision::kernels {

// Roles without their types, as kernels/pipeline/program.hpp takes them.
struct ErasedMap {
  static constexpr bool is_map = true;
  RoleType const& type;
  void const* role;
  bool identity() const { return type.identity(role); }
  Needs needs() const { return type.needs; }
  TensorNumber forward(TensorNumber const& x) const { return type.forward(role, x); }
  TensorNumber adjoint(TensorNumber const& g, TensorNumber const& x, TensorNumber const& y) const {
    return type.adjoint(role, g, x, y);
  }
};
struct ErasedCombine {
  static constexpr bool is_combine = true;
  RoleType const& type;
  TensorNumber forward(TensorNumber const& x, TensorNumber const& h) const { return type.combine(x, h); }
  TensorNumber adjoint_x(TensorNumber const& g, TensorNumber const& x, TensorNumber const& h) const {
    return type.adjoint_x(g, x, h);
  }
  TensorNumber adjoint_h(TensorNumber const& g, TensorNumber const& x, TensorNumber const& h) const {
    return type.adjoint_h(g, x, h);
  }
};

struct ErasedMechanism {
  static constexpr bool is_mechanism = true, erased = true;
  RoleType const& type;
  void const* role;
  int n_states = type.n_states, first_state = type.first_state, n_inputs = type.n_inputs;
  double const* initial = type.initial(role);
  void forward(TensorNumber const* inputs, TensorNumber* outputs) const { type.update(role, inputs, outputs); }
  TensorNumber adjoint(TensorNumber const* inputs, TensorNumber const* gradients, int i) const {
    return type.adjoint_of(role, inputs, gradients, i);
  }
};

// f(role), by its kind
template <class F> void with_kind(RoleType const& type, void const* role, F const& f) {
  switch (type.kind) {
    case RoleKind::map:
      return f(ErasedMap{type, role});
    case RoleKind::combine:
      return f(ErasedCombine{type});
    case RoleKind::scale:
      return f(Scale{});
    case RoleKind::step:
      return f(*static_cast<Step const*>(role));
    case RoleKind::unit_step:
      return f(UnitStep{});
    case RoleKind::tap:
      return f(Tap{});
    case RoleKind::mechanism:
      return f(ErasedMechanism{type, role});
    case RoleKind::input:
      return;
  }
}

DYNVISION_INLINE void forward_by_tensors(PipelineType const& type, Engine const& engine, void const* roles,
                                         Arguments const& arguments) {
  void const* role[most_roles];
  type.list(roles, role);
  TensorMemory memory(engine, arguments);
  for (int t = 0; t < arguments.n_steps; ++t) {
    bool present = arguments.x != nullptr;
    TensorNumber x = present ? memory.get(arguments.x[t], arguments.size) : memory.zero();
    for (int j = 0; j < type.n_slots; ++j) {
      with_kind(*type.roles[j], role[j],
                [&](auto const& one) { forward_role(one, arguments, arguments.role[j], t, memory, x, present); });
    }
  }
}

DYNVISION_INLINE void reverse_by_tensors(PipelineType const& type, Engine const& engine, void const* roles,
                                         Arguments const& arguments, AdjointArguments const& adjoint) {
  void const* role[most_roles];
  type.list(roles, role);
  int const J = type.n_slots;
  TensorMemory memory(engine, arguments);
  TensorNumber carry = memory.zero(), sums[2 * most_roles + 1];
  for (TensorNumber& sum : sums) sum = memory.zero();
  for (int t = arguments.n_steps - 1; t >= 0; --t) {
    TensorNumber g = carry;
    carry = memory.zero();
    for (int j = J; j-- > 0;) {
      with_kind(*type.roles[j], role[j], [&](auto const& one) {
        reverse_role(one, arguments, adjoint, arguments.role[j], adjoint.role[j], t, memory, g, carry, sums + 2 * j,
                     sums[2 * J]);
      });
    }
    if (adjoint.g_shared != nullptr) memory.add(g, adjoint.g_shared[t]);
  }
  auto const add = [&](double* to, TensorNumber const& sum) {
    tensor_at(to, {}, {}, at::kDouble, engine.device).add_(sum.x.sum(at::kDouble));
  };
  if (adjoint.tau_gradient != nullptr) add(adjoint.tau_gradient, sums[2 * J]);
  for (int j = 0; j < J; ++j) {
    double* const to = adjoint.role[j].g_affine;
    if (to != nullptr) add(to, sums[2 * j]), add(to + 1, sums[2 * j + 1]);
  }
}

}  // namespace dynvision::kernels

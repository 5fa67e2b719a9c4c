// PipelineType: what is known of a type of pipeline, and of its roles, by whoever computes it without knowing the type.
#pragma once
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/number/tensor_number.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>

namespace dynvision::kernels {

enum class RoleKind { map, combine, scale, step, unit_step, tap, mechanism, input };  // input: a further slot of a role

// A type of role. Its functions are those for whole signals; what a kind of role does not have is null.
struct RoleType {
  RoleKind kind = RoleKind::tap;
  Needs needs = Needs::nothing;  // of a map, as what follows
  bool (*identity)(void const* role) = nullptr;
  TensorNumber (*forward)(void const* role, TensorNumber const& x) = nullptr;
  TensorNumber (*adjoint)(void const* role, TensorNumber const& g, TensorNumber const& x,
                          TensorNumber const& y) = nullptr;
  TensorNumber (*combine)(TensorNumber const& x, TensorNumber const& h) = nullptr;
  TensorNumber (*adjoint_x)(TensorNumber const& g, TensorNumber const& x, TensorNumber const& h) = nullptr;
  TensorNumber (*adjoint_h)(TensorNumber const& g, TensorNumber const& x, TensorNumber const& h) = nullptr;
  int n_states = 0, first_state = 0, n_inputs = 0;  // of a mechanism
  double const* (*initial)(void const* role) = nullptr;
  void (*update)(void const* role, TensorNumber const* inputs, TensorNumber* outputs) = nullptr;
  TensorNumber (*adjoint_of)(void const* role, TensorNumber const* inputs, TensorNumber const* gradients,
                             int i) = nullptr;
};

template <class R> constexpr RoleType describe_role() {
  using V = TensorNumber;
  RoleType type;
  if constexpr (MapRole<R>) {
    type.kind = RoleKind::map, type.needs = R::needs();
    type.identity = [](void const* role) { return static_cast<R const*>(role)->identity(); };
    type.forward = [](void const* role, V const& x) -> V { return static_cast<R const*>(role)->forward(x); };
    type.adjoint = [](void const* role, V const& g, V const& x, V const& y) -> V {
      return static_cast<R const*>(role)->adjoint(g, x, y);
    };
  } else if constexpr (CombineRole<R>) {
    type.kind = RoleKind::combine;
    type.combine = [](V const& x, V const& h) -> V { return R{}.forward(x, h); };
    type.adjoint_x = [](V const& g, V const& x, V const& h) -> V { return R{}.adjoint_x(g, x, h); };
    type.adjoint_h = [](V const& g, V const& x, V const& h) -> V { return R{}.adjoint_h(g, x, h); };
  } else if constexpr (ScaleRole<R>) {
    type.kind = RoleKind::scale;
  } else if constexpr (StepRole<R>) {
    type.kind = RoleKind::step;
  } else if constexpr (UnitStepRole<R>) {
    type.kind = RoleKind::unit_step;
  } else if constexpr (MechanismRole<R>) {
    type.kind = RoleKind::mechanism;
    type.n_states = R::n_states, type.first_state = R::first_state, type.n_inputs = R::n_inputs;
    type.initial = [](void const* role) -> double const* { return static_cast<R const*>(role)->initial; };
    type.update = [](void const* role, V const* inputs, V* outputs) {
      static_cast<R const*>(role)->forward(inputs, outputs);
    };
    type.adjoint_of = [](void const* role, V const* inputs, V const* gradients, int i) -> V {
      return static_cast<R const*>(role)->adjoint(inputs, gradients, i);
    };
  }
  return type;
}
template <class R> inline constexpr RoleType role_type = describe_role<R>();
inline constexpr RoleType input_type{.kind = RoleKind::input};

// Loops over one step of a chunk (kernels/pipeline/loop.hpp).
struct StepLoops {
  void (*forward)(void const* roles, Arguments const&, std::int64_t n) = nullptr;
  void (*reverse)(void const* roles, Arguments const&, AdjointArguments const&, std::int64_t n, void* carry,
                  void* sums) = nullptr;
};

// Where a program that is linked with device code (cuda.cuh) leaves the functions that start its kernels. Null without
// device code: then signals of a GPU are computed by LibTorch's operations. A launcher says whether it has done it.
struct PipelineLauncher {
  bool (*forward)(Engine const&, void const* roles, Arguments const&) = nullptr;
  bool (*reverse)(Engine const&, void const* roles, Arguments const&, AdjointArguments const&,
                  void* workspace) = nullptr;
  std::int64_t (*workspace)(Arguments const&, AdjointArguments const&) = nullptr;  // [bytes] that reverse needs
};
template <class Pipeline> inline PipelineLauncher pipeline_launcher{};

struct PipelineType {
  int n_slots;                                       // of arguments: one a role, more of a mechanism
  RoleType const* const* roles;                      // of each slot
  void (*list)(void const* roles, void const** to);  // the address of the role of each slot
  StepLoops in_float, in_double;
  PipelineLauncher const* device;
};

}  // namespace dynvision::kernels

// PipelineType: what is known of a type of pipeline, and of its roles, by whoever computes it without knowing the type.
#pragma once
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/number/tensor_number.hpp>
#include <dynvision/kernels/pipeline/arguments.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>

namespace dynvision::kernels {

enum class RoleKind { map, combine, scale, step, tap };

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
  }
  return type;
}
template <class R> inline constexpr RoleType role_type = describe_role<R>();

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
  int n_roles;
  RoleType const* const* roles;
  void (*list)(void const* roles, void const** to);  // the address of each role
  StepLoops in_float, in_double;
  PipelineLauncher const* device;
};

}  // namespace dynvision::kernels

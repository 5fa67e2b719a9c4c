// Bias of a layer's drive: y = x + b, or b alone where there is no signal.  b (C,H,W), (C,1,1) or []
#pragma once
#include <dynvision/connections/integration.hpp>
#include <dynvision/operations/add_bias.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::roles {

template <class Op> inline constexpr bool is_bias = false;
template <class K> inline constexpr bool is_bias<AddBias<K>> = true;

class Bias {
 public:
  template <class Op> static constexpr bool is_kind_of() { return is_bias<Op>; }
  template <class Op> static kernels::Combine<Additive> role(Op const&) { return {}; }
  template <class Op> static void describe(Op const& op, Node& node) {
    node.presence = Presence::always;
    node.sees_time = node.passes_gradient = true;
    node.wants_operand_gradient = op.bias.requires_grad();
  }

  template <class Op> Bias(Op const& op, Node const& node, PreparedRun& run) : parameter_(op.bias) {
    value_ = run.of_units(op.bias, node.in);
  }

  void operand(ForwardContext& at, Node const&, kernels::Arguments& arguments, kernels::RoleArguments& role) const {
    role.operand = at.run.steps_of(value_, at.block.n, true, arguments.size);  // the same for all samples: stride 0
  }
  void adjoint_operand(ReverseContext& at, Node const&, kernels::Arguments& arguments, kernels::RoleArguments& role,
                       kernels::AdjointArguments&, kernels::AdjointRoleArguments&) const {
    role.operand = at.run.steps_of(value_, at.block.n, true, arguments.size);
  }
  // gb = sum of g over steps and samples, and over what all places or channels share
  void scatter(ReverseContext& at, Node const&, Tensor const& g) const {
    if (!g.defined()) return;
    at.run.gradients.add(at.run.gradients.index(parameter_), sum_to(parameter_, g));
  }

 private:
  Tensor parameter_, value_;  // value (1,C,H,W), in the dtype of the signals
};

}  // namespace dynvision::run::roles

// External input to a layer: y = x + I(t), from Settings::external (B,T,C,H,W) or what broadcasts to it.
#pragma once
#include <dynvision/connections/integration.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/run/compiled/functions/given_input.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::roles {

class ExternalInput {
 public:
  template <class Op> static constexpr bool is_kind_of() { return std::is_same_v<Op, AddInput>; }
  template <class Op> static kernels::Combine<Additive> role(Op const&) { return {}; }
  template <class Op> static void describe(Op const&, Node& node) {
    node.presence = Presence::with_external;
    node.sees_time = node.passes_gradient = true;
  }

  template <class Op> ExternalInput(Op const&, Node& node, PreparedRun& run) : input_(run.external(node.layer)) {
    node.wants_operand_gradient = input_.learns();
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments,
               kernels::RoleArguments& role) const {
    if (!input_.is_given(at.run, node, at.block)) return;
    at.run.alive.push_back(input_.rows(at.run, node, at.block, 0));
    role.operand = at.run.steps_of(at.run.alive.back(), at.block.n, false, arguments.size);
    role.operand_stride = arguments.size;
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments&, kernels::RoleArguments& role,
                       kernels::AdjointArguments&, kernels::AdjointRoleArguments&) const {
    if (!input_.is_given(at.run, node, at.block)) return;
    role.operand = at.run.addresses.take(at.block.n);  // an adjoint that does not look at it: any address will do
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const& g) {
    input_.add_gradient(at.run, node, at.block, g);
  }
  void finish(GradientSums& sums) { input_.finish(sums); }

 private:
  GivenInput input_;
};

}  // namespace dynvision::run::roles

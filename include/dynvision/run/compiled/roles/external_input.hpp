// External input to a layer: y = x + I(t), from Settings::external (B,T,C,H,W) or what broadcasts to it.
#pragma once
#include <dynvision/connections/integration.hpp>
#include <dynvision/operations/add_input.hpp>
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
    node.wants_operand_gradient = input_.defined() && input_.requires_grad();
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments,
               kernels::RoleArguments& role) const {
    std::optional<int> const t = first_step(at.run, node, at.block);
    if (!t) return;
    kernels::Shape const& in = node.in;
    int const n = at.block.n;
    Tensor const x = at.run.of_group(input_).detach().narrow(1, *t, n).transpose(0, 1);  // or what broadcasts to it
    Tensor const rows = at.run.layout.of(x.expand({n, at.run.batch, in.channels, in.height, in.width})
                                             .to(at.run.dtype())
                                             .reshape({at.run.rows(n), in.channels, in.height, in.width}));
    at.run.alive.push_back(rows);
    role.operand = at.run.steps_of(rows, n, false, arguments.size);
    role.operand_stride = arguments.size;
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments&, kernels::RoleArguments& role,
                       kernels::AdjointArguments&, kernels::AdjointRoleArguments&) {
    if (!first_step(at.run, node, at.block)) return;
    role.operand = at.run.addresses.take(at.block.n);  // an adjoint that does not look at it: any address will do
    if (node.wants_operand_gradient && !gradient_.defined()) gradient_ = zeros(input_.sizes(), input_.options());
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const& g) const {
    if (!g.defined()) return;
    int const n = at.block.n;
    Tensor const of_steps = at.run.of_group(gradient_).narrow(1, *first_step(at.run, node, at.block), n);
    Tensor sum = g.reshape({n, at.run.batch, node.in.channels, node.in.height, node.in.width}).transpose(0, 1);
    for (std::int64_t axis = 0; axis < 5; ++axis) {
      if (of_steps.size(axis) == 1 && sum.size(axis) > 1) sum = sum.sum({axis}, true);
    }
    of_steps.add_(sum);
  }
  void finish(GradientSums& sums) {
    sums.add(sums.index(input_), gradient_, true);
    gradient_ = Tensor{};
  }

 private:
  // The recorded step of a block's first index, where input is given.
  std::optional<int> first_step(PreparedRun const& run, Node const& node, Block const& block) const {
    int const t = run.table.step(node.index, block.first) - run.table.idle;
    return input_.defined() && t >= 0 && t < input_.size(1) ? std::optional(t) : std::nullopt;
  }

  Tensor input_, gradient_{};
};

}  // namespace dynvision::run::roles

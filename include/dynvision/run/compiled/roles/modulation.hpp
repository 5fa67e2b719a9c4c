// Gain of a layer over time: y = m(t) x, m from Settings::external (B,T,C,H,W) or what broadcasts to it.
#pragma once
#include <dynvision/operations/modulate.hpp>
#include <dynvision/run/compiled/functions/given_input.hpp>
#include <dynvision/run/compiled/roles/gain.hpp>

namespace dynvision::run::roles {

class Modulation {
 public:
  template <class Op> static constexpr bool is_kind_of() { return std::is_same_v<Op, Modulate>; }
  template <class Op> static kernels::Combine<Product> role(Op const&) { return {}; }
  template <class Op> static void describe(Op const&, Node& node) { node.sees_time = true; }

  template <class Op> Modulation(Op const&, Node& node, PreparedRun& run) : input_(run.modulation(node.layer)) {
    node.wants_operand_gradient = input_.learns();
    node.passes_signal = node.passes_gradient = !input_.exists();
    node.reads_input = node.reads_operand = input_.exists();
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments,
               kernels::RoleArguments& role) const {
    set(at.run, node, at.block, arguments, role);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                       kernels::RoleArguments& role, kernels::AdjointArguments&, kernels::AdjointRoleArguments&) const {
    set(at.run, node, at.block, arguments, role);
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const& g) {
    input_.add_gradient(at.run, node, at.block, g);
  }
  void finish(GradientSums& sums) { input_.finish(sums); }

 private:
  // Absent where the signal is: a product with nothing is nothing.
  void set(PreparedRun& run, Node const& node, Block const& block, kernels::Arguments const& arguments,
           kernels::RoleArguments& role) const {
    if (!input_.is_given(run, node, block)) return;
    if (!run.table.has_signal(node.index, run.table.step(node.index, block.first))) return;
    run.alive.push_back(input_.rows(run, node, block, 1));
    role.operand = run.steps_of(run.alive.back(), block.n, false, arguments.size);
    role.operand_stride = arguments.size;
  }

  GivenInput input_;
};

}  // namespace dynvision::run::roles

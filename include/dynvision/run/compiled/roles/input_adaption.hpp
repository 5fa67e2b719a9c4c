// Input adaption: y(t) = w^n x(t), n: steps since the frame came on.
#pragma once
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/operations/input_adaption.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

#include <cmath>

namespace dynvision::run::roles {

class InputAdaption {
 public:
  template <class Op> static constexpr bool is_kind_of() { return std::is_same_v<Op, dynvision::InputAdaption>; }
  template <class Op> static kernels::Scale role(Op const&) { return {}; }
  template <class Op> static void describe(Op const& op, Node& node) {
    node.on = op.weight.defined();
    node.is_static = node.passes_gradient = !node.on;
    node.sees_time = true;
  }

  template <class Op>
  InputAdaption(Op const& op, Node const& node, PreparedRun&) : weight_(node.on ? number_of(op.weight) : 1) {}

  void operand(ForwardContext& at, Node const& node, kernels::Arguments&, kernels::RoleArguments& role) {
    if (node.on) role.factor = factors(at.run, node, at.block);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments&, kernels::RoleArguments& role,
                       kernels::AdjointArguments&, kernels::AdjointRoleArguments&) {
    if (node.on) role.factor = factors(at.run, node, at.block);
  }

 private:
  double const* factors(PreparedRun const& run, Node const& node, Block const& block) {
    int const t = run.table.step(node.index, block.first);
    factors_.resize(static_cast<std::size_t>(block.n));
    for (int i = 0; i < block.n; ++i) {
      factors_[static_cast<std::size_t>(i)] = std::pow(weight_, run.table.age[static_cast<std::size_t>(t + i)]);
    }
    return factors_.data();
  }

  double weight_;
  std::vector<double> factors_{};  // [step of the block]
};

}  // namespace dynvision::run::roles

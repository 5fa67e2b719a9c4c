// Gain of a layer's drive: y = gamma x.  gamma (C,H,W), (C,1,1) or []
#pragma once
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/operations/apply_gain.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run::roles {

struct Product {  // an integration of two numbers
  static constexpr bool additive = false;
  template <class V> DYNVISION_BOTH static V forward(V const& x, V const& h) { return x * h; }
  template <class V> DYNVISION_BOTH static V adjoint_x(V const& g, V const&, V const& h) { return g * h; }
  template <class V> DYNVISION_BOTH static V adjoint_h(V const& g, V const& x, V const&) { return g * x; }
};

template <class Op> inline constexpr bool is_gain = false;
template <class K> inline constexpr bool is_gain<ApplyGain<K>> = true;

class Gain {
 public:
  template <class Op> static constexpr bool is_kind_of() { return is_gain<Op>; }
  template <class Op> static kernels::Combine<Product> role(Op const&) { return {}; }
  template <class Op> static void describe(Op const& op, Node& node) {
    node.reads_input = node.reads_operand = true;
    node.wants_operand_gradient = op.gain.requires_grad();
  }

  template <class Op> Gain(Op const& op, Node const& node, PreparedRun& run) : parameter_(op.gain) {
    value_ = run.of_units(op.gain, node.in);
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments,
               kernels::RoleArguments& role) const {
    set_operand(at.run, at.block, node, arguments, role);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                       kernels::RoleArguments& role, kernels::AdjointArguments&, kernels::AdjointRoleArguments&) const {
    set_operand(at.run, at.block, node, arguments, role);
  }
  // g_gamma = sum of g x over steps and samples, and over what units share
  void scatter(ReverseContext& at, Node const&, Tensor const& g) const {
    if (!g.defined()) return;
    at.run.gradients.add(at.run.gradients.index(parameter_), sum_to(parameter_, g));
  }

 private:
  // The same for all samples. Absent where the signal is: a product with nothing is nothing.
  void set_operand(PreparedRun& run, Block const& block, Node const& node, kernels::Arguments const& arguments,
                   kernels::RoleArguments& role) const {
    if (!run.table.has_signal(node.index, run.table.step(node.index, block.first))) return;
    role.operand = run.steps_of(value_, block.n, true, arguments.size);
  }

  Tensor parameter_, value_;  // value (1,C,H,W), in the dtype of the signals
};

}  // namespace dynvision::run::roles

// Projection: y = x (+) h, h: the response of a layer at an earlier step, as it arrives here; (+) integration.
#pragma once
#include <dynvision/connections/integration.hpp>
#include <dynvision/run/compiled/functions/projection.hpp>

namespace dynvision::run::roles {

class Projection {
 public:
  template <class Op> static constexpr bool is_kind_of() {
    if constexpr (ProjectionOperation<Op>) {
      using I = typename Op::integration;
      static_assert(
          !requires(float x) { I::forward(x, x); } || kernels::CombineFunctor<I>,
          "dynvision: an integration of numbers needs V forward(V x, V h), and both adjoint_x and adjoint_h, of "
          "(V g, V x, V h), or neither (docs/how-to/own-adjoint.md)");
      return kernels::CombineFunctor<I>;
    } else {
      return false;
    }
  }
  template <class Op> static kernels::Combine<typename Op::integration> role(Op const&) { return {}; }
  template <class Op> static void describe(Op const& op, Node& node, bool stored, bool feedforward_only) {
    describe_projection(op, node, stored, feedforward_only);
    node.reads_input = node.reads_operand = node.on && !kernels::Combine<typename Op::integration>::additive();
    node.passes_gradient = !node.reads_operand;
  }

  template <class Op> Projection(Op& op, Node const& node, PreparedRun& run) {
    if (node.on) projection_.emplace(op, node, run);
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments, kernels::RoleArguments& role) {
    if (!arrives(at.run, at.block, node)) return;
    role.operand_stride = arguments.size;
    if (projection_->is_direct()) {
      if (at.arrived != nullptr) *at.arrived = projection_->forward(at, node);
      role.operand = projection_->states(at, node, arguments.size);
      projection_->set_affine(role);
      return;
    }
    Tensor const h = projection_->forward(at, node);
    if (at.arrived != nullptr) *at.arrived = h;
    if (at.kept != nullptr && node.reads_operand) at.kept->operand[node.index] = h;
    at.run.alive.push_back(h);
    role.operand = at.run.steps_of(h, at.block.n, false, arguments.size);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                       kernels::RoleArguments& role, kernels::AdjointArguments&,
                       kernels::AdjointRoleArguments& adjoint) {
    if (!arrives(at.run, at.block, node)) return;
    role.operand_stride = arguments.size;
    if (projection_->is_direct()) projection_->set_affine(role);
    if (role.is_affine) adjoint.g_affine = projection_->affine_sums();
    Tensor h = at.operand(node.index);
    bool const is_read = node.reads_operand || role.is_affine;
    if (!h.defined() && is_read && projection_->is_direct()) h = projection_->rows(at, node);
    if (h.defined()) {
      role.operand = at.run.steps_of(h, at.block.n, false, arguments.size);
      at.run.alive.push_back(std::move(h));
    } else {  // the adjoint does not look at it: any addresses will do
      void** const list = at.run.addresses.take(at.block.n);
      std::fill_n(list, at.block.n, nullptr);
      role.operand = list;
    }
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const& g) {
    if (g.defined()) projection_->adjoint(at, node, g);
  }

  void finish(GradientSums& sums) {
    if (projection_) projection_->finish(sums);
  }
  void release_forward_weight() {
    if (projection_) projection_->release_forward_weight();
  }
  Flops flops(Node const&) const { return projection_ ? projection_->flops() : Flops{}; }

 private:
  static bool arrives(PreparedRun const& run, Block const& block, Node const& node) {
    return run.table.arrives(node, run.table.step(node.index, block.first));
  }

  std::optional<ProjectionRun> projection_{};
};

}  // namespace dynvision::run::roles

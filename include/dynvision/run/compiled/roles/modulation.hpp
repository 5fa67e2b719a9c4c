// Gain of a layer over time: y = m(t) x, m from Settings::external (B,T,C,H,W) or what broadcasts to it.
#pragma once
#include <dynvision/operations/modulate.hpp>
#include <dynvision/run/compiled/roles/gain.hpp>

namespace dynvision::run::roles {

class Modulation {
 public:
  template <class Op> static constexpr bool is_kind_of() { return std::is_same_v<Op, Modulate>; }
  template <class Op> static kernels::Combine<Product> role(Op const&) { return {}; }
  template <class Op> static void describe(Op const&, Node& node) { node.sees_time = true; }

  template <class Op> Modulation(Op const&, Node& node, PreparedRun& run) : input_(run.modulation(node.layer)) {
    node.wants_operand_gradient = input_.defined() && input_.requires_grad();
    node.passes_signal = node.passes_gradient = !input_.defined();
    node.reads_input = node.reads_operand = input_.defined();
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments,
               kernels::RoleArguments& role) const {
    set(at.run, node, at.block, arguments, role);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                       kernels::RoleArguments& role, kernels::AdjointArguments&, kernels::AdjointRoleArguments&) {
    set(at.run, node, at.block, arguments, role);
    if (node.wants_operand_gradient && !gradient_.defined()) gradient_ = zeros(input_.sizes(), input_.options());
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const& g) const {
    if (!g.defined()) return;
    auto const [first, from, n] = given_steps(at.run, node, at.block);
    if (n < 1) return;
    Tensor const of_steps = at.run.of_group(gradient_).narrow(1, first, n);
    kernels::Shape const& in = node.in;
    Tensor sum =
        g.reshape({at.block.n, at.run.batch, in.channels, in.height, in.width}).narrow(0, from, n).transpose(0, 1);
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
  struct Given {
    int first, from, n;  // recorded step, step of the block, how many
  };
  Given given_steps(PreparedRun const& run, Node const& node, Block const& block) const {
    if (!input_.defined()) return {0, 0, 0};
    int const t = run.table.step(node.index, block.first) - run.table.idle, first = std::max(t, 0);
    return {first, first - t, std::min(t + block.n, static_cast<int>(input_.size(1))) - first};
  }
  void set(PreparedRun& run, Node const& node, Block const& block, kernels::Arguments const& arguments,
           kernels::RoleArguments& role) const {
    auto const [first, from, n] = given_steps(run, node, block);
    if (n < 1 || !run.table.has_signal(node.index, run.table.step(node.index, block.first))) return;
    kernels::Shape const& in = node.in;
    Tensor rows = run.empty(run.rows(block.n), in);
    if (n < block.n) rows.fill_(1);
    Tensor const m = run.of_group(input_).detach().narrow(1, first, n).transpose(0, 1);
    kernels::rows_of(rows, run.rows(from), run.rows(n))
        .copy_(m.expand({n, run.batch, in.channels, in.height, in.width})
                   .reshape({run.rows(n), in.channels, in.height, in.width}));
    run.alive.push_back(rows);
    role.operand = run.steps_of(rows, block.n, false, arguments.size);
    role.operand_stride = arguments.size;
  }

  Tensor input_, gradient_{};
};

}  // namespace dynvision::run::roles

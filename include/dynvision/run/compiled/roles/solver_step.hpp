// The solver of a layer's equation, where it is linear: y = r + gain(dt/tau) (x - r), r: the newest state, one step ago.
//
// Before there is a state, y = (dt/tau) x. Within a block r is carried from step to step; the adjoint carries its gradient
// the other way, and adds what reaches back beyond the block to the gradient of the state there.
#pragma once
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/dynamics/solver.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/reverse_context.hpp>
#include <dynvision/run/compiled/memory/scalar_sums.hpp>

namespace dynvision::run::roles {

class SolverStep {
 public:
  template <class Op> static constexpr bool is_kind_of() {
    if constexpr (requires { typename Op::solver; }) return LinearSolver<typename Op::solver>;
    return false;
  }
  template <class Op> static kernels::Step role(Op const& op) {
    using S = typename Op::solver;
    double const tau = number_of(op.tau), a = op.dt / tau;
    return {S::gain(a), a, -S::gain_slope(a) * a / tau, -a / tau};
  }
  template <class Op> static void describe(Op const& op, Node& node, bool stored) {
    node.evolves = node.sees_time = true;
    node.source = {node.layer, stored ? 0 : 1, stored};
    node.reads_input = op.learned;
  }

  template <class Op>
  SolverStep(Op const& op, Node const&, PreparedRun& run) : tau_(op.tau), learns_(op.learned), of_tau_(run.options) {}

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments, kernels::RoleArguments&) const {
    int const lag = at.run.table.lag(node.index, node.source);
    arguments.previous = at.run.earlier_states(at.segment, node.layer, lag, at.block);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments, kernels::RoleArguments&,
                       kernels::AdjointArguments& adjoint, kernels::AdjointRoleArguments&) {
    PreparedRun& run = at.run;
    arguments.previous = at.earlier_states(node.layer, run.table.lag(node.index, node.source), learns_);
    if (learns_) adjoint.tau_gradient = of_tau_.of(0);
    adjoint.carried = run.table.carries_state(node.index);
    int const s = at.block.first - run.table.lag(node.index, node.source),
              t = run.table.step(node.index, at.block.first);
    int const offset = run.table.layer_offset[static_cast<std::size_t>(node.layer)];
    int const n = adjoint.carried ? 1 : at.block.n;  // steps whose r lies before the block
    void** list = nullptr;
    for (int i = 0; i < n; ++i) {
      if (arguments.previous[i] == nullptr || !run.table.attached(s + i + offset, t + i)) continue;
      if (list == nullptr) {
        list = run.addresses.take(at.block.n);
        std::fill_n(list, at.block.n, nullptr);
        of_previous_ = run.empty(run.rows(n), node.in);
      }
      list[i] = run.at(of_previous_.mutable_data_ptr(), i * run.batch * arguments.size);
      reached_.emplace_back(s + i, list[i]);
    }
    adjoint.g_previous = list;
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const&) {
    for (auto const& [s, g] : reached_) at.states[static_cast<std::size_t>(node.layer)].add(s, of_previous_, g, true);
    reached_.clear();
    of_previous_ = Tensor{};
  }
  void finish(GradientSums& sums) {
    of_tau_.finish(sums, 0, tau_);
    of_tau_.clear();
  }

 private:
  Tensor tau_;
  bool learns_;
  ScalarSums of_tau_;
  Tensor of_previous_{};                          // gradients of states before the block, until they are added
  std::vector<std::pair<int, void*>> reached_{};  // (index of the state, address)
};

}  // namespace dynvision::run::roles

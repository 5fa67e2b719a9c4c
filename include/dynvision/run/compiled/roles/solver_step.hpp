// The solver of a layer's equation, where it is linear: y = r + gain(dt/tau) (x - r), r: the newest state, one step ago.
//
// Before there is a state, y = (dt/tau) x. tau may be another one in every step (Settings::tau_factors).
#pragma once
#include <dynvision/concepts/sharing.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/dynamics/solver.hpp>
#include <dynvision/kernels/pipeline/roles.hpp>
#include <dynvision/run/compiled/functions/previous_state.hpp>
#include <dynvision/run/compiled/memory/scalar_sums.hpp>

namespace dynvision::run::roles {

// Whether an operation evolves its layer by a linear solver, with a tau that `Kind` has in common.
template <class Op, bool uniform> constexpr bool evolves_linearly() {
  if constexpr (requires { typename Op::solver; }) {
    if constexpr (requires { typename Op::sharing; }) {
      return LinearSolver<typename Op::solver> && std::is_same_v<typename Op::sharing, Uniform> == uniform;
    } else {
      return LinearSolver<typename Op::solver> && uniform;
    }
  } else {
    return false;
  }
}

class SolverStep {
 public:
  template <class Op> static constexpr bool is_kind_of() { return evolves_linearly<Op, true>(); }
  template <class Op> static kernels::Step role(Op const& op) {
    using S = typename Op::solver;
    double const tau = number_of(op.tau), a = op.dt / tau;
    return {S::gain(a), a, -S::gain_slope(a) * a / tau, -a / tau};
  }
  template <class Op> static void describe(Op const& op, Node& node, bool stored) {
    PreviousState::describe(node, stored);
    node.reads_input = op.learned;
  }

  template <class Op>
  SolverStep(Op const& op, Node const& node, PreparedRun& run)
      : tau_(op.tau), learns_(op.learned), of_tau_(run.options) {
    if (!run.has_tau_factors(node.layer)) return;
    using S = typename Op::solver;
    number_ = number_of(op.tau), dt_ = op.dt;
    gain_ = [](double a) -> double { return S::gain(a); };
    gain_slope_ = [](double a) -> double { return S::gain_slope(a); };
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments, kernels::RoleArguments& role) {
    PreviousState::take(at, node, arguments);
    set_factors(at.run, node, at.block, arguments, role);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                       kernels::RoleArguments& role, kernels::AdjointArguments& adjoint,
                       kernels::AdjointRoleArguments& of_role) {
    previous_.take_adjoint(at, node, arguments, adjoint, learns_);
    if (learns_) adjoint.tau_gradient = of_tau_.of(0);
    if (set_factors(at.run, node, at.block, arguments, role)) of_role.slope = slopes_.data();
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const&) { previous_.scatter(at, node); }
  void finish(GradientSums& sums) {
    of_tau_.finish(sums, 0, tau_);
    of_tau_.clear();
  }

 private:
  // a = dt/(m tau) in a step; d gain(a)/d tau = -gain'(a) a/tau
  bool set_factors(PreparedRun const& run, Node const& node, Block const& block, kernels::Arguments const& arguments,
                   kernels::RoleArguments& role) {
    if (gain_ == nullptr) return false;
    factors_.clear(), slopes_.clear();
    for (int i = 0; i < block.n; ++i) {
      double const a = dt_ / (number_ * run.tau_factor(node.layer, run.table.step(node.index, block.first + i)));
      bool const is_first = arguments.previous[i] == nullptr;
      factors_.push_back(is_first ? a : gain_(a));
      slopes_.push_back(-(is_first ? 1 : gain_slope_(a)) * a / number_);
    }
    role.factor = factors_.data();
    return true;
  }

  Tensor tau_;
  bool learns_;
  ScalarSums of_tau_;
  PreviousState previous_{};
  double number_ = 0, dt_ = 0;  // of tau [ms]; [ms]
  double (*gain_)(double a) = nullptr;
  double (*gain_slope_)(double a) = nullptr;
  std::vector<double> factors_{}, slopes_{};  // [step of the block]
};

}  // namespace dynvision::run::roles

// The solver of a layer's equation with a tau of each channel or unit: y = r + gain (x - r), gain(dt/tau) an operand.
//
// Gains, and the numbers of first steps, are made once a run, for each factor of tau that it has (Settings::tau_factors), and
// differentiated once: their gradients add up over steps and samples.
#pragma once
#include <dynvision/run/compiled/functions/local_gradients.hpp>
#include <dynvision/run/compiled/memory/unit_number.hpp>
#include <dynvision/run/compiled/roles/solver_step.hpp>

namespace dynvision::run::roles {

class UnitSolverStep {
 public:
  template <class Op> static constexpr bool is_kind_of() { return evolves_linearly<Op, false>(); }
  template <class Op> static kernels::UnitStep role(Op const&) { return {}; }
  template <class Op> static void describe(Op const& op, Node& node, bool stored) {
    PreviousState::describe(node, stored);
    node.reads_input = op.learned;
  }

  template <class Op>
  UnitSolverStep(Op const& op, Node const&, PreparedRun&) : tau_(op.tau), dt_(op.dt), learns_(op.learned) {
    gain_ = [](Tensor const& tau, double dt) -> Tensor {  // what a step makes of r = 0 and a drive of 1
      return Op::solver::step(zeros({}, of(tau)), full({}, 1, of(tau)), tau, dt);
    };
  }

  void operand(ForwardContext& at, Node const& node, kernels::Arguments& arguments, kernels::RoleArguments& role) {
    PreviousState::take(at, node, arguments);
    set_gains(at.run, node, at.block, arguments, role);
  }
  void adjoint_operand(ReverseContext& at, Node const& node, kernels::Arguments& arguments,
                       kernels::RoleArguments& role, kernels::AdjointArguments& adjoint,
                       kernels::AdjointRoleArguments& of_role) {
    previous_.take_adjoint(at, node, arguments, adjoint, learns_);
    set_gains(at.run, node, at.block, arguments, role);
    if (!learns_) return;
    void** const list = at.run.addresses.take(at.block.n);
    for (int i = 0; i < at.block.n; ++i) list[i] = gain_of(at.run, node, at.block, arguments, i).gradient(at.run);
    (&of_role)[1].g_sum = list;
  }
  void scatter(ReverseContext& at, Node const& node, Tensor const&) { previous_.scatter(at, node); }
  void finish(GradientSums& sums) {
    if (!learns_) return;
    std::vector<Tensor> g;
    for (Gain& one : gains_) g.push_back(one.of_units.take_gradient());
    auto const again = [&] {
      std::vector<Tensor> all;
      for (Gain const& one : gains_) all.push_back(numbers(one.factor, one.is_first));
      return all;
    };
    sums.add(sums.index(tau_), local_gradients_of_all(again, {tau_}, g)[0]);
  }

 private:
  struct Gain {
    double factor;  // of tau
    bool is_first;  // there is no r
    UnitNumber of_units;
  };

  static at::TensorOptions of(Tensor const& tau) { return tau.options().requires_grad(false); }
  Tensor numbers(double factor, bool is_first) const {
    Tensor const tau = factor == 1 ? tau_ : tau_.mul(factor);
    return is_first ? first_step(full({}, 1, of(tau)), tau, dt_) : gain_(tau, dt_);
  }
  UnitNumber& gain_of(PreparedRun const& run, Node const& node, Block const& block, kernels::Arguments const& arguments,
                      int i) {
    double const factor = run.tau_factor(node.layer, run.table.step(node.index, block.first + i));
    bool const is_first = arguments.previous[i] == nullptr;
    for (Gain& one : gains_) {
      if (one.factor == factor && one.is_first == is_first) return one.of_units;
    }
    gains_.push_back({factor, is_first, UnitNumber(numbers(factor, is_first), node.in, run)});
    return gains_.back().of_units;
  }
  void set_gains(PreparedRun& run, Node const& node, Block const& block, kernels::Arguments const& arguments,
                 kernels::RoleArguments& role) {
    void** const list = run.addresses.take(block.n);
    for (int i = 0; i < block.n; ++i) list[i] = gain_of(run, node, block, arguments, i).address();
    (&role)[1].operand = list;
  }

  Tensor tau_;
  double dt_;  // [ms]
  bool learns_;
  Tensor (*gain_)(Tensor const& tau, double dt) = nullptr;
  PreviousState previous_{};
  std::vector<Gain> gains_{};
};

}  // namespace dynvision::run::roles

// solve: run a k-SAT network until the signs of its variables satisfy the formula.
//
//   rate::Solution const found = rate::solve(rate::Ctnn(formula), formula, {.seed = 3});
//   if (found.solved) use(found.assignment);        verified; an assignment that is not is never returned
//
// Not solved says nothing: neither network proves that a formula has no solution. One start in ten ends in a limit cycle (Ctnn, hard
// formulas), so that a run which has found nothing after restart_after begins anew; infinity: never.
// Errors: rate.228.
#pragma once
#include <dynvision/rate/ksat/cnf.hpp>

#include <Eigen/Core>

#include <utility>

namespace dynvision::rate {

struct SolveSettings {
  double dt = 0.1, t_most = 600;  // in units of the network's time
  double restart_after = 150;
  std::uint64_t seed = 0;  // of the starts
};

struct Solution {
  bool solved = false;
  Assignment assignment{};  // empty if not
  double t = 0;             // when it was found, or given up
  int n_steps = 0, n_restarts = 0;
  Eigen::VectorXd state{};
};

template <class Network> Solution solve(Network const& net, Cnf const& formula, SolveSettings const& settings = {}) {
  if (!(settings.dt > 0) || !(settings.t_most >= 0) || !(settings.restart_after > 0) ||
      net.n_variables() != formula.n_variables) {
    fail("rate", 228,
         {"solving for ", formula.n_variables, " variables by a network of ", net.n_variables(), ", dt = ", settings.dt,
          ", t_most = ", settings.t_most, ", restart_after = ", settings.restart_after,
          ": expected as many, positive times, and t_most >= 0"});
  }
  Solution found{.state = net.start(settings.seed)};
  double began = 0;  // the present run
  Eigen::VectorXd& x = found.state;
  Eigen::VectorXd change(x.size());
  Assignment signs;
  auto const satisfied = [&] {  // looked at where a sign has changed
    bool changed = signs.empty();
    signs.resize(static_cast<std::size_t>(formula.n_variables));
    for (int i = 0; i < formula.n_variables; ++i) {
      auto const at = static_cast<std::size_t>(i);
      if (signs[at] != (x[i] > 0)) signs[at] = x[i] > 0, changed = true;
    }
    return changed && formula.satisfied_by(signs);
  };
  for (;;) {
    if (satisfied()) {
      found.solved = true, found.assignment = std::move(signs);
      return found;
    }
    if (found.t >= settings.t_most || !x.allFinite()) return found;
    if (found.t - began >= settings.restart_after) {
      x = net.start(settings.seed + (std::uint64_t{1} << 32) * static_cast<std::uint64_t>(++found.n_restarts));
      began = found.t;
      continue;
    }
    found.t += net.advance(x, change, settings.dt), ++found.n_steps;
  }
}

}  // namespace dynvision::rate

// Ctds: a dynamical system whose only attractors are the solutions of a formula; weights of clauses grow while they are not satisfied.
//
//   K_m = 2^-k_m prod_i (1 - c_mi s_i)        K_mi: the same without factor i
//   ds_i/dt = sum_m 2 a_m c_mi K_mi K_m       da_m/dt = a_m K_m,  a_m(0) = 1
//
// s in [-1, 1]. Steps are Runge-Kutta's of at most dt in which no s_i moves by more than 0.1, so that their number grows with the
// weights: chaotic for hard formulas, exponential in them for the hardest.
//
//   rate::Ctds const net(formula);        rate::solve(net, formula, {.dt = 0.1, .t_most = 100})
//
// Source: Ercsey-Ravasz & Toroczkai 2011, "Optimization hardness as transient chaos in an analog approach to constraint
// satisfaction".
#pragma once
#include <dynvision/dynamics/flow_step.hpp>
#include <dynvision/rate/ksat/clause_table.hpp>

#include <cmath>

namespace dynvision::rate {

class Ctds {
 public:
  explicit Ctds(Cnf const& formula) : table_(formula) {}

  int n_variables() const { return table_.n_variables; }
  Eigen::Index size() const { return table_.n_variables + table_.n_clauses(); }

  Eigen::VectorXd derivative(Eigen::VectorXd const& x, double) const {
    int const n = table_.n_variables;
    Eigen::VectorXd change = Eigen::VectorXd::Zero(x.size());
    for (int m = 0; m < table_.n_clauses(); ++m) {
      int const first = table_.begin[static_cast<std::size_t>(m)], end = table_.begin[static_cast<std::size_t>(m) + 1];
      auto const open = [&](int l) {  // half of 1 - c s: 0 where the literal is true
        return 0.5 * (1 - table_.sign[static_cast<std::size_t>(l)] * x[table_.variable[static_cast<std::size_t>(l)]]);
      };
      double K = 1;
      for (int l = first; l < end; ++l) K *= open(l);
      for (int l = first; l < end; ++l) {
        double others = 0.5;  // 2^-k of which factor i has taken no half
        for (int j = first; j < end; ++j) others *= j == l ? 1 : open(j);
        change[table_.variable[static_cast<std::size_t>(l)]] +=
            2 * x[n + m] * table_.sign[static_cast<std::size_t>(l)] * others * K;
      }
      change[n + m] = x[n + m] * K;
    }
    return change;
  }

  Eigen::VectorXd start(std::uint64_t seed) const {
    analysis::DrawStream const draws(seed, 0);
    Eigen::VectorXd x = Eigen::VectorXd::Ones(size());
    for (int i = 0; i < n_variables(); ++i) x[i] = 2 * draws.uniform(static_cast<std::uint64_t>(i)) - 1;
    return x;
  }

  double advance(Eigen::VectorXd& x, Eigen::VectorXd& change, double dt) const {
    change = derivative(x, 0);
    double const fastest = change.head(n_variables()).cwiseAbs().maxCoeff();
    double const step = std::min(dt, 0.1 / std::max(fastest, 1e-300));
    x = RungeKutta4Step::step(*this, x, 0, step);
    x.head(n_variables()) = x.head(n_variables()).cwiseMax(-1).cwiseMin(1);  // the steps' error alone leads out
    return step;
  }

 private:
  ClauseTable table_;
};

}  // namespace dynvision::rate

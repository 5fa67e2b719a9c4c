// Ctnn: a network in continuous time that comes to rest where a formula is satisfied. One unit for each variable, one for each clause.
//
//   ds_i/dt = -s_i + A f(s_i) + sum_m c_mi g(a_m)            f(s) = clip(s, -1, 1)
//   da_m/dt = -a_m + B g(a_m) - sum_i c_mi f(s_i) + 1 - k_m  g(a) = clip(a, 0, 1)        k_m: literals of clause m
//
// s_i > 0: variable i is true. A clause that is not satisfied excites its unit, and that pulls its variables. At a solution
// |s_i| = A and a_m = 1 - 2 j_m, j_m the number of true literals. A and B that are reliable: 1.3 to 1.7 and 1.9 to 2.2.
//
//   rate::Ctnn const net(formula);
//   x = integrate<EulerStep>(net, x, {.dt = 0.1, .n_steps = 600});       x: s, then a        rate::solve(net, formula, settings)
//
// Source: Molnar & Ercsey-Ravasz 2013, "Asymmetric continuous-time neural networks without local traps for solving constraint
// satisfaction problems".
// Errors: rate.227.
#pragma once
#include <dynvision/rate/ksat/clause_table.hpp>

namespace dynvision::rate {

class Ctnn {
 public:
  explicit Ctnn(Cnf const& formula, double A = 1.5, double B = 2.1) : table_(formula), A_(A), B_(B) {
    if (!(A > 1) || !(B > 0)) {
      fail("rate", 227,
           {"a k-SAT network with A = ", A, " and B = ", B,
            ": expected A > 1, so that a variable keeps its value, and B > 0; 1.5 and 2.1"});
    }
  }

  int n_variables() const { return table_.n_variables; }
  Eigen::Index size() const { return table_.n_variables + table_.n_clauses(); }
  double A() const { return A_; }
  ClauseTable const& clauses() const { return table_; }

  Eigen::VectorXd derivative(Eigen::VectorXd const& x, double) const {
    Eigen::VectorXd change(x.size());
    derivative_into(x.data(), change.data());
    return change;
  }
  void derivative_into(double const* x, double* change) const {
    int const n = table_.n_variables, n_clauses = table_.n_clauses();
    double const *const s = x, *const a = x + n;
    double *const ds = change, *const da = change + n;
    for (int i = 0; i < n; ++i) ds[i] = -s[i] + A_ * clipped(s[i], -1);
    int const* const variable = table_.variable.data();
    double const* const sign = table_.sign.data();
    for (int m = 0; m < n_clauses; ++m) {
      int const first = table_.begin[static_cast<std::size_t>(m)], end = table_.begin[static_cast<std::size_t>(m) + 1];
      double const g = clipped(a[m], 0);
      double pull = -a[m] + B_ * g + 1 - (end - first);
      for (int l = first; l < end; ++l) {
        pull -= sign[l] * clipped(s[variable[l]], -1);
        ds[variable[l]] += sign[l] * g;
      }
      da[m] = pull;
    }
  }

  // Variables uniform in (-1, 1), clauses in (0, 1).
  Eigen::VectorXd start(std::uint64_t seed) const {
    analysis::DrawStream const draws(seed, 0);
    Eigen::VectorXd x(size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      double const u = draws.uniform(static_cast<std::uint64_t>(i));
      x[i] = i < n_variables() ? 2 * u - 1 : u;
    }
    return x;
  }

  // One step of Euler's in place.
  double advance(Eigen::VectorXd& x, Eigen::VectorXd& change, double dt) const {
    derivative_into(x.data(), change.data());
    for (Eigen::Index i = 0; i < x.size(); ++i) x[i] += dt * change[i];
    return dt;
  }

 private:
  static double clipped(double x, double low) { return x < low ? low : x > 1 ? 1 : x; }
  ClauseTable table_;
  double A_, B_;
};

}  // namespace dynvision::rate

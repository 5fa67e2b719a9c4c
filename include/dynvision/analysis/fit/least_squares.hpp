// Least squares within bounds: the parameters x of a model for which the sum of squared residuals is smallest.
//
//   SSE(x) = sum_i r_i(x)^2      g = 2 J^T r      H = 2 J^T J        J_ij = dr_i / dx_j
//
//   auto const residuals = [&](Eigen::VectorXd const& x, Eigen::VectorXd& r, Eigen::MatrixXd* J) { ... };
//   Minimum const fit = least_squares(residuals, start, box);        // fit.at, fit.value = SSE, fit.converged
//
// residuals fills r, and J where it is asked for; by_differences makes such a function of one that fills r alone.
// best_of: the best of several starts, in their order, so that equal ones give the first.
//
// Errors: analysis.109, analysis.110.
#pragma once
#include <dynvision/analysis/fit/bounded_minimum.hpp>

#include <Eigen/Core>

#include <cmath>
#include <vector>

namespace dynvision::analysis {

template <class Residuals>
Minimum least_squares(Residuals const& residuals, Eigen::VectorXd const& start, Box const& box,
                      MinimumSettings const& settings = {}) {
  Eigen::VectorXd r;
  Eigen::MatrixXd J;
  return bounded_minimum(
      [&](Eigen::VectorXd const& x) {
        residuals(x, r, &J);
        return Quadratic{r.squaredNorm(), 2 * (J.transpose() * r), 2 * (J.transpose() * J)};
      },
      start, box, settings);
}

// Of a function that fills r alone: central differences, one-sided at a border; two calls for each parameter.
template <class F> auto by_differences(F f, Box box) {
  return [f = std::move(f), box = std::move(box)](Eigen::VectorXd const& x, Eigen::VectorXd& r, Eigen::MatrixXd* J) {
    f(x, r);
    if (J == nullptr) return;
    J->resize(r.size(), x.size());
    Eigen::VectorXd above, below, at = x;
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      double const h = 6e-6 * std::max(std::abs(x[j]), 1e-3);
      double const high = std::min(x[j] + h, box.upper[j]), low = std::max(x[j] - h, box.lower[j]);
      at[j] = high, f(at, above), at[j] = low, f(at, below), at[j] = x[j];
      if (high > low) {
        J->col(j) = (above - below) / (high - low);
      } else {
        J->col(j).setZero();
      }
    }
  };
}

// fit(start) for each start: the smallest value; the first of equal ones.
template <class Fit> Minimum best_of(std::vector<Eigen::VectorXd> const& starts, Fit const& fit) {
  Minimum best;
  for (Eigen::VectorXd const& start : starts) {
    Minimum found = fit(start);
    if (found.value < best.value) best = std::move(found);
  }
  if (best.at.size() == 0)
    fail("analysis", 110, {"a fit from ", starts.size(), " starts: expected one that is finite"});
  return best;
}

}  // namespace dynvision::analysis

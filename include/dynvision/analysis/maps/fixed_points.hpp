// fixed_points: states at which a map rests, F(x) = x, stable or not.
//
//   minimise q(x) = |F(x) - x|^2 / 2 from every start (Levenberg & Marquardt), then Newton: x <- x - (J - I)^(-1) (F(x) - x)
//   those within `same` of each other are one; eigenvalues of J say whether neighbours come back (all |z| < 1) or leave
//
//   MapFixedPoints const found = fixed_points(latch, starts);            found.points[0].x, .eigenvalues, .stable
//   MapFixedPoints const at_rest = equilibria(lorenz, starts);           of a flow: f(x) = 0, stable where all Re z < 0
//
// In the order in which they are found. Starts that end where q is small but not 0 (a slow point) or that do not end are counted
// in n_lost, and the slowest of them kept in slow_points.
// Source: Sussillo & Barak 2013, "Opening the black box"; Levenberg 1944, Marquardt 1963 (analysis/fit/bounded_minimum.hpp).
// Errors: analysis.170.
#pragma once
#include <dynvision/analysis/fit/least_squares.hpp>
#include <dynvision/analysis/maps/map.hpp>

#include <Eigen/Eigenvalues>
#include <Eigen/LU>

#include <limits>
#include <vector>

namespace dynvision::analysis {

struct FixedPointSearch {
  double tolerance = 1e-10;  // of max |F(x) - x|
  double same = 1e-6;        // max |x - y| of two that are one
  double slow = 1e-2;        // |F(x) - x| of a slow point
  int most_steps = 500;
};

struct MapFixedPoint {
  Eigen::VectorXd x;
  double residual = 0;           // max |F(x) - x|
  Eigen::VectorXcd eigenvalues;  // of the Jacobian there
  bool stable = false;
  int n_starts = 0;  // that have led here
};

struct MapFixedPoints {
  std::vector<MapFixedPoint> points{}, slow_points{};
  int n_lost = 0;
};

namespace maps {

// f(x) = 0 from every start. J(x): the Jacobian of f.
template <class F, class Jacobian>
MapFixedPoints roots(F const& f, Jacobian const& J, std::vector<Eigen::VectorXd> const& starts,
                     FixedPointSearch const& search) {
  if (!(search.tolerance > 0) || !(search.same > 0) || search.most_steps < 1) {
    fail("analysis", 170,
         {"fixed points: tolerance = ", search.tolerance, ", same = ", search.same,
          ", most_steps = ", search.most_steps, ": expected positive numbers"});
  }
  MapFixedPoints found;
  for (Eigen::VectorXd const& start : starts) {
    Eigen::VectorXd const wide = Eigen::VectorXd::Constant(start.size(), std::numeric_limits<double>::infinity());
    auto const residuals = [&](Eigen::VectorXd const& x, Eigen::VectorXd& r, Eigen::MatrixXd* jacobian) {
      r = f(x);
      if (jacobian != nullptr) *jacobian = J(x);
    };
    Eigen::VectorXd x =
        least_squares(residuals, start, {-wide, wide}, {.most_steps = search.most_steps, .negligible = 1e-24}).at;
    double residual = f(x).cwiseAbs().maxCoeff();
    for (int i = 0; i < 20 && residual > 0; ++i) {  // to the last digits
      Eigen::VectorXd const next = x - J(x).partialPivLu().solve(f(x));
      double const left = f(next).cwiseAbs().maxCoeff();
      if (!(left < residual)) break;
      x = next, residual = left;
    }
    bool const is_point = residual <= search.tolerance;
    if (!is_point) ++found.n_lost;
    if (!is_point && !(residual <= search.slow)) continue;
    std::vector<MapFixedPoint>& among = is_point ? found.points : found.slow_points;
    auto const known = std::find_if(among.begin(), among.end(), [&](MapFixedPoint const& one) {
      return (one.x - x).cwiseAbs().maxCoeff() <= search.same;
    });
    if (known != among.end()) {
      ++known->n_starts;
    } else {
      among.push_back({x, residual, J(x).eigenvalues(), false, 1});
    }
  }
  return found;
}

}  // namespace maps

template <Map F>
MapFixedPoints fixed_points(F const& map, std::vector<Eigen::VectorXd> const& starts,
                            FixedPointSearch const& search = {}) {
  auto const f = [&](Eigen::VectorXd const& x) { return Eigen::VectorXd(map(x) - x); };
  auto const J = [&](Eigen::VectorXd const& x) {
    return Eigen::MatrixXd(jacobian_of(map, x) - Eigen::MatrixXd::Identity(x.size(), x.size()));
  };
  MapFixedPoints found = maps::roots(f, J, starts, search);
  for (std::vector<MapFixedPoint>* const all : {&found.points, &found.slow_points}) {
    for (MapFixedPoint& one : *all) {
      one.eigenvalues.array() += 1.0;
      one.stable = (one.eigenvalues.array().abs() < 1).all();
    }
  }
  return found;
}

template <Flow F>
MapFixedPoints equilibria(F const& flow, std::vector<Eigen::VectorXd> const& starts,
                          FixedPointSearch const& search = {}) {
  auto const f = [&](Eigen::VectorXd const& x) { return Eigen::VectorXd(flow.derivative(x, 0.0)); };
  auto const J = [&](Eigen::VectorXd const& x) { return jacobian_of(flow, x, 0.0); };
  MapFixedPoints found = maps::roots(f, J, starts, search);
  for (std::vector<MapFixedPoint>* const all : {&found.points, &found.slow_points}) {
    for (MapFixedPoint& one : *all) one.stable = (one.eigenvalues.array().real() < 0).all();
  }
  return found;
}

}  // namespace dynvision::analysis

// The nearest minimum of a smooth function of a few parameters within bounds (Levenberg 1944, Marquardt 1963).
//
//   x <- x + d        (H + mu D) d = -g on the parameters that are free; those that a step would carry out of the box
//                     stop at its border, and the others are solved for again
//
// f(x) gives value, gradient g and a curvature H that is positive semidefinite: J^T J of least squares, or the expected
// information of a likelihood. D: the largest diagonal of H so far. mu grows where a step does not lower the value, and
// falls by what the step gained over what H promised (Nielsen 1999).
//
//   Minimum const found = bounded_minimum(f, start, box);
//   if (!found.converged) say(found.why);
//
// Converged: no free gradient is left, no step changes x by 1e-14 of it, or the value is negligible. A fit that runs out of
// steps is returned with converged = false and says so in `why`; nothing is thrown for it.
//
// Errors: analysis.109, analysis.110.
#pragma once
#include <dynvision/analysis/fit/box.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace dynvision::analysis {

struct Quadratic {  // of a function at a place
  double value = 0;
  Eigen::VectorXd gradient;
  Eigen::MatrixXd curvature;
};

struct MinimumSettings {
  int most_steps = 1000;
  double negligible = 0;         // a value that needs no further step
  double smallest_step = 1e-14;  // of x
  double smallest_gain = 1e-15;  // of the value, promised by the curvature
};

struct Minimum {
  Eigen::VectorXd at;
  double value = std::numeric_limits<double>::infinity();
  bool converged = false;
  int steps = 0;
  char const* why = "";  // what ended it, in words
};

namespace detail {

// The step on the free parameters, cut at the box; `free` is changed to those that are not stopped by a border.
inline Eigen::VectorXd step_within(Box const& box, Eigen::VectorXd const& x, Quadratic const& now,
                                   Eigen::VectorXd const& damping, std::vector<bool> free) {
  Eigen::Index const n = x.size();
  Eigen::VectorXd step = Eigen::VectorXd::Zero(n);
  for (Eigen::Index round = 0; round <= n; ++round) {
    std::vector<Eigen::Index> places;
    for (Eigen::Index i = 0; i < n; ++i) {
      if (free[static_cast<std::size_t>(i)]) places.push_back(i);
    }
    if (places.empty()) return step;
    auto const m = static_cast<Eigen::Index>(places.size());
    Eigen::MatrixXd H(m, m);
    Eigen::VectorXd g(m);
    for (Eigen::Index i = 0; i < m; ++i) {
      Eigen::Index const a = places[static_cast<std::size_t>(i)];
      g[i] = -now.gradient[a];
      for (Eigen::Index k = 0; k < n; ++k) {  // what stopped parameters have moved counts
        if (!free[static_cast<std::size_t>(k)]) g[i] -= now.curvature(a, k) * step[k];
      }
      for (Eigen::Index j = 0; j < m; ++j) H(i, j) = now.curvature(a, places[static_cast<std::size_t>(j)]);
      H(i, i) += damping[a];
    }
    Eigen::VectorXd const d = H.ldlt().solve(g);
    bool stopped = false;
    for (Eigen::Index i = 0; i < m; ++i) {
      Eigen::Index const a = places[static_cast<std::size_t>(i)];
      double const to = x[a] + d[i];
      step[a] = std::clamp(to, box.lower[a], box.upper[a]) - x[a];
      if (!(to >= box.lower[a] && to <= box.upper[a])) free[static_cast<std::size_t>(a)] = false, stopped = true;
    }
    if (!stopped) break;
  }
  return step;
}

}  // namespace detail

template <class F>
Minimum bounded_minimum(F const& f, Eigen::VectorXd const& start, Box const& box,
                        MinimumSettings const& settings = {}) {
  Minimum best{.at = box.nearest(start)};
  Quadratic now = f(best.at);
  best.value = now.value;
  if (!std::isfinite(now.value)) {
    fail("analysis", 110, {"a fit whose value at the start is ", now.value, ": expected a finite number"});
  }
  Eigen::Index const n = best.at.size();
  Eigen::VectorXd scale = Eigen::VectorXd::Zero(n);
  double mu = 1e-3, growth = 2;
  auto const ended = [&](bool converged, char const* why) {
    best.converged = converged, best.why = why;
    return best;
  };
  for (; best.steps < settings.most_steps; ++best.steps) {
    if (best.value <= settings.negligible) return ended(true, "the value is negligible");
    scale = scale.cwiseMax(now.curvature.diagonal());
    double const largest = std::max(scale.maxCoeff(), std::numeric_limits<double>::min());
    Eigen::VectorXd const damping = mu * scale.cwiseMax(1e-12 * largest);
    std::vector<bool> free(static_cast<std::size_t>(n));
    bool any = false;
    for (Eigen::Index i = 0; i < n; ++i) {
      bool const out =
          (best.at[i] <= box.lower[i] && now.gradient[i] >= 0) || (best.at[i] >= box.upper[i] && now.gradient[i] <= 0);
      free[static_cast<std::size_t>(i)] = !out;
      any = any || (!out && now.gradient[i] != 0);
    }
    if (!any) return ended(true, "no gradient is left");
    Eigen::VectorXd const step = detail::step_within(box, best.at, now, damping, std::move(free));
    Eigen::VectorXd const next = (best.at + step).cwiseMax(box.lower).cwiseMin(box.upper);
    double const promised = -(now.gradient.dot(step) + 0.5 * step.dot(now.curvature * step));
    bool const tiny = ((next - best.at).array().abs() <= settings.smallest_step * best.at.array().abs()).all();
    if (tiny || !step.allFinite()) return ended(step.allFinite(), "no step changes the parameters");
    if (promised >= 0 && promised <= settings.smallest_gain * std::abs(best.value)) {
      return ended(true, "no step promises a smaller value");
    }
    Quadratic after = f(next);
    double const gained = best.value - after.value;
    if (std::isfinite(after.value) && gained > 0) {
      double const share = promised > 0 ? gained / promised : 0;
      mu = std::max(mu * std::max(1.0 / 3, 1 - std::pow(2 * share - 1, 3)), 1e-16), growth = 2;
      best.at = next, best.value = after.value, now = std::move(after);
    } else {
      mu *= growth, growth *= 2;
    }
  }
  return ended(false, "it ran out of steps");
}

}  // namespace dynvision::analysis

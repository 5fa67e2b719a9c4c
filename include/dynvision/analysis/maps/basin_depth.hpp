// basin_depth: how far a state can be kicked and still comes back, and how long that takes.
//
//   x = x* + size z,  z normal;  steps of the map until |x - x*| <= near, or as many as are allowed
//
//   BasinDepth const depth = basin_depth(latch, at_rest, {.size = 0.5, .n_kicks = 200});   depth.probability, .mean_steps
//
// largest_rise(energies): how much a quantity that never rises along a course (a Lyapunov function) has risen in one step; <= 0 if so.
// Errors: analysis.173.
#pragma once
#include <dynvision/analysis/maps/map.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>

#include <cstdint>
#include <limits>
#include <span>

namespace dynvision::analysis {

struct Kicks {
  double size = 0.1;  // standard deviation of each number
  int n_kicks = 100;
  int n_steps = 1000;  // that a return may take
  double near = 1e-3;
  std::uint64_t seed = 0;
};

struct BasinDepth {
  double probability = 0;                                        // of coming back
  double mean_steps = std::numeric_limits<double>::quiet_NaN();  // of those that do
};

template <Map F> BasinDepth basin_depth(F const& map, Eigen::VectorXd const& at_rest, Kicks const& kicks = {}) {
  if (!(kicks.size >= 0) || kicks.n_kicks < 1 || kicks.n_steps < 1 || !(kicks.near > 0)) {
    fail("analysis", 173,
         {"kicks of size ", kicks.size, ", ", kicks.n_kicks, " of them, ", kicks.n_steps, " steps, near = ", kicks.near,
          ": expected positive numbers"});
  }
  int n_back = 0;
  double steps = 0;
  for (int kick = 0; kick < kicks.n_kicks; ++kick) {
    DrawStream const draws(kicks.seed, static_cast<std::uint64_t>(kick));
    Eigen::VectorXd x = at_rest;
    for (Eigen::Index i = 0; i < x.size(); ++i) x[i] += kicks.size * draws.normal(static_cast<std::uint64_t>(i));
    int t = 0;
    while (t < kicks.n_steps && !((x - at_rest).norm() <= kicks.near)) x = map(x), ++t;
    if ((x - at_rest).norm() <= kicks.near) ++n_back, steps += t;
  }
  return {static_cast<double>(n_back) / kicks.n_kicks,
          n_back > 0 ? steps / n_back : std::numeric_limits<double>::quiet_NaN()};
}

inline double largest_rise(std::span<double const> values) {
  double rise = -std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < values.size(); ++i) rise = std::max(rise, values[i] - values[i - 1]);
  return rise;
}

}  // namespace dynvision::analysis

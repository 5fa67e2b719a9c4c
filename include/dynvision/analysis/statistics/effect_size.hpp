// How large a difference is, and several comparisons at once.
//
//   EffectSize const e = effect_size(a, b);     e.cohen_d, e.hedges_g, e.cliff_delta, e.auc
//   double const dz = paired_effect_size(a, b);
//   std::vector<double> const p = holm({.01, .04, .03});                                     // .03 .06 .06
//
// d = (mean a - mean b) / s pooled; g = J d, J = Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)), df = n_a + n_b - 2 (Hedges 1981);
// delta = P(a > b) - P(a < b) (Cliff 1993), AUC = (delta + 1)/2; d_z = mean / s of the differences. Holm 1979.
//
// Errors: analysis.122.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct EffectSize {
  double cohen_d = not_defined, hedges_g = not_defined, cliff_delta = not_defined, auc = not_defined;
};

namespace statistics {

inline double squares_around_mean(std::span<double const> x) {
  double const mean = mean_of(x);
  double sum = 0;
  for (double const value : x) sum += (value - mean) * (value - mean);
  return sum;
}

}  // namespace statistics

inline double hedges_correction(double df) {
  return std::exp(std::lgamma(df / 2) - std::lgamma((df - 1) / 2)) / std::sqrt(df / 2);
}

inline EffectSize effect_size(std::span<double const> a, std::span<double const> b) {
  if (a.size() < 2 || b.size() < 2) {
    fail("analysis", 122, {"groups of ", a.size(), " and ", b.size(), " numbers: expected at least two in each"});
  }
  double const df = static_cast<double>(a.size() + b.size() - 2);
  double const sd = std::sqrt((statistics::squares_around_mean(a) + statistics::squares_around_mean(b)) / df);
  EffectSize e;
  e.cohen_d = ratio(mean_of(a) - mean_of(b), sd);
  e.hedges_g = hedges_correction(df) * e.cohen_d;
  if (has_nan(a) || has_nan(b)) return e;
  std::vector<double> sorted(b.begin(), b.end());
  std::sort(sorted.begin(), sorted.end());
  double more = 0;
  for (double const x : a) {
    more += static_cast<double>(std::lower_bound(sorted.begin(), sorted.end(), x) - sorted.begin());
    more -= static_cast<double>(sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), x));
  }
  e.cliff_delta = more / (static_cast<double>(a.size()) * static_cast<double>(b.size()));
  e.auc = (e.cliff_delta + 1) / 2;
  return e;
}

inline double paired_effect_size(std::span<double const> a, std::span<double const> b) {
  if (a.size() < 2 || a.size() != b.size()) {
    fail("analysis", 122,
         {"pairs of ", a.size(), " and ", b.size(), " numbers: expected as many of both, two or more"});
  }
  std::vector<double> difference(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) difference[i] = a[i] - b[i];
  double const sd = std::sqrt(statistics::squares_around_mean(difference) / static_cast<double>(a.size() - 1));
  return ratio(mean_of(difference), sd);
}

// Adjusted p, in the order of the given ones.
inline std::vector<double> holm(std::span<double const> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> adjusted(p.size());
  double largest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    largest = std::max(largest, std::min(1.0, static_cast<double>(p.size() - k) * p[order[k]]));
    adjusted[order[k]] = largest;
  }
  return adjusted;
}

}  // namespace dynvision::analysis

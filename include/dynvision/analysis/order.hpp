// Order statistics: quantiles, ranks, and Spearman's correlation, which is Pearson's of the ranks.
//
//   quantile(x, q)     linear between order statistics: place q (n - 1), the smallest at 0
//   average_ranks(x)   1 ... n; equal values share the mean of their places
//   pearson(x, y)      sum (x - mx)(y - my) / sqrt(sum (x - mx)^2 sum (y - my)^2)
//   spearman(x, y) = pearson(average_ranks(x), average_ranks(y))
//
// A nan among the values, none of them, or a correlation without variance: nan.
//
// Errors: analysis.101.
#pragma once
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace dynvision::analysis {

inline constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();
inline constexpr double smallest_denominator = 1e-12;

// a / b, nan where b is not above 1e-12
inline double ratio(double a, double b) { return b > smallest_denominator ? a / b : not_defined; }

inline double mean_of(std::span<double const> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

inline bool has_nan(std::span<double const> x) {
  return std::any_of(x.begin(), x.end(), [](double value) { return std::isnan(value); });
}

struct Interval {
  double low = not_defined, high = not_defined;
};

// Of values in ascending order: several quantiles of the same values sort them once.
inline double quantile_of_sorted(std::span<double const> x, double q) {
  if (!(q >= 0 && q <= 1)) fail("analysis", 101, {"a quantile of ", q, ": expected 0 to 1"});
  if (x.empty() || std::isnan(x.back())) return not_defined;
  double const place = q * static_cast<double>(x.size() - 1);
  auto const below = static_cast<std::size_t>(place);
  std::size_t const above = std::min(below + 1, x.size() - 1);
  double const share = place - static_cast<double>(below);
  return share == 0 ? x[below] : x[below] + share * (x[above] - x[below]);
}

inline double quantile(std::span<double const> x, double q) {
  if (has_nan(x)) return not_defined;
  std::vector<double> sorted(x.begin(), x.end());
  std::sort(sorted.begin(), sorted.end());
  return quantile_of_sorted(sorted, q);
}

inline std::vector<double> average_ranks(std::span<double const> x) {
  std::vector<double> ranks(x.size(), not_defined);
  if (has_nan(x)) return ranks;
  std::vector<std::size_t> order(x.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] < x[b]; });
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && x[order[end]] == x[order[begin]]) ++end;
    double const shared = 0.5 * static_cast<double>(begin + 1 + end);
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = shared;
  }
  return ranks;
}

inline double pearson(std::span<double const> x, std::span<double const> y) {
  if (x.size() != y.size()) {
    fail("analysis", 101, {"a correlation of ", x.size(), " with ", y.size(), " values: expected as many"});
  }
  double const mx = mean_of(x), my = mean_of(y);
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mx) * (x[i] - mx), yy += (y[i] - my) * (y[i] - my), xy += (x[i] - mx) * (y[i] - my);
  }
  return xx > 0 && yy > 0 ? std::clamp(xy / std::sqrt(xx * yy), -1.0, 1.0) : not_defined;
}

inline double spearman(std::span<double const> x, std::span<double const> y) {
  return pearson(average_ranks(x), average_ranks(y));
}

}  // namespace dynvision::analysis

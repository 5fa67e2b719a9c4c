// Agreement of ranks that ties lower: Kendall's tau_a and rho_a (Schuett et al. 2023).
//
//   tau_a = sum over pairs of sign(x_i - x_j) sign(y_i - y_j) / (n (n - 1) / 2)            ties count 0
//   rho_a = 12 sum (rank x_i - m)(rank y_i - m) / (n^3 - n)                                average ranks, m = (n + 1) / 2
//
// tau_a takes n log n comparisons (Knight 1966): discordant pairs are the exchanges that sorting y in the order of x takes.
// A nan, or fewer than two values: nan. Errors: analysis.101.
#pragma once
#include <dynvision/analysis/order.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace dynvision::analysis {

namespace population {

inline void check_as_many(std::span<double const> x, std::span<double const> y) {
  if (x.size() != y.size()) {
    fail("analysis", 101, {"an agreement of ", x.size(), " with ", y.size(), " values: expected as many"});
  }
}

// Sorts, and counts the pairs that were in descending order.
inline double exchanges(std::vector<double>& x, std::vector<double>& space, std::size_t begin, std::size_t end) {
  if (end - begin < 2) return 0;
  std::size_t const middle = begin + (end - begin) / 2;
  double count = exchanges(x, space, begin, middle) + exchanges(x, space, middle, end);
  std::size_t left = begin, right = middle;
  for (std::size_t at = begin; at < end; ++at) {
    bool const take_right = left == middle || (right < end && x[right] < x[left]);
    if (take_right) count += static_cast<double>(middle - left);
    space[at] = take_right ? x[right++] : x[left++];
  }
  std::copy(space.begin() + static_cast<std::ptrdiff_t>(begin), space.begin() + static_cast<std::ptrdiff_t>(end),
            x.begin() + static_cast<std::ptrdiff_t>(begin));
  return count;
}

// Pairs of neighbours that are equal, of values in order.
template <class Equal> double tied_pairs(std::size_t n, Equal const& equal) {
  double count = 0;
  for (std::size_t begin = 0, end = 0; begin < n; begin = end) {
    while (end < n && equal(begin, end)) ++end;
    count += static_cast<double>(end - begin) * static_cast<double>(end - begin - 1) / 2;
  }
  return count;
}

}  // namespace population

inline double kendall_tau_a(std::span<double const> x, std::span<double const> y) {
  population::check_as_many(x, y);
  std::size_t const n = x.size();
  if (n < 2 || has_nan(x) || has_nan(y)) return not_defined;
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return std::pair(x[a], y[a]) < std::pair(x[b], y[b]); });
  std::vector<double> sorted(n), space(n);
  for (std::size_t i = 0; i < n; ++i) sorted[i] = y[order[i]];
  auto const same_x = [&](std::size_t a, std::size_t b) { return x[order[a]] == x[order[b]]; };
  double const tied_x = population::tied_pairs(n, same_x);
  double const tied_both = population::tied_pairs(
      n, [&](std::size_t a, std::size_t b) { return same_x(a, b) && y[order[a]] == y[order[b]]; });
  double const discordant = population::exchanges(sorted, space, 0, n);
  double const tied_y = population::tied_pairs(n, [&](std::size_t a, std::size_t b) { return sorted[a] == sorted[b]; });
  double const pairs = static_cast<double>(n) * static_cast<double>(n - 1) / 2;
  return (pairs - tied_x - tied_y + tied_both - 2 * discordant) / pairs;
}

inline double rho_a(std::span<double const> x, std::span<double const> y) {
  population::check_as_many(x, y);
  double const n = static_cast<double>(x.size()), middle = (n + 1) / 2;
  if (x.size() < 2) return not_defined;
  std::vector<double> const of_x = average_ranks(x), of_y = average_ranks(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (of_x[i] - middle) * (of_y[i] - middle);
  return 12 * sum / (n * n * n - n);
}

}  // namespace dynvision::analysis

// Whether paired differences are around 0: every number by itself, against flips of the units' signs (Fisher 1935).
//
//   FlipTest const test = sign_flip_test({differences, n_numbers});                // units x numbers: a - b
//   if (!test.done) std::cout << test.why;                                         // fewer than five units
//   test.t[k], test.p[k]
//
// p is the share of flips, the identity among them, whose |sum| is at least the one that was seen: flips do not change the sum of
// squares, so this is the test of |t|. All 2^(n-1) flips if they are at most `n_permutations`, else that many, drawn, the same for all
// numbers. A unit without a number (nan) counts for none; with fewer than five that have one there is no p.
//
// The same flips as those of cluster_test (statistics/cluster_permutation.hpp), which looks for steps in time together.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/response/averages.hpp>
#include <dynvision/analysis/statistics/cluster_permutation.hpp>
#include <dynvision/analysis/statistics/flips.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dynvision::analysis {

struct FlipTest {
  bool done = false;
  std::string why{};                   // not done
  std::vector<double> t{}, p{};        // of each number
  std::vector<std::size_t> n_valid{};  // units that have it
  std::size_t n_permutations = 0;
  bool exact = false;
};

inline FlipTest sign_flip_test(TraceRows const& x, ClusterSettings const& settings = {}) {
  statistics::check(x, settings);
  std::size_t const n = x.size(), M = x.n_steps, width = padded_steps(M);
  FlipTest test;
  test.t.assign(M, not_defined), test.p.assign(M, not_defined), test.n_valid.assign(M, 0);
  std::vector<double> numbers(n * width, 0.0), column(n);
  for (std::size_t k = 0; k < M; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      column[i] = x[i][k];
      if (!std::isnan(column[i])) numbers[i * width + k] = column[i];
    }
    ValidMean const all = valid_mean(column);
    test.n_valid[k] = all.n_valid, test.t[k] = ratio(all.mean, all.sd / std::sqrt(static_cast<double>(all.n_valid)));
  }
  if (!statistics::has_units(test.why, n, "")) return test;
  Flips const flips(n, {settings.n_permutations, settings.seed, settings.n_threads});
  test.exact = flips.exact, test.n_permutations = flips.n;
  std::vector<double> sums(flips.n * M);
  each_flip(flips, {numbers, width}, [&](std::size_t k, std::span<double const> of_flip) {
    std::copy_n(of_flip.begin(), M, sums.begin() + static_cast<std::ptrdiff_t>(k * M));
  });
  for (std::size_t k = 0; k < M; ++k) {
    if (test.n_valid[k] < statistics::fewest_units) continue;
    double const seen = std::abs(sums[k]) * (1 - 1e-10);
    std::size_t count = 0;
    for (std::size_t j = 0; j < flips.n; ++j) count += std::abs(sums[j * M + k]) >= seen;
    test.p[k] = static_cast<double>(count) / static_cast<double>(test.n_permutations);
  }
  test.done = true;
  return test;
}

}  // namespace dynvision::analysis

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
#include <dynvision/analysis/statistics/counted_sums.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
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
  test.exact = n - 1 < 63 && (std::uint64_t{1} << (n - 1)) <= settings.n_permutations;
  test.n_permutations = test.exact ? std::size_t{1} << (n - 1) : settings.n_permutations;
  constexpr std::size_t block = 32;  // flips that are summed at once
  std::size_t const n_blocks = (test.n_permutations + block - 1) / block;
  std::vector<std::vector<double>> sums(n_blocks);  // (block, width)
  each_draw(n_blocks, settings.n_threads, [&](std::size_t b) {
    std::vector<std::int32_t> signs(block * n, 1);
    for (std::size_t j = 0; j < block; ++j) {
      std::size_t const k = b * block + j;
      DrawStream const draws(settings.seed, k);
      for (std::size_t i = 0; k > 0 && k < test.n_permutations && i < n; ++i) {
        if (test.exact ? (k >> i) & 1 : draws.uniform(i) < 0.5) signs[j * n + i] = -1;
      }
    }
    sums[b].resize(block * width);
    counted_sums({numbers, width}, signs, sums[b]);
  });
  for (std::size_t k = 0; k < M; ++k) {
    if (test.n_valid[k] < statistics::fewest_units) continue;
    double const seen = std::abs(sums[0][k]) * (1 - 1e-10);
    std::size_t count = 0;
    for (std::size_t j = 0; j < test.n_permutations; ++j) {
      count += std::abs(sums[j / block][j % block * width + k]) >= seen;
    }
    test.p[k] = static_cast<double>(count) / static_cast<double>(test.n_permutations);
  }
  test.done = true;
  return test;
}

}  // namespace dynvision::analysis

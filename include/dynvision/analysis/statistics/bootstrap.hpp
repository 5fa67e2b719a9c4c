// Intervals by drawing again: percentile and BCa (Efron 1987), of a mean, of images alone or of seeds and then images.
//
//   Interval const i = percentile_interval(draws, 0.95);         linear between order statistics
//   BcaInterval const j = bca_interval(draws, estimate, jackknife, 0.95);
//   BootstrapRows x{.values = numbers, .n_seeds = 3, .n_images = 200, .n_steps = 60};        // (S,N,T)
//   std::vector<double> const means = bootstrap_means(x, {.seed = 1});                       // (B,T)
//
// With two seeds or more every draw takes seeds, then images within each drawn seed, and the mean is one of means; with one,
// images of one network.
//
// BCa: z0 = Phi^-1((#< + #<=) / 2B), a = sum d^3 / (6 (sum d^2)^1.5), d = mean of the jackknife's values - each.
//
// Errors: analysis.120, analysis.121.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/statistics/distributions.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::analysis {

namespace statistics {

inline std::vector<double> sorted_draws(std::span<double const> draws, double confidence) {
  if (draws.empty() || !(confidence > 0 && confidence < 1)) {
    fail("analysis", 120,
         {draws.size(), " draws, confidence ", confidence,
          ": expected at least one draw, and a confidence between 0 and 1"});
  }
  if (has_nan(draws)) return {};
  std::vector<double> sorted(draws.begin(), draws.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace statistics

// NaN among the draws: no interval.
inline Interval percentile_interval(std::span<double const> draws, double confidence = 0.95) {
  std::vector<double> const sorted = statistics::sorted_draws(draws, confidence);
  if (sorted.empty()) return {};
  double const tail = (1 - confidence) / 2;
  return {quantile_of_sorted(sorted, tail), quantile_of_sorted(sorted, 1 - tail)};
}

struct BcaInterval {
  Interval interval{};
  double z0 = NAN, acceleration = NAN;
};

inline BcaInterval bca_interval(std::span<double const> draws, double estimate, std::span<double const> jackknife,
                                double confidence = 0.95) {
  std::vector<double> const sorted = statistics::sorted_draws(draws, confidence);
  if (sorted.empty()) return {};
  double mean = 0, squares = 0, cubes = 0;
  for (double const x : jackknife) mean += x / static_cast<double>(jackknife.size());
  for (double const x : jackknife) {
    squares += (mean - x) * (mean - x);
    cubes += (mean - x) * (mean - x) * (mean - x);
  }
  auto const below = std::lower_bound(sorted.begin(), sorted.end(), estimate) - sorted.begin();
  auto const up_to = std::upper_bound(sorted.begin(), sorted.end(), estimate) - sorted.begin();
  double const z0 = normal_quantile(static_cast<double>(below + up_to) / (2 * static_cast<double>(sorted.size())));
  double const acceleration = cubes / (6 * std::pow(squares, 1.5));
  auto const end = [&](double tail) {
    double const z = z0 + normal_quantile(tail);
    double const q = normal_probability(z0 + z / (1 - acceleration * z));
    return std::isnan(q) ? NAN : quantile_of_sorted(sorted, q);
  };
  double const tail = (1 - confidence) / 2;
  return {{end(tail), end(1 - tail)}, z0, acceleration};
}

struct BootstrapRows {
  std::span<double const> values{};  // (S,N,T)
  std::size_t n_seeds = 1, n_images = 0, n_steps = 1;
};

struct BootstrapSettings {
  std::size_t n_draws = 2000;
  std::uint64_t seed = 0;
  unsigned n_threads = 0;  // 0: as many as the machine has
};

// What is drawn: with two seeds or more the units are seeds and images, else the images of one network.
inline char const* bootstrap_units(std::size_t n_seeds) {
  return n_seeds >= 2 ? "seeds, then images" : "images of one network";
}

// (B,T): the mean of every draw at every step, of what is there: NaN does not count, and a draw of nothing else is NaN.
inline std::vector<double> bootstrap_means(BootstrapRows const& x, BootstrapSettings const& settings = {}) {
  std::size_t const S = x.n_seeds, N = x.n_images, T = x.n_steps;
  if (S == 0 || N == 0 || T == 0 || settings.n_draws == 0 || x.values.size() != S * N * T) {
    fail("analysis", 121,
         {x.values.size(), " numbers for ", S, " seeds of ", N, " images and ", T, " steps, ", settings.n_draws,
          " draws: expected a number for each, and at least one of each"});
  }
  // A block of draws is one product of matrices: how often each row is drawn (draws, rows), with the rows (rows, steps).
  using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  auto const as_index = [](std::size_t n) { return static_cast<Eigen::Index>(n); };
  Eigen::Map<Matrix const> const given(x.values.data(), as_index(S * N), as_index(T));
  bool const some_missing = given.array().isNaN().any();
  Matrix const present = some_missing ? Matrix((!given.array().isNaN()).cast<double>()) : Matrix();
  Matrix const filled = some_missing ? Matrix(given.array().isNaN().select(0.0, given)) : Matrix();
  constexpr std::size_t block = 16;
  std::vector<double> means(settings.n_draws * T);
  each_draw((settings.n_draws + block - 1) / block, settings.n_threads, [&](std::size_t i) {
    std::size_t const first = i * block, n = std::min(block, settings.n_draws - first);
    Matrix times = Matrix::Zero(as_index(n), as_index(S * N));
    for (std::size_t draw = 0; draw < n; ++draw) {
      DrawStream const stream(settings.seed, first + draw);
      double* const row = times.row(as_index(draw)).data();
      for (std::size_t s = 0; s < S; ++s) {
        double* const of_seed = row + (S >= 2 ? stream.below(S, s) : 0) * N;
        stream.each_below(N, N, S + s * ((N + 3) / 4), [&](std::size_t image) { of_seed[image] += 1; });
      }
    }
    Eigen::Map<Matrix> of_draws(means.data() + first * T, as_index(n), as_index(T));
    if (some_missing) {
      of_draws.noalias() = times * filled;
      of_draws.array() /= (times * present).array();
    } else {
      of_draws.noalias() = times * given;
      of_draws /= static_cast<double>(S * N);
    }
  });
  return means;
}

}  // namespace dynvision::analysis

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
#include <dynvision/analysis/statistics/counted_sums.hpp>
#include <dynvision/analysis/statistics/distributions.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/kernels/device/thread_scratch.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::analysis {

namespace statistics {

inline void check_draws(std::span<double const> draws, double confidence) {
  if (draws.empty() || !(confidence > 0 && confidence < 1)) {
    fail("analysis", 120,
         {draws.size(), " draws, confidence ", confidence,
          ": expected at least one draw, and a confidence between 0 and 1"});
  }
}

// quantile_of_sorted, of values in any order: it takes two of them in their order, not all.
inline double selected_quantile(std::vector<double>& x, double q) {
  double const place = q * static_cast<double>(x.size() - 1);
  auto const below = x.begin() + static_cast<std::ptrdiff_t>(place);
  std::nth_element(x.begin(), below, x.end());
  double const share = place - std::floor(place);
  if (share == 0) return *below;
  double const low = *below;  // before what follows moves
  return low + share * (*std::min_element(below + 1, x.end()) - low);
}

inline std::vector<double> sorted_draws(std::span<double const> draws, double confidence) {
  check_draws(draws, confidence);
  if (has_nan(draws)) return {};
  std::vector<double> sorted(draws.begin(), draws.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

// Rows of n_steps numbers as rows of padded_steps, f of each.
template <class F> std::vector<double> padded(std::span<double const> values, std::size_t n_steps, F const& f) {
  std::size_t const width = padded_steps(n_steps);
  std::vector<double> result(values.size() / n_steps * width, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) result[i / n_steps * width + i % n_steps] = f(values[i]);
  return result;
}

inline constexpr std::size_t most_counts = std::size_t{1} << 22;  // of a block of draws: 16 MiB

}  // namespace statistics

// NaN among the draws: no interval.
inline Interval percentile_interval(std::span<double const> draws, double confidence = 0.95) {
  statistics::check_draws(draws, confidence);
  if (has_nan(draws)) return {};
  std::vector<double> own(draws.begin(), draws.end());
  double const tail = (1 - confidence) / 2;
  return {statistics::selected_quantile(own, tail), statistics::selected_quantile(own, 1 - tail)};
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

namespace statistics {

inline void check(BootstrapRows const& x) {
  std::size_t const n = x.n_seeds * x.n_images * x.n_steps;
  if (n == 0 || x.values.size() != n) {
    fail("analysis", 121,
         {x.values.size(), " numbers for ", x.n_seeds, " seeds of ", x.n_images, " images and ", x.n_steps,
          " steps: expected a number for each, and at least one of each"});
  }
}

}  // namespace statistics

// What is drawn: with two seeds or more the units are seeds and images, else the images of one network.
inline char const* bootstrap_units(std::size_t n_seeds) {
  return n_seeds >= 2 ? "seeds, then images" : "images of one network";
}

namespace statistics {

// How often each row is drawn, of the draws first, first + 1, ...: a list of rows for each draw, or, `by_place`, for each place that a
// seed is drawn for, whose rows then are those of all seeds with 0 but in the drawn one.
inline void count_draws(BootstrapRows const& x, std::uint64_t seed, std::size_t first, std::size_t n, bool by_place,
                        std::span<std::int32_t> times) {
  std::size_t const S = x.n_seeds, N = x.n_images, rows = S * N;
  std::fill(times.begin(), times.end(), 0);
  for (std::size_t draw = 0; draw < n; ++draw) {
    DrawStream const stream(seed, first + draw);
    for (std::size_t s = 0; s < S; ++s) {
      std::int32_t* const list = times.data() + (by_place ? draw * S + s : draw) * rows;
      std::int32_t* const of_seed = list + (S >= 2 ? stream.below(S, s) : 0) * N;
      stream.each_below(N, N, S + s * ((N + 3) / 4), [&](std::size_t image) { ++of_seed[image]; });
    }
  }
}

}  // namespace statistics

// (B,T): the mean of every draw at every step: of S seeds the mean of their means. NaN does not count, nor does a seed of nothing else;
// a draw of nothing else is NaN.
inline std::vector<double> bootstrap_means(BootstrapRows const& x, BootstrapSettings const& settings = {}) {
  statistics::check(x);
  if (settings.n_draws == 0) fail("analysis", 121, "a bootstrap of no draws: expected at least one");
  std::size_t const S = x.n_seeds, T = x.n_steps;
  // A block of draws is one product of matrices: how often each row is drawn (draws, rows), with the rows (rows, steps).
  std::size_t const rows = S * x.n_images, width = padded_steps(T);
  bool const some_missing = has_nan(x.values);
  std::size_t const places = some_missing && S >= 2 ? S : 1;  // whose means are taken by themselves
  std::vector<double> filled, present;
  if (some_missing || width != T)
    filled = statistics::padded(x.values, T, [](double value) { return std::isnan(value) ? 0 : value; });
  if (some_missing)
    present = statistics::padded(x.values, T, [](double value) { return std::isnan(value) ? 0.0 : 1.0; });
  std::span<double const> const numbers = filled.empty() ? x.values : filled;
  std::size_t const block = std::clamp<std::size_t>(statistics::most_counts / rows / places / 4 * 4, 4, 32);
  std::vector<double> means(settings.n_draws * T);
  each_draw((settings.n_draws + block - 1) / block, settings.n_threads, [&](std::size_t i) {
    std::size_t const first = i * block, n = std::min(block, settings.n_draws - first);
    std::size_t const n_lists = padded_steps(n * places);
    std::span<std::int32_t> const times{
        kernels::thread_scratch<std::int32_t, 0>(static_cast<std::int64_t>(n_lists * rows)), n_lists * rows};
    statistics::count_draws(x, settings.seed, first, n, places > 1, times);
    std::vector<double> sums(n_lists * width), counts(some_missing ? sums.size() : 0);
    counted_sums({numbers, width}, times, sums);
    if (some_missing) counted_sums({present, width}, times, counts);
    for (std::size_t draw = 0; draw < n; ++draw) {
      for (std::size_t t = 0; t < T; ++t) {
        double sum = 0, n_means = 0;
        for (std::size_t list = draw * places; list < (draw + 1) * places; ++list) {
          double const count = some_missing ? counts[list * width + t] : static_cast<double>(rows);
          if (count > 0) sum += sums[list * width + t] / count, n_means += 1;
        }
        means[(first + draw) * T + t] = sum / n_means;
      }
    }
  });
  return means;
}

}  // namespace dynvision::analysis

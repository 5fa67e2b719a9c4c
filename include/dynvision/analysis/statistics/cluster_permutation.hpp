// Where in time two conditions differ: clusters of steps, against permutations (Maris & Oostenveld 2007).
//
//   ClusterTest const one = cluster_test({differences, n_steps});                  // units x steps; paired: a - b
//   ClusterTest const two = cluster_test({a, n_steps}, {b, n_steps}, {.seed = 1});
//   if (!one.done) std::cout << one.why;                                           // fewer than five units
//
// t at every step (one sample, or two with the variance pooled); steps with |t| above the two-sided threshold of `alpha` and of
// one sign make a cluster, its mass is the sum of t. p is the share of permutations, the identity among them, whose largest
// |mass| is at least the cluster's. All 2^(n-1) flips of signs or all partitions if they are at most `n_permutations`, else
// that many, drawn. A step without variance has no t and is in no cluster.
//
// Units are what was drawn independently: seeds, or images of one network. With less than five (in a group) nothing is
// tested, and `why` says so.
//
// Errors: analysis.123.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/response/trace_rows.hpp>
#include <dynvision/analysis/statistics/distributions.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/analysis/statistics/flips.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::analysis {

struct ClusterSettings {
  double alpha = 0.05;  // of one step, two-sided
  std::size_t n_permutations = 10000;
  std::uint64_t seed = 0;
  unsigned n_threads = 0;
};

struct Cluster {
  std::size_t start = 0, end = 0;  // steps, both in it
  double mass = 0, p = 1;
};

struct ClusterTest {
  bool done = false;
  std::string why{};        // not done
  std::vector<double> t{};  // (T)
  double threshold = NAN;
  std::vector<Cluster> clusters{};
  std::size_t n_permutations = 0;
  bool exact = false;
};

namespace statistics {

inline constexpr std::size_t fewest_units = 5;

inline std::vector<Cluster> clusters_of(std::vector<double> const& t, double threshold) {
  std::vector<Cluster> found;
  int before = 0;
  for (std::size_t i = 0; i < t.size(); ++i) {
    int const sign = t[i] > threshold ? 1 : t[i] < -threshold ? -1 : 0;
    if (sign != 0 && sign == before) {
      found.back().end = i, found.back().mass += t[i];
    } else if (sign != 0) {
      found.push_back({i, i, t[i], 1});
    }
    before = sign;
  }
  return found;
}

// Mean and sum of squares around it, at every step, of sign[i] * row(i) for the given rows.
struct Moments {
  std::vector<double> mean, squares;
};
template <class Row, class Sign> Moments moments(std::size_t n, std::size_t T, Row const& row, Sign const& sign) {
  Moments m{std::vector<double>(T, 0.0), std::vector<double>(T, 0.0)};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t t = 0; t < T; ++t) m.mean[t] += sign(i) * row(i)[t];
  }
  for (double& mean : m.mean) mean /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t t = 0; t < T; ++t) {
      double const d = sign(i) * row(i)[t] - m.mean[t];
      m.squares[t] += d * d;
    }
  }
  return m;
}

// n choose k, at most `most` + 1.
inline std::size_t partitions(std::size_t n, std::size_t k, std::size_t most) {
  double count = 1;
  for (std::size_t i = 1; i <= std::min(k, n - k); ++i) {
    count = count * static_cast<double>(n - std::min(k, n - k) + i) / static_cast<double>(i);
    if (count > static_cast<double>(most) + 0.5) return most + 1;
  }
  return static_cast<std::size_t>(count + 0.5);
}

inline bool has_units(std::string& why, std::size_t n, char const* where) {
  if (n >= fewest_units) return true;
  why = joined({"no test: ", n, " units", where, ", at least ", fewest_units, " are needed"});
  return false;
}

// `largest`: the largest |mass| of each permutation, the identity first.
inline void count(ClusterTest& test, std::vector<double> const& largest) {
  for (Cluster& cluster : test.clusters) {
    // the same partition with the groups exchanged is summed in another order
    double const least = std::abs(cluster.mass) * (1 - 1e-10);
    auto const n = std::count_if(largest.begin(), largest.end(), [&](double x) { return x >= least; });
    cluster.p = static_cast<double>(n) / static_cast<double>(test.n_permutations);
  }
  test.done = true;
}

inline double largest_mass(std::vector<double> const& t, double threshold) {
  double largest = 0;
  for (Cluster const& c : clusters_of(t, threshold)) largest = std::max(largest, std::abs(c.mass));
  return largest;
}

// t_of(k): t of the k-th permutation; k = 0 is the identity.
template <class F> void compare(ClusterTest& test, ClusterSettings const& settings, F const& t_of) {
  test.t = t_of(std::size_t{0});
  test.clusters = clusters_of(test.t, test.threshold);
  std::vector<double> largest(test.n_permutations, 0.0);
  each_draw(test.n_permutations, settings.n_threads,
            [&](std::size_t k) { largest[k] = largest_mass(t_of(k), test.threshold); });
  count(test, largest);
}

// Flips leave the sum of squares Q as it is, so that of the deviations is Q - sum^2 / n; what is less than rounding is none.
inline void compare_flips(ClusterTest& test, TraceRows const& x, Flips const& flips) {
  std::size_t const n = x.size(), T = x.n_steps, width = padded_steps(T);
  std::vector<double> numbers(n * width, 0.0), Q(T, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t t = 0; t < T; ++t) numbers[i * width + t] = x[i][t], Q[t] += x[i][t] * x[i][t];
  }
  std::vector<double> largest(flips.n, largest_mass(test.t, test.threshold));
  auto const units = static_cast<double>(n);
  each_flip(flips, {numbers, width}, [&](std::size_t k, std::span<double const> sums) {
    if (k == 0) return;
    std::vector<double> t(T);
    for (std::size_t step = 0; step < T; ++step) {
      double const squares = Q[step] - sums[step] * sums[step] / units;
      t[step] = squares > 1e-13 * Q[step] ? ratio(sums[step] / units, std::sqrt(squares / (units * (units - 1))))
                                          : not_defined;
    }
    largest[k] = largest_mass(t, test.threshold);
  });
  count(test, largest);
}

inline void check(TraceRows const& x, ClusterSettings const& settings) {
  x.check("units of a cluster test");
  if (settings.n_permutations == 0 || !(settings.alpha > 0 && settings.alpha < 1)) {
    fail("analysis", 123,
         {settings.n_permutations, " permutations, alpha ", settings.alpha,
          ": expected at least one permutation, and an alpha between 0 and 1"});
  }
}

}  // namespace statistics

inline ClusterTest cluster_test(TraceRows const& x, ClusterSettings const& settings = {}) {
  statistics::check(x, settings);
  std::size_t const n = x.size(), T = x.n_steps;
  ClusterTest test;
  if (!statistics::has_units(test.why, n, "")) return test;
  test.threshold = two_sided_t(settings.alpha, static_cast<int>(n - 1));
  Flips const flips(n, {settings.n_permutations, settings.seed, settings.n_threads});
  test.exact = flips.exact, test.n_permutations = flips.n;
  auto const one = [](std::size_t) { return 1.0; };
  statistics::Moments m = statistics::moments(
      n, T, [&](std::size_t i) { return x[i]; }, one);
  for (std::size_t t = 0; t < T; ++t)
    m.mean[t] = ratio(m.mean[t], std::sqrt(m.squares[t] / static_cast<double>(n * (n - 1))));
  test.t = m.mean, test.clusters = statistics::clusters_of(test.t, test.threshold);
  statistics::compare_flips(test, x, flips);
  return test;
}

inline ClusterTest cluster_test(TraceRows const& a, TraceRows const& b, ClusterSettings const& settings = {}) {
  statistics::check(a, settings);
  statistics::check(b, settings);
  if (a.n_steps != b.n_steps) {
    fail("analysis", 123, {"groups of ", a.n_steps, " and ", b.n_steps, " steps: expected as many in both"});
  }
  std::size_t const na = a.size(), nb = b.size(), n = na + nb, T = a.n_steps;
  ClusterTest test;
  if (!statistics::has_units(test.why, std::min(na, nb), " in a group")) return test;
  test.threshold = two_sided_t(settings.alpha, static_cast<int>(n - 2));
  std::size_t const all = statistics::partitions(n, na, settings.n_permutations);
  test.exact = all <= settings.n_permutations;
  test.n_permutations = test.exact ? all : settings.n_permutations;
  std::vector<std::size_t> identity(n);
  std::iota(identity.begin(), identity.end(), std::size_t{0});
  std::vector<std::vector<char>> masks;  // of group a, the first is the identity
  if (test.exact) {
    std::vector<char> mask(n, 0);
    std::fill_n(mask.begin(), na, char{1});
    do masks.push_back(mask);
    while (std::prev_permutation(mask.begin(), mask.end()));
  }
  auto const row = [&](std::size_t i) { return i < na ? a[i] : b[i - na]; };
  auto const one = [](std::size_t) { return 1.0; };
  statistics::compare(test, settings, [&](std::size_t k) {
    std::vector<std::size_t> order = identity;
    if (test.exact) {
      std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return masks[k][i] != 0; });
    } else if (k > 0) {
      DrawStream const draws(settings.seed, k);
      for (std::size_t i = 0; i < na; ++i) std::swap(order[i], order[i + draws.below(n - i, i)]);
    }
    auto ma = statistics::moments(
        na, T, [&](std::size_t i) { return row(order[i]); }, one);
    auto const mb = statistics::moments(
        nb, T, [&](std::size_t i) { return row(order[na + i]); }, one);
    double const scale = (1.0 / static_cast<double>(na) + 1.0 / static_cast<double>(nb)) / static_cast<double>(n - 2);
    for (std::size_t t = 0; t < T; ++t) {
      ma.mean[t] = ratio(ma.mean[t] - mb.mean[t], std::sqrt((ma.squares[t] + mb.squares[t]) * scale));
    }
    return ma.mean;
  });
  return test;
}

}  // namespace dynvision::analysis

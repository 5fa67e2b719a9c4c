// mean_intervals: the mean of images and seeds at every step with its intervals, percentile and BCa, by drawing again.
//
//   for (MeanInterval const& at : mean_intervals({.values = numbers, .n_seeds = 3, .n_images = 200, .n_steps = 60}))
//     at.mean, at.percentile.low, at.bca.interval.high
//   std::vector<double> const values = jackknife_means(x);                 // (units,T): the mean without each unit
//
// Units of the jackknife are those that are drawn first: seeds where there are two or more, as their images are no independent
// ones, else the images of one network. A unit's share in the skewness of the mean is its influence (Davison & Hinkley 1997).
// A nan does not count. Steps whose means do not differ have no BCa interval.
//
// Source: Efron 1987, "Better bootstrap confidence intervals"; Davison & Hinkley 1997, "Bootstrap methods and their application".
// Errors: analysis.120, analysis.121.
#pragma once
#include <dynvision/analysis/statistics/bootstrap.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace dynvision::analysis {

struct MeanInterval {
  double mean = not_defined;
  Interval percentile{};
  BcaInterval bca{};
};

inline std::vector<double> jackknife_means(BootstrapRows const& x) {
  statistics::check(x);
  std::size_t const T = x.n_steps, n_units = x.n_seeds >= 2 ? x.n_seeds : x.n_images;
  std::size_t const of_unit = x.values.size() / n_units;
  std::vector<double> sums(n_units * T, 0), counts(n_units * T, 0), sum(T, 0), count(T, 0);
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    if (std::isnan(x.values[i])) continue;
    std::size_t const unit = i / of_unit, t = i % T;
    sums[unit * T + t] += x.values[i], counts[unit * T + t] += 1, sum[t] += x.values[i], count[t] += 1;
  }
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] = (sum[i % T] - sums[i]) / (count[i % T] - counts[i]);
  return sums;
}

inline std::vector<MeanInterval> mean_intervals(BootstrapRows const& x, BootstrapSettings const& settings = {},
                                                double confidence = 0.95) {
  std::vector<double> const draws = bootstrap_means(x, settings), left_out = jackknife_means(x);
  std::size_t const T = x.n_steps, n_units = left_out.size() / T;
  std::vector<double> sum(T, 0), count(T, 0);
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    if (!std::isnan(x.values[i])) sum[i % T] += x.values[i], count[i % T] += 1;
  }
  std::vector<MeanInterval> intervals(T);
  each_draw(T, settings.n_threads, [&](std::size_t t) {
    std::vector<double> own(settings.n_draws), without(n_units);
    for (std::size_t b = 0; b < own.size(); ++b) own[b] = draws[b * T + t];
    for (std::size_t u = 0; u < n_units; ++u) without[u] = left_out[u * T + t];
    double const mean = sum[t] / count[t];
    intervals[t] = {mean, percentile_interval(own, confidence), bca_interval(own, mean, without, confidence)};
  });
  return intervals;
}

}  // namespace dynvision::analysis

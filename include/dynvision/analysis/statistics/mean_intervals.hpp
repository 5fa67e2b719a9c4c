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

namespace statistics {

// Of each unit and step, the sum and the number of what is there; of several seeds their means, which count as one number each.
struct UnitSums {
  std::vector<double> sums, counts;  // (units,T)

  explicit UnitSums(BootstrapRows const& x) {
    std::size_t const n_units = x.n_seeds >= 2 ? x.n_seeds : x.n_images, of_unit = x.values.size() / n_units;
    sums.assign(n_units * x.n_steps, 0), counts = sums;
    for (std::size_t i = 0; i < x.values.size(); ++i) {
      std::size_t const place = i / of_unit * x.n_steps + i % x.n_steps;
      if (!std::isnan(x.values[i])) sums[place] += x.values[i], counts[place] += 1;
    }
    for (std::size_t k = 0; x.n_seeds >= 2 && k < sums.size(); ++k) {
      if (counts[k] > 0) sums[k] /= counts[k], counts[k] = 1;
    }
  }
  // Over all units, in their order.
  std::vector<double> total(std::vector<double> const& of_units, std::size_t T) const {
    std::vector<double> all(T, 0);
    for (std::size_t k = 0; k < of_units.size(); ++k) all[k % T] += of_units[k];
    return all;
  }
};

}  // namespace statistics

inline std::vector<double> jackknife_means(BootstrapRows const& x) {
  statistics::check(x);
  std::size_t const T = x.n_steps;
  statistics::UnitSums const of(x);
  std::vector<double> const sum = of.total(of.sums, T), count = of.total(of.counts, T);
  std::vector<double> left_out(of.sums.size());
  for (std::size_t k = 0; k < left_out.size(); ++k)
    left_out[k] = (sum[k % T] - of.sums[k]) / (count[k % T] - of.counts[k]);
  return left_out;
}

inline std::vector<MeanInterval> mean_intervals(BootstrapRows const& x, BootstrapSettings const& settings = {},
                                                double confidence = 0.95) {
  std::vector<double> const draws = bootstrap_means(x, settings), left_out = jackknife_means(x);
  std::size_t const T = x.n_steps, n_units = left_out.size() / T;
  statistics::UnitSums const of(x);
  std::vector<double> const sum = of.total(of.sums, T), count = of.total(of.counts, T);
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

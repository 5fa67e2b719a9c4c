// Averages in the order that results are reported in: a measure of each image, its mean over the images of a seed, the mean
// over seeds. Numbers that are not defined (nan) are left out, and counted.
//
//   ValidMean const images = valid_mean(latencies);                      // images.mean, images.n_valid of images.n
//   SeedMean const all = mean_over_seeds({{latencies_of_seed_1}, {latencies_of_seed_2}});
//   std::vector<double> const trace = mean_trace(traces);                // (N,T) -> (T): a measure of it is another number
//
// The measure of a mean trace is not the mean of the measures: the peak of a mean is at most the mean of the peaks.
// Intervals are the statistics' task.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/response/trace_rows.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct ValidMean {
  double mean = not_defined;
  double sd = not_defined;  // unbiased, of at least two
  std::size_t n = 0, n_valid = 0;
};

inline ValidMean valid_mean(std::span<double const> values) {
  ValidMean result{.n = values.size()};
  double sum = 0, squares = 0;
  for (double const value : values) {
    if (!std::isnan(value)) sum += value, ++result.n_valid;
  }
  if (result.n_valid == 0) return result;
  result.mean = sum / static_cast<double>(result.n_valid);
  for (double const value : values) {
    if (!std::isnan(value)) squares += (value - result.mean) * (value - result.mean);
  }
  if (result.n_valid > 1) result.sd = std::sqrt(squares / static_cast<double>(result.n_valid - 1));
  return result;
}

struct SeedMean {
  double mean = not_defined;
  double sd_images = not_defined;  // mean over the seeds of the standard deviation over images
  double sd_seeds = not_defined;   // of the means of the seeds
  std::size_t n_images = 0, n_seeds = 0, n_valid = 0;
};

inline SeedMean mean_over_seeds(std::vector<std::vector<double>> const& values_of_seeds) {
  std::vector<double> means, deviations;
  SeedMean result{.n_seeds = values_of_seeds.size()};
  for (std::vector<double> const& values : values_of_seeds) {
    ValidMean const seed = valid_mean(values);
    means.push_back(seed.mean), deviations.push_back(seed.sd);
    result.n_images += seed.n, result.n_valid += seed.n_valid;
  }
  ValidMean const seeds = valid_mean(means);
  result.mean = seeds.mean, result.sd_seeds = seeds.sd, result.sd_images = valid_mean(deviations).mean;
  return result;
}

// Step by step; a nan in one row leaves that row out of the mean of its step.
inline std::vector<double> mean_trace(TraceRows const& traces) {
  traces.check("traces");
  std::vector<double> result(traces.n_steps, 0), column(traces.size());
  for (std::size_t t = 0; t < traces.n_steps; ++t) {
    for (std::size_t row = 0; row < traces.size(); ++row) column[row] = traces[row][t];
    result[t] = valid_mean(column).mean;
  }
  return result;
}

}  // namespace dynvision::analysis

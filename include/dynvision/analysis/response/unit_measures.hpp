// Measures of the units of a layer in one time step, r (C,Y,X): how much, and how it spreads over places and features.
//
//   response_avg       mean of |r| over all units (the paper's power), response_std its unbiased standard deviation
//   spatial_variance   unbiased variance over places, mean over channels
//   feature_variance   unbiased variance over channels, mean over places
//
// All as the original (Gutzen & Lindsay 2025); nan where a variance is of one number.
//
//   UnitMeasures const now = unit_measures(units, n_channels);
//
// Errors: analysis.104.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace dynvision::analysis {

struct UnitMeasures {
  double response_avg = not_defined, response_std = not_defined;
  double spatial_variance = not_defined, feature_variance = not_defined;
};

// Of n numbers value(0) ... value(n - 1).
template <class Value> double unbiased_variance(std::size_t n, Value const& value) {
  if (n < 2) return not_defined;
  double mean = 0, sum = 0;
  for (std::size_t i = 0; i < n; ++i) mean += value(i);
  mean /= static_cast<double>(n);
  for (std::size_t i = 0; i < n; ++i) sum += (value(i) - mean) * (value(i) - mean);
  return sum / static_cast<double>(n - 1);
}

inline UnitMeasures unit_measures(std::span<double const> r, std::size_t n_channels) {
  if (n_channels == 0 || r.empty() || r.size() % n_channels != 0) {
    fail("analysis", 104, {r.size(), " units are no ", n_channels, " channels of as many places each"});
  }
  std::size_t const n_places = r.size() / n_channels;
  UnitMeasures result;
  result.response_avg = 0;
  for (double const value : r) result.response_avg += std::abs(value);
  result.response_avg /= static_cast<double>(r.size());
  result.response_std = std::sqrt(unbiased_variance(r.size(), [&](std::size_t i) { return std::abs(r[i]); }));
  result.spatial_variance = result.feature_variance = 0;
  for (std::size_t c = 0; c < n_channels; ++c) {
    result.spatial_variance += unbiased_variance(n_places, [&](std::size_t i) { return r[c * n_places + i]; });
  }
  result.spatial_variance /= static_cast<double>(n_channels);
  for (std::size_t i = 0; i < n_places; ++i) {
    result.feature_variance += unbiased_variance(n_channels, [&](std::size_t c) { return r[c * n_places + i]; });
  }
  result.feature_variance /= static_cast<double>(n_places);
  return result;
}

}  // namespace dynvision::analysis

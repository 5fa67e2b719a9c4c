// Temporal summation: how the summed response S(D) grows with the duration D of the stimulus.
//
//   S(D)                    sum of e from onset on
//   nts(D)                  S(D) / max S: normalised temporal summation
//   nts_original(D)         sum of all r / its max (Gutzen & Lindsay 2025): without a baseline, so that a constant
//                           response before the stimulus counts; minimum_subtracted: its smallest subtracted before
//   doubling_ratio(D)       S(2 D) / (2 S(D)), for durations whose double is there as well
//   summation_exponent      slope of the least-squares line of ln S on ln D; nan if an S is not positive
//   integration_window      D at which S, linear between durations from (0, 0), reaches 1 - 1/e of S(longest) [steps]
//   truncated_fraction      e of the last row over its peak, for the longest duration
//
// Summation is sublinear where the doubling ratio is below 1, that is nts(D) > D / longest; nts < 1 says nothing. A response
// that has not decayed by the last row (truncated_fraction > 0.05) has lost a part of S(longest), and its exponent is
// too small: more blank steps after the stimulus give it back.
//
//   TemporalSummation const s = temporal_summation(traces, {1, 2, 5, 10}, shown);   // traces (D,T), in steps
//
// Source: Groen et al. 2022; Zhou, Benson, Kay & Winawer 2018, "Compressive temporal summation in human visual cortex".
// Errors: analysis.102, analysis.103, analysis.106.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/response/trace_measures.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace dynvision::analysis {

inline constexpr double most_truncated = 0.05;

struct DoublingRatio {
  std::size_t once, twice;  // places among the durations
  double ratio;
};

struct TemporalSummation {
  std::vector<double> summed_response, nts, nts_original;  // one for each duration
  std::vector<DoublingRatio> doubling_ratios;
  double summation_exponent = not_defined, integration_window_steps = not_defined, truncated_fraction = not_defined;

  bool truncated() const { return truncated_fraction > most_truncated; }  // S(longest) has lost its tail
};

// x / its largest, nan where that is not above 1e-12
inline std::vector<double> over_largest(std::vector<double> x) {
  double const largest = x.empty() || has_nan(x) ? not_defined : *std::max_element(x.begin(), x.end());
  for (double& value : x) value = ratio(value, largest);
  return x;
}

// The original's: sums of whole rows.
inline std::vector<double> nts_original(TraceRows const& traces, bool minimum_subtracted = false) {
  traces.check("traces");
  std::vector<double> sums(traces.size());
  for (std::size_t row = 0; row < sums.size(); ++row) {
    sums[row] = std::accumulate(traces[row].begin(), traces[row].end(), 0.0);
  }
  if (minimum_subtracted && !has_nan(sums)) {
    double const smallest = *std::min_element(sums.begin(), sums.end());
    for (double& value : sums) value -= smallest;
  }
  return over_largest(std::move(sums));
}

// Slope of the least-squares line of ln y on ln x; nan if one of them is not positive, or all x are the same.
inline double log_log_slope(std::span<double const> x, std::span<double const> y) {
  double const n = static_cast<double>(x.size());
  double mx = 0, my = 0, xx = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!(x[i] > 0 && y[i] > 0)) return not_defined;
    mx += std::log(x[i]) / n, my += std::log(y[i]) / n;
  }
  for (std::size_t i = 0; i < x.size(); ++i) {
    double const d = std::log(x[i]) - mx;
    xx += d * d, xy += d * (std::log(y[i]) - my);
  }
  return ratio(xy, xx);
}

// Where the line through (0, 0) and the points first reaches `level`; nan where it does not.
inline double first_reached(std::span<double const> x, std::span<double const> y, double level) {
  double x0 = 0, y0 = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (y[i] >= level) return y[i] == y0 ? x[i] : x0 + (level - y0) / (y[i] - y0) * (x[i] - x0);
    x0 = x[i], y0 = y[i];
  }
  return not_defined;
}

// traces (D,T): a row for each duration [steps], ascending. Every stimulus begins at t_on; shown.t_off does not count.
inline TemporalSummation temporal_summation(TraceRows const& traces, std::vector<double> const& durations,
                                            Shown shown) {
  traces.check("traces");
  if (durations.size() != traces.size() || durations.empty()) {
    fail("analysis", 106, {durations.size(), " durations for ", traces.size(), " traces: expected one for each"});
  }
  for (std::size_t i = 0; i < durations.size(); ++i) {
    if (!(durations[i] > (i == 0 ? 0 : durations[i - 1])) || !std::isfinite(durations[i])) {
      fail("analysis", 106, {"duration ", i, " is ", durations[i], " steps: expected positive and ascending"});
    }
  }
  shown.t_off = traces.n_steps;
  TemporalSummation result;
  for (std::size_t row = 0; row < traces.size(); ++row) {
    Evoked const response(traces[row], shown);
    result.summed_response.push_back(summed_response(response));
    if (row + 1 == traces.size() && response.defined) {
      result.truncated_fraction = ratio(response.e.back(), response.peak);
    }
  }
  std::vector<double> const& s = result.summed_response;
  result.nts = over_largest(s);
  result.nts_original = nts_original(traces);
  for (std::size_t i = 0; i < s.size(); ++i) {
    for (std::size_t j = i + 1; j < s.size(); ++j) {
      if (durations[j] == 2 * durations[i]) result.doubling_ratios.push_back({i, j, ratio(s[j], 2 * s[i])});
    }
  }
  result.summation_exponent = log_log_slope(durations, s);
  if (!has_nan(s) && s.back() > smallest_denominator) {
    result.integration_window_steps = first_reached(durations, s, (1 - std::exp(-1.0)) * s.back());
  }
  return result;
}

inline constexpr std::array<Described<TemporalSummation>, 3> summation_numbers{{
    {"summation_exponent", "", "slope of ln S on ln D",
     [](TemporalSummation const& x) { return x.summation_exponent; }},
    {"integration_window_steps", "steps", "duration at which S reaches 63 % of the longest",
     [](TemporalSummation const& x) { return x.integration_window_steps; }},
    {"truncated_fraction", "", "last response over its peak, longest duration",
     [](TemporalSummation const& x) { return x.truncated_fraction; }},
}};

}  // namespace dynvision::analysis

// Measures of one trace: when a response comes, how high it gets, how long it stays.
//
//   for (TraceMeasure const& measure : trace_measures) table.add(measure.name, measure.of(response));
//
// `trace_measures` is the list: names, units, what each says, where it is from. A measure takes an Evoked (response/evoked.hpp):
// e = r - baseline from t_on on, steps counted as there. Equations and closed forms: docs/reference/measures.md.
// `original`: as the Python toolbox DynVision computes it, without a baseline; times in steps from the first row.
//
// Sources: Gutzen & Lindsay 2025 (original); Groen et al. 2022, "Temporal dynamics of neural responses in human visual
// cortex" (full width at half maximum).
#pragma once
#include <dynvision/analysis/response/evoked.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace dynvision::analysis {

// --- as the original

inline double peak_time(Evoked const& response) {  // [steps]
  if (!response.defined) return not_defined;
  return static_cast<double>(std::max_element(response.r.begin(), response.r.end()) - response.r.begin());
}

inline double peak_height(Evoked const& response) {
  return response.defined ? *std::max_element(response.r.begin(), response.r.end()) : not_defined;
}

inline double time_averaged_response(Evoked const& response) {
  return response.defined ? mean_of(response.r) : not_defined;
}

// The later of the two highest peaks over the earlier one; 0 where there are not two. The second is the highest that is
// at least `min_delay` steps from the first, else the second highest. No measure of adaptation: the tail of the first
// response adds to the second (response/two_pulses.hpp has one).
inline double peak_ratio(std::span<double const> r, std::size_t min_delay = 5) {
  if (!std::all_of(r.begin(), r.end(), [](double value) { return std::isfinite(value); })) return not_defined;
  if (r.size() < 2) return 0;
  std::vector<std::size_t> peaks;
  for (std::size_t i = 0; i < r.size(); ++i) {
    bool const above_left = i == 0 || r[i] >= r[i - 1], above_right = i + 1 == r.size() || r[i] >= r[i + 1];
    if (above_left && above_right && r[i] > 0) peaks.push_back(i);
  }
  if (peaks.size() < 2) return 0;
  std::stable_sort(peaks.begin(), peaks.end(), [&](std::size_t a, std::size_t b) { return r[a] > r[b]; });
  std::size_t const first = peaks[0], apart = std::max<std::size_t>(1, min_delay);
  auto const far = std::find_if(peaks.begin() + 1, peaks.end(),
                                [&](std::size_t i) { return (i > first ? i - first : first - i) >= apart; });
  std::size_t const second = far == peaks.end() ? peaks[1] : *far;
  return r[std::max(first, second)] / r[std::min(first, second)];
}
inline double peak_ratio(Evoked const& response) { return peak_ratio(response.r); }

// --- above the baseline

inline double peak_latency_ms(Evoked const& response) {
  if (!response.has_peak()) return not_defined;
  return static_cast<double>(response.peak_step + 1 - response.shown.t_on) * response.shown.dt;
}

// When e first reaches the share q of its peak, linear between steps: before the first step it is 0.
inline double latency_ms(Evoked const& response, double q) {
  if (!response.has_peak()) return not_defined;
  double const threshold = q * response.peak;
  std::size_t const t_on = response.shown.t_on;
  std::size_t k = 0;
  while (response.e[t_on + k] < threshold) ++k;
  double const before = t_on + k > 0 ? response.e[t_on + k - 1] : 0;
  double const within = before >= threshold ? 0 : (threshold - before) / (response.e[t_on + k] - before);
  return (static_cast<double>(k) + within) * response.shown.dt;
}

// From the first to the last row that is at least half way from the smallest to the largest number of all rows.
inline double fwhm_ms(Evoked const& response) {
  if (!response.defined) return not_defined;
  auto const [low, high] = std::minmax_element(response.r.begin(), response.r.end());
  if (!(*high - *low > smallest_denominator)) return not_defined;
  double const half = (*low + *high) / 2;
  auto const at_least = [&](double value) { return value >= half; };
  auto const first = std::find_if(response.r.begin(), response.r.end(), at_least) - response.r.begin();
  auto const from_behind = std::find_if(response.r.rbegin(), response.r.rend(), at_least) - response.r.rbegin();
  auto const last = static_cast<std::ptrdiff_t>(response.r.size()) - 1 - from_behind;
  return static_cast<double>(last - first) * response.shown.dt;
}

inline double sustained_index(Evoked const& response) {
  return response.shown.t_off > 0 ? ratio(response.e[response.shown.t_off - 1], response.shown_peak) : not_defined;
}

inline double transient_index(Evoked const& response) { return 1 - sustained_index(response); }

// Above 0: the response rises once more when the stimulus goes.
inline double off_response_index(Evoked const& response) {
  std::size_t const t_off = response.shown.t_off;
  if (!response.defined || t_off == 0 || t_off == response.e.size()) return not_defined;
  double const after = *std::max_element(response.e.begin() + static_cast<std::ptrdiff_t>(t_off), response.e.end());
  return ratio(after - response.e[t_off - 1], response.shown_peak);
}

// After the stimulus has gone, until |e| stays within `share` of the peak; nan where it does not by the last row.
inline double return_to_baseline_ms(Evoked const& response, double share = 0.05) {
  std::size_t const t_off = response.shown.t_off, n = response.e.size();
  if (!response.has_peak() || t_off == n) return not_defined;
  double const limit = share * response.peak;
  std::size_t first = n;  // of the rows at the end that are within the limit
  while (first > t_off && std::abs(response.e[first - 1]) <= limit) --first;
  return first == n ? not_defined : static_cast<double>(first - t_off + 1) * response.shown.dt;
}

inline double summed_response(Evoked const& response) {  // [steps times the unit of the trace]
  if (!response.defined) return not_defined;
  return std::accumulate(response.e.begin() + static_cast<std::ptrdiff_t>(response.shown.t_on), response.e.end(), 0.0);
}

// --- the list

struct TraceMeasure {
  char const *name, *unit, *meaning;
  bool original;  // [o]
  double (*of)(Evoked const&);
};

inline constexpr std::array<TraceMeasure, 16> trace_measures{{
    {"baseline", "", "mean before the stimulus", false, [](Evoked const& x) { return x.baseline; }},
    {"peak_time", "steps", "first largest row", true, [](Evoked const& x) { return peak_time(x); }},
    {"peak_height", "", "largest number", true, [](Evoked const& x) { return peak_height(x); }},
    {"peak_ratio", "", "later over earlier of the two highest peaks", true,
     [](Evoked const& x) { return peak_ratio(x); }},
    {"time_averaged_response", "", "mean of all rows", true, [](Evoked const& x) { return time_averaged_response(x); }},
    {"peak_latency_ms", "ms", "from onset to the peak", false, [](Evoked const& x) { return peak_latency_ms(x); }},
    {"latency_10_ms", "ms", "from onset to 10 % of the peak", false,
     [](Evoked const& x) { return latency_ms(x, 0.1); }},
    {"latency_50_ms", "ms", "from onset to 50 % of the peak", false,
     [](Evoked const& x) { return latency_ms(x, 0.5); }},
    {"latency_90_ms", "ms", "from onset to 90 % of the peak", false,
     [](Evoked const& x) { return latency_ms(x, 0.9); }},
    {"fwhm_ms", "ms", "full width at half maximum", false, [](Evoked const& x) { return fwhm_ms(x); }},
    {"sustained_index", "", "last response to the stimulus over its peak", false,
     [](Evoked const& x) { return sustained_index(x); }},
    {"transient_index", "", "1 - sustained_index", false, [](Evoked const& x) { return transient_index(x); }},
    {"off_response_index", "", "rise after offset over the peak", false,
     [](Evoked const& x) { return off_response_index(x); }},
    {"return_to_baseline_ms", "ms", "from offset until 5 % of the peak are not left again", false,
     [](Evoked const& x) { return return_to_baseline_ms(x); }},
    {"summed_response", "steps", "sum from onset on", false, [](Evoked const& x) { return summed_response(x); }},
    {"peak_response", "", "largest response above the baseline", false, [](Evoked const& x) { return x.peak; }},
}};

}  // namespace dynvision::analysis

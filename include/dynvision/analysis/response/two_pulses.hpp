// Two pulses of the same image: how far the second response has recovered from the first.
//
//   recovery_max(I) = max over the window of the second pulse of (e_two - e_one) / max over that of the first of e_one
//   recovery_sum(I)   the same with sums
//   adaptation_index = 1 - recovery
//
// e_one: the run with the first pulse alone, whose tail is taken off the second response; so a linear layer has recovery
// 1 at every interval. I: blank steps between the pulses. Both windows have w = T - (t_on + stimulus + longest I) steps.
//
//   TwoPulses const pulses{.stimulus_steps = 5, .intervals = {1, 2, 4, 8}};
//   Recovery const r = recovery(two, one, pulses, shown);          // two (I,T), one (T)
//   RecoveryFit const fit = fit_recovery(pulses.intervals, r.recovery_max);
//
// The fit is recovery = 1 - A exp(-I / tau), least squares, A from 0 to 1.5, tau from 0.1 of the shortest to 20 times the
// longest interval: for every tau the best A is known, tau by a grid of equal ratios and golden section.
//
// peak_ratio (response/trace_measures.hpp) of the same traces falls with I for a linear layer too: the tail of the first
// response adds to the second. linear_peak_ratio is what superposition alone gives.
//
// Source: Groen et al. 2022.
// Errors: analysis.102, analysis.103, analysis.107.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/fit/golden_section.hpp>
#include <dynvision/analysis/response/trace_measures.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct TwoPulses {
  std::size_t stimulus_steps = 0;
  std::vector<std::size_t> intervals{};  // [steps] between the pulses

  // Steps of the windows, in a run of n_steps whose first pulse comes at t_on.
  std::size_t window(std::size_t t_on, std::size_t n_steps) const {
    if (stimulus_steps == 0 || intervals.empty()) {
      fail("analysis", 107, {stimulus_steps, " steps of stimulus, ", intervals.size(), " intervals: expected some"});
    }
    std::size_t const longest = *std::max_element(intervals.begin(), intervals.end());
    std::size_t const second = t_on + stimulus_steps + longest;
    if (second >= n_steps) {
      fail("analysis", 107,
           {"an interval of ", longest, " steps: the second pulse would come in step ", second, " of a run of ",
            n_steps});
    }
    return n_steps - second;
  }
};

struct Recovery {
  std::vector<double> recovery_max{}, recovery_sum{}, adaptation_index{};  // one for each interval
  std::size_t window = 0;                                                  // [steps]
};

// two (I,T): a row for each interval; one (T) or (I,T): the first pulse alone.
inline Recovery recovery(TraceRows const& two, std::span<double const> one, TwoPulses const& pulses, Shown shown) {
  two.check("traces of two pulses");
  if (two.size() != pulses.intervals.size() || one.size() != two.n_steps) {
    fail("analysis", 107,
         {two.size(), " traces of two pulses for ", pulses.intervals.size(), " intervals, ", one.size(),
          " steps of one for ", two.n_steps, " of two: expected as many"});
  }
  Recovery result{.window = pulses.window(shown.t_on, two.n_steps)};
  shown.t_off = shown.t_on + pulses.stimulus_steps;
  Evoked const alone(one, shown);
  auto const part = [&](std::vector<double> const& e, std::size_t begin) {
    return std::span<double const>(e).subspan(begin, result.window);
  };
  auto const largest = [](std::span<double const> e) { return *std::max_element(e.begin(), e.end()); };
  auto const sum = [](std::span<double const> e) { return std::accumulate(e.begin(), e.end(), 0.0); };
  for (std::size_t i = 0; i < two.size(); ++i) {
    Evoked both(two[i], shown);
    double by_max = not_defined, by_sum = not_defined;
    if (both.defined && alone.defined) {
      for (std::size_t t = 0; t < both.e.size(); ++t) both.e[t] -= alone.e[t];
      std::size_t const second = shown.t_off + pulses.intervals[i];
      by_max = ratio(largest(part(both.e, second)), largest(part(alone.e, shown.t_on)));
      by_sum = ratio(sum(part(both.e, second)), sum(part(alone.e, shown.t_on)));
    }
    result.recovery_max.push_back(by_max), result.recovery_sum.push_back(by_sum);
    result.adaptation_index.push_back(1 - by_max);
  }
  return result;
}

// peak_ratio of two single responses, added: what a layer without adaptation would show.
inline std::vector<double> linear_peak_ratio(std::span<double const> one, TwoPulses const& pulses, Shown shown) {
  pulses.window(shown.t_on, one.size());
  double const baseline = mean_before(one, shown.t_on);
  std::vector<double> result;
  for (std::size_t const interval : pulses.intervals) {
    std::vector<double> both(one.begin(), one.end());
    std::size_t const later = pulses.stimulus_steps + interval;
    for (std::size_t t = later; t < both.size(); ++t) both[t] += one[t - later] - baseline;
    result.push_back(peak_ratio(both));
  }
  return result;
}

struct RecoveryFit {
  double amplitude = not_defined, tau_steps = not_defined, sse = not_defined;
};

inline RecoveryFit fit_recovery(std::span<std::size_t const> intervals, std::span<double const> recovery) {
  if (intervals.size() != recovery.size() || intervals.size() < 2) {
    fail("analysis", 107,
         {recovery.size(), " recoveries at ", intervals.size(), " intervals: expected as many, and at least two"});
  }
  if (has_nan(recovery)) return {};
  auto const [shortest, longest] = std::minmax_element(intervals.begin(), intervals.end());
  if (*shortest == 0) fail("analysis", 107, "an interval of 0 steps: expected at least 1");
  auto const amplitude = [&](double tau) {
    double xx = 0, xy = 0;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      double const x = std::exp(-static_cast<double>(intervals[i]) / tau);
      xx += x * x, xy += x * (1 - recovery[i]);
    }
    return xx > 0 ? std::clamp(xy / xx, 0.0, 1.5) : 0.0;
  };
  auto const sse = [&](double tau) {
    double const a = amplitude(tau);
    double sum = 0;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      double const rest = recovery[i] - 1 + a * std::exp(-static_cast<double>(intervals[i]) / tau);
      sum += rest * rest;
    }
    return sum;
  };
  double const low = 0.1 * static_cast<double>(*shortest), high = 20 * static_cast<double>(*longest);
  double const tau = log_grid_golden_section(sse, low, high);
  return {amplitude(tau), tau, sse(tau)};
}

inline constexpr std::array<Described<RecoveryFit>, 3> recovery_numbers{{
    {"recovery_amplitude", "", "A of 1 - A exp(-I / tau)", [](RecoveryFit const& x) { return x.amplitude; }},
    {"recovery_tau_steps", "steps", "tau of 1 - A exp(-I / tau)", [](RecoveryFit const& x) { return x.tau_steps; }},
    {"recovery_sse", "", "squared residuals of the fit", [](RecoveryFit const& x) { return x.sse; }},
}};

}  // namespace dynvision::analysis

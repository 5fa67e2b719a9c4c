// Measures over the conditions of an experiment, of one image and layer: summation, recovery, contrast, trains of pulses.
//
//   add_curve_measures(columns, kind, pulses, traces, single, layer_name);
//
// `traces`: one for each condition. `single`: the run with the first pulse alone, for intervals; empty: there is none, and no recovery.
// Which curve an experiment makes: experiments/measures/shown_pulses.hpp; equations: docs/reference/measures.md.
#pragma once
#include <dynvision/analysis/response/contrast_response.hpp>
#include <dynvision/analysis/response/pulse_train.hpp>
#include <dynvision/analysis/response/temporal_summation.hpp>
#include <dynvision/analysis/response/two_pulses.hpp>
#include <dynvision/experiments/measures/measured_columns.hpp>
#include <dynvision/experiments/measures/shown_pulses.hpp>

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <span>
#include <string>
#include <vector>

namespace dynvision::experiments {

namespace measuring {

using Traces = std::vector<std::span<double const>>;  // of conditions

struct OfCurve {
  MeasuredColumns& columns;
  std::string const& layer;
  std::vector<std::size_t> const& conditions;  // numbers of these traces, ascending in what is varied

  void at(std::size_t place, char const* measure, char const* unit, double value) const {
    columns.add({conditions[place], layer, measure, unit, true, true}, value);
  }
  void whole(char const* measure, char const* unit, double value) const {
    columns.add({conditions[0], layer, measure, unit, true, false}, value);
  }
  template <class Numbers, class Result> void all(Numbers const& numbers, Result const& result) const {
    for (auto const& one : numbers) whole(one.name, one.unit, one.of(result));
  }
};

inline std::vector<double> rows_of(Traces const& traces, std::vector<std::size_t> const& order) {
  std::vector<double> all;
  for (std::size_t const i : order) all.insert(all.end(), traces[i].begin(), traces[i].end());
  return all;
}

template <class Key> std::vector<std::size_t> ascending(std::size_t n, Key const& key) {
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  return order;
}

}  // namespace measuring

// `first`: number of the first condition.
inline void add_curve_measures(MeasuredColumns& columns, CurveKind kind, std::span<ShownPulses const> pulses,
                               measuring::Traces const& traces, std::span<double const> single,
                               std::string const& layer) {
  auto const first = [&](std::size_t i) { return pulses[i].pulses[0]; };
  auto const key = [&](std::size_t i) -> double {
    if (kind == CurveKind::contrast) return pulses[i].contrast;
    if (kind == CurveKind::duration) return static_cast<double>(first(i).second - first(i).first);
    return pulses[i].pulses.size() > 1 ? static_cast<double>(pulses[i].pulses[1].first) : 0;
  };
  if (kind == CurveKind::none || kind == CurveKind::noise) return;
  std::vector<std::size_t> const order = measuring::ascending(traces.size(), key);
  measuring::OfCurve const of{columns, layer, order};
  std::size_t const n_steps = traces[0].size();
  std::vector<double> const rows = measuring::rows_of(traces, order);
  analysis::TraceRows const all{rows, n_steps};
  analysis::Shown const shown = pulses[order[0]].shown;
  if (kind == CurveKind::duration) {
    std::vector<double> durations;
    for (std::size_t const i : order) durations.push_back(key(i));
    analysis::TemporalSummation const s = analysis::temporal_summation(all, durations, shown);
    for (std::size_t k = 0; k < order.size(); ++k) of.at(k, "nts", "", s.nts[k]);
    for (std::size_t k = 0; k < order.size(); ++k) of.at(k, "nts_original", "", s.nts_original[k]);
    for (auto const& one : s.doubling_ratios) of.at(one.once, "doubling_ratio", "", one.ratio);
    analysis::Evoked const longest(all[order.size() - 1], shown);
    of.whole("baseline_share", "", analysis::ratio(longest.baseline, longest.peak));
    of.all(analysis::summation_numbers, s);
  } else if (kind == CurveKind::contrast) {
    std::vector<double> contrasts;
    for (std::size_t const i : order) contrasts.push_back(key(i));
    of.all(analysis::contrast_numbers, analysis::contrast_response(contrasts, analysis::measure_table(all, shown)));
  } else if (kind == CurveKind::interval && !single.empty()) {
    analysis::TwoPulses two{.stimulus_steps = first(order[0]).second - first(order[0]).first};
    for (std::size_t const i : order) two.intervals.push_back(pulses[i].pulses[1].first - first(i).second);
    analysis::Recovery const r = analysis::recovery(all, single, two, shown);
    for (std::size_t k = 0; k < order.size(); ++k) of.at(k, "recovery_max", "", r.recovery_max[k]);
    for (std::size_t k = 0; k < order.size(); ++k) of.at(k, "recovery_sum", "", r.recovery_sum[k]);
    of.all(analysis::recovery_numbers, analysis::fit_recovery(two.intervals, r.recovery_max));
  } else if (kind == CurveKind::train) {
    for (std::size_t k = 0; k < order.size(); ++k) {
      auto const& p = pulses[order[k]].pulses;
      std::size_t const period = p[1].first - p[0].first;
      bool const fits = p[0].first + p.size() * period <= n_steps;
      analysis::PulseTrain const train{.first = p[0].first, .n_pulses = p.size(), .period = period};
      double const index = fits ? analysis::pulse_train(all[k], train).train_index : analysis::not_defined;
      of.at(k, "train_index", "", index);
    }
  }
}

}  // namespace dynvision::experiments

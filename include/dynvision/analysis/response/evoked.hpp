// One trace, and what its stimulus evoked: the response above the baseline, for the measures of it.
//
//   e = r - b        b: mean of r before the stimulus came, 0 where nothing was recorded before
//
//   Evoked const response(trace, {.dt = 2, .t_on = 20, .t_off = 50});
//   double const ms = latency_ms(response, 0.5);
//
// The baseline may be another trace, of a run without a stimulus (`null_run`): e = r - null, step by step.
// With a nan or an infinity in the trace no measure of it is defined. A peak of at most 1e-12 is none: ratios to it and
// times of it are nan.
//
// Errors: analysis.102, analysis.103.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/response/trace_rows.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace dynvision::analysis {

inline double mean_before(std::span<double const> trace, std::size_t t_on) {
  if (t_on == 0) return 0;
  return mean_of(trace.first(t_on));
}

struct Evoked {
  std::span<double const> r;  // the trace as it was
  std::vector<double> e;      // above the baseline
  Shown shown;
  double baseline = 0;  // of `null_run` the mean
  bool defined = true;  // all numbers are finite

  double peak = not_defined;        // max e from t_on on
  std::size_t peak_step = 0;        // its first step, counted from the first row
  double shown_peak = not_defined;  // max e while the stimulus is there

  Evoked(std::span<double const> trace, Shown when, std::span<double const> null_run = {})
      : r(trace), e(trace.begin(), trace.end()), shown(when) {
    if (trace.empty()) fail("analysis", 102, "a trace without steps");
    shown.check(trace.size());
    if (null_run.empty()) {
      baseline = mean_before(trace, shown.t_on);
      for (double& value : e) value -= baseline;
    } else {
      if (null_run.size() != trace.size()) {
        fail("analysis", 102, {"a null run of ", null_run.size(), " steps for a trace of ", trace.size()});
      }
      baseline = mean_of(null_run);
      for (std::size_t t = 0; t < e.size(); ++t) e[t] -= null_run[t];
    }
    defined = std::all_of(e.begin(), e.end(), [](double value) { return std::isfinite(value); });
    if (!defined || shown.t_on == e.size()) return;
    auto const on = e.begin() + static_cast<std::ptrdiff_t>(shown.t_on);
    auto const found = std::max_element(on, e.end());
    peak = *found, peak_step = static_cast<std::size_t>(found - e.begin());
    if (shown.t_off > shown.t_on) {
      shown_peak = *std::max_element(on, e.begin() + static_cast<std::ptrdiff_t>(shown.t_off));
    }
  }

  bool has_peak() const { return peak > smallest_denominator; }
};

}  // namespace dynvision::analysis

// Windows of time, and the means of a response in them, as physiologists count spikes.
//
//   bin [start, end) ms; step t covers [t_first + t dt, t_first + (t + 1) dt)
//   mean = sum_t w_t r_t / sum_t w_t        w_t: the share of step t that lies in the bin, 0 to 1
//
//   TimeBins const bins({{70, 170}}, {.dt = 2, .n = 90});        0 ms: where t_first = 0 says, an onset for example
//   double const rate = bins.mean(0, trace);
//
// A bin that is not fully within the steps is an error, which says how many steps it takes.
// Source of the rule: the Brain-Score project's alignment of time bins (Schrimpf et al. 2018).
//
// Errors: analysis.119.
#pragma once
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace dynvision::analysis {

struct TimeBin {
  double start = 0, end = 0;  // [ms]
  bool operator==(TimeBin const&) const = default;
};

struct TimeSteps {
  double dt = 1;      // [ms]
  std::size_t n = 0;  // steps that were recorded
  double first = 0;   // [ms] when the first of them begins
};

class TimeBins {
 public:
  // The steps of a bin: `first`, and the next ones, each with its share.
  struct Steps {
    std::size_t first = 0;
    std::vector<double> shares{};
    double total = 0;  // sum of the shares
  };

  TimeBins(std::vector<TimeBin> bins, TimeSteps steps) : bins_(std::move(bins)), n_steps_(steps.n) {
    if (!(steps.dt > 0) || !std::isfinite(steps.dt) || !std::isfinite(steps.first)) {
      fail("analysis", 119, {"steps of ", steps.dt, " ms from ", steps.first, " ms on: expected a positive number"});
    }
    if (bins_.empty()) fail("analysis", 119, "no time bin: expected at least one");
    for (TimeBin const& bin : bins_) steps_.push_back(steps_of(bin, steps));
  }

  std::size_t size() const { return bins_.size(); }
  std::size_t n_steps() const { return n_steps_; }
  TimeBin const& operator[](std::size_t bin) const { return bins_.at(bin); }
  Steps const& steps(std::size_t bin) const { return steps_.at(bin); }

  double mean(std::size_t bin, std::span<double const> trace) const {
    if (trace.size() != n_steps_) {
      fail("analysis", 119, {"a trace of ", trace.size(), " steps for time bins of ", n_steps_});
    }
    Steps const& of = steps(bin);
    double sum = 0;
    for (std::size_t i = 0; i < of.shares.size(); ++i) sum += of.shares[i] * trace[of.first + i];
    return sum / of.total;
  }

 private:
  // Times are multiples of dt to rounding: a step that a bin touches with less than this share is not in it.
  static constexpr double smallest_share = 1e-9;

  static Steps steps_of(TimeBin const& bin, TimeSteps const& steps) {
    if (!std::isfinite(bin.start) || !std::isfinite(bin.end) || !(bin.end > bin.start)) {
      fail("analysis", 119, {"time bin ", bin.start, " to ", bin.end, " ms: expected an end after its start"});
    }
    // In steps from the first one on.
    double const from = (bin.start - steps.first) / steps.dt, to = (bin.end - steps.first) / steps.dt;
    if (from < -smallest_share) {
      fail("analysis", 119,
           {"time bin ", bin.start, " to ", bin.end, " ms begins before the first recorded step, at ", steps.first,
            " ms: expected a start of at least that"});
    }
    if (to > static_cast<double>(steps.n) + smallest_share) {
      fail("analysis", 119,
           {"time bin ", bin.start, " to ", bin.end, " ms is not within ", steps.n, " steps of ", steps.dt,
            " ms: expected n_timesteps of at least ", std::ceil(to - smallest_share)});
    }
    Steps of{static_cast<std::size_t>(std::max(0.0, std::floor(from + smallest_share)))};
    auto const share = [&](std::size_t t) {
      auto const begin = static_cast<double>(t);
      return std::min(to, begin + 1) - std::max(from, begin);
    };
    for (std::size_t t = of.first; t < steps.n && share(t) > smallest_share; ++t) {
      double const rounded = share(t);
      of.shares.push_back(rounded > 1 - smallest_share ? 1 : rounded);
      of.total += of.shares.back();
    }
    return of;
  }

  std::vector<TimeBin> bins_;
  std::vector<Steps> steps_;
  std::size_t n_steps_ = 0;
};

}  // namespace dynvision::analysis

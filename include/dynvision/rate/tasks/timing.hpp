// Timing of a task's trials: periods, one after the other, in ms.
//
//   Timing const timing(50, {{"stimulus", 500}, {"delay", 500, 100}, {"decision", 500}});      delay: 400, 450 ... 600 ms
//   timing.n_timesteps()                          of the longest trial
//   timing.drawn(draws)                           the first step of each period of one trial, and the end
//
// A period that is no multiple of dt is an error that names the nearest ones: rate.130. Names are unique: rate.131.
#pragma once
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::rate {

struct TaskPeriod {
  std::string name{};
  double ms = 0;
  double jitter_ms = 0;  // uniform among the multiples of dt from ms - jitter to ms + jitter
};

class Timing {
 public:
  Timing(double dt, std::vector<TaskPeriod> periods) : dt_(dt), periods_(std::move(periods)) {
    if (!(dt > 0) || !std::isfinite(dt)) fail("rate", 130, {"dt = ", dt, " ms of a task: expected a positive number"});
    for (TaskPeriod const& one : periods_) {
      for (TaskPeriod const& other : periods_) {
        if (&one != &other && one.name == other.name) fail("rate", 131, {"two periods of the name \"", one.name, "\""});
      }
      n_.push_back(steps(one.ms, one.name));
      jitter_.push_back(steps(one.jitter_ms, one.name + ", its jitter"));
      if (jitter_.back() > n_.back()) {
        fail("rate", 130,
             {"period \"", one.name, "\" of ", one.ms, " ms with a jitter of ", one.jitter_ms,
              " ms: expected a jitter that is no longer"});
      }
    }
  }

  double dt() const { return dt_; }
  std::vector<TaskPeriod> const& periods() const { return periods_; }
  int n_periods() const { return static_cast<int>(periods_.size()); }
  int n_timesteps() const {
    int n = 0;
    for (std::size_t p = 0; p < n_.size(); ++p) n += n_[p] + jitter_[p];
    return n;
  }
  int index(std::string_view period) const {
    std::vector<std::string_view> names;
    for (int p = 0; p < n_periods(); ++p) {
      names.push_back(periods_[static_cast<std::size_t>(p)].name);
      if (names.back() == period) return p;
    }
    fail("rate", 131, {"period \"", period, "\": ", expected_one_of(period, names)});
  }

  // n_periods() + 1 steps.
  std::vector<int> drawn(analysis::DrawStream const& draws, std::uint64_t place) const {
    std::vector<int> begins{0};
    for (std::size_t p = 0; p < n_.size(); ++p) {
      int const wider = static_cast<int>(draws.below(static_cast<std::size_t>(2 * jitter_[p] + 1), place + p));
      begins.push_back(begins.back() + n_[p] - jitter_[p] + wider);
    }
    return begins;
  }

 private:
  int steps(double ms, std::string_view of) const {
    double const exact = ms / dt_, nearest = std::round(exact);
    if (!(ms >= 0) || !std::isfinite(ms) || std::abs(exact - nearest) > 1e-6 * std::max(1.0, exact)) {
      fail("rate", 130,
           {"period \"", of, "\" of ", ms, " ms is no multiple of dt = ", dt_, " ms: expected ",
            std::floor(exact) * dt_, " or ", (std::floor(exact) + 1) * dt_, " ms"});
    }
    return static_cast<int>(nearest);
  }

  double dt_;  // [ms]
  std::vector<TaskPeriod> periods_;
  std::vector<int> n_{}, jitter_{};  // [steps]
};

}  // namespace dynvision::rate

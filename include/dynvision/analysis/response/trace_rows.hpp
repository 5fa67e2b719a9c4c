// Traces as they lie in memory: rows of steps, (N,T) in row-major order; and when the stimulus was there.
//
//   TraceRows const traces{.values = numbers, .n_steps = 60};     // images, conditions or repetitions
//   Shown const shown{.dt = 2, .t_on = 20, .t_off = 50};          // [ms], steps
//
// Row t of a recording has the time (t - t_on) dt, the start of the step; its value is the state at the end of the step. So
// what is first seen in row t has the latency (t + 1 - t_on) dt: an Euler layer has reached 1 - (1 - dt/tau)^k after k
// steps of its stimulus, as 1 - exp(-k dt / tau) at k dt.
//
// Errors: analysis.102, analysis.103.
#pragma once
#include <dynvision/core/error.hpp>

#include <cmath>
#include <cstddef>
#include <span>

namespace dynvision::analysis {

struct TraceRows {
  std::span<double const> values{};  // (N,T)
  std::size_t n_steps = 0;

  std::size_t size() const { return n_steps == 0 ? 0 : values.size() / n_steps; }
  std::span<double const> operator[](std::size_t row) const { return values.subspan(row * n_steps, n_steps); }

  void check(char const* what) const {
    if (n_steps == 0 || values.size() % n_steps != 0) {
      fail("analysis", 102, {what, ": ", values.size(), " numbers are no rows of ", n_steps, " steps"});
    }
  }
};

struct Shown {
  double dt = 1;          // [ms]
  std::size_t t_on = 0;   // first step with the stimulus; as many as there are steps: it never came
  std::size_t t_off = 0;  // first step without it after that; as many as there are steps: it stayed

  void check(std::size_t n_steps) const {
    if (!(dt > 0) || !std::isfinite(dt)) fail("analysis", 103, {"dt = ", dt, " ms: expected a positive number"});
    if (t_on > t_off || t_off > n_steps) {
      fail("analysis", 103,
           {"a stimulus of the steps ", t_on, " to ", t_off, " in a trace of ", n_steps,
            " steps: expected 0 <= t_on <= t_off <= ", n_steps});
    }
  }
};

}  // namespace dynvision::analysis

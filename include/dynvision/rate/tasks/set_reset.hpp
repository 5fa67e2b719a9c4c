// Set and reset: which of two pulses came last? A latch, as a task.
//
//   inputs: set, reset: 1 in single steps        outputs: 0 reset, which is the start, 1 set, at each step
//
//   SetReset{}                1000 ms, 5 pulses a second of both together; 40 ms after a pulse do not count
//
// Built and programmed latches: rate/attractors/sr_latch.hpp, rate/nef/program_reservoir.hpp.
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

namespace dynvision::rate {

struct SetReset {
  static constexpr std::string_view name = "set_reset";
  double dt = 20;          // [ms]
  double duration = 1000;  // [ms]
  double pulses = 5;       // [Hz]
  double settle = 40;      // [ms] that do not count, the step of the pulse included

  int n_inputs() const { return 2; }
  int n_outputs() const { return 2; }
  Timing timing() const { return {dt, {{"duration", duration}}}; }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    double const in_a_step = pulses * dt / 1000;  // a probability
    if (!(in_a_step >= 0 && in_a_step <= 1) || !(settle >= 0)) {
      fail("rate", 133,
           {pulses, " pulses a second in steps of ", dt, " ms, and ", settle,
            " ms that do not count: expected at most one pulse in a step, and no negative time"});
    }
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      int state = 0, flips = 0;
      double since = settle;  // [ms] since the last pulse
      for (int t = 0; t < trial.end(0); ++t, since += dt) {
        std::uint64_t const place = first_place_of_task + 2 * static_cast<std::uint64_t>(t);
        if (draws.uniform(place) < in_a_step) {
          int const before = std::exchange(state, draws.uniform(place + 1) < 0.5 ? 1 : 0);
          trial.at(t, state == 1 ? 0 : 1) = 1;
          flips += before != state ? 1 : 0, since = 0;
        }
        trial.answer_at(t, state);
        if (since < settle) trial.leave_out(t);
      }
      values = {static_cast<double>(flips)};
    };
    return drawn_trials(timing(), n_inputs(), {"flips"}, n, seed, first, write);
  }
};

}  // namespace dynvision::rate

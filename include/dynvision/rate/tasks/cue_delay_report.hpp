// Cue, delay, report: a direction is held in memory and reported, while a second cue may distract.
//
//   inputs: fixation, a ring of n units, 0.5 (1 + cos(theta - theta_s)), of the distractor times its strength; noise sigma/sqrt(dt) of cues
//   outputs: 0 fixate, 1 ... n: the direction of the cue
//
//   CueDelayReport{}                     cue 200 ms, before 400, probe 200, after 400, report 200; eight directions, no distractor
//   CueDelayReport{.distractor = 1}      another direction in the probe, as strong as the cue
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

namespace dynvision::rate {

struct CueDelayReport {
  static constexpr std::string_view name = "cue_delay_report";
  double dt = 50;                                                          // [ms]
  double cue = 200, before = 400, probe = 200, after = 400, report = 200;  // [ms]
  double distractor = 0;                                                   // strength of the second cue
  double sigma = 0;                                                        // [sqrt(ms)]
  int ring = 8;                                                            // units, and directions

  int n_inputs() const { return 1 + ring; }
  int n_outputs() const { return 1 + ring; }
  Timing timing() const {
    return {dt, {{"cue", cue}, {"before", before}, {"probe", probe}, {"after", after}, {"report", report}}};
  }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    if (ring < 2) fail("rate", 133, {"a ring of ", ring, " units: expected at least 2"});
    double const deviation = sigma / std::sqrt(dt), turn = 2 * std::numbers::pi;
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      auto const below = [&](int k, std::uint64_t place) {
        return static_cast<int>(draws.below(static_cast<std::size_t>(k), first_place_of_task + place));
      };
      int const cued = below(ring, 0), other = (cued + 1 + below(ring - 1, 1)) % ring;  // any other direction
      values = {turn * cued / ring, turn * other / ring};
      for (int period = 0; period < 4; ++period) trial.show(period, 0, 1);
      show_direction(trial, 0, 1, ring, turn * cued / ring, [](double c) { return 0.5 * (1 + c); });
      add_noise(trial, draws, 0, 1, ring, deviation);
      if (distractor != 0) {
        show_direction(trial, 2, 1, ring, turn * other / ring, [&](double c) { return distractor * 0.5 * (1 + c); });
        add_noise(trial, draws, 2, 1, ring, deviation);
      }
      trial.answer(4, 1 + cued);
    };
    return drawn_trials(timing(), n_inputs(), {"angle", "distractor_angle"}, n, seed, first, write);
  }
};

}  // namespace dynvision::rate

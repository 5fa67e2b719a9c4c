// Evidence that moves: which of two streams is stronger now, while the evidence goes over from one to the other, or stays?
//
//   inputs: fixation, two streams 1 - e(t) and e(t) + noise sigma/sqrt(dt)        outputs: 0 fixate, 1 or 2: the stronger one, at each step
//   e(t): from 0 to 1 or back over the stimulus, a ramp, or one of `levels` throughout
//
//   EvidenceRamp{}            fixation 100 ms, stimulus 1000; half of the trials are ramps, others stay at 0, 25, 75 or 100 %
//
// Steps at which e is nearer to 1/2 than `margin` do not count: when a network goes over is its own. Along a ramp without noise that is
// the time of a perceptual switch, which the gain of the units moves.
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

namespace dynvision::rate {

struct EvidenceRamp {
  static constexpr std::string_view name = "evidence_ramp";
  double dt = 20;                              // [ms]
  double fixation = 100, stimulus = 1000;      // [ms]
  double sigma = 1;                            // [sqrt(ms)]
  double ramps = 0.5;                          // share of the trials
  double margin = 0.1;                         // of e around 1/2
  std::vector<double> levels{0, 25, 75, 100};  // [%] of e, where it stays

  int n_inputs() const { return 3; }
  int n_outputs() const { return 3; }
  Timing timing() const { return {dt, {{"fixation", fixation}, {"stimulus", stimulus}}}; }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    if (levels.empty() || !(ramps >= 0 && ramps <= 1) || !(margin >= 0 && margin < 0.5)) {
      fail("rate", 133,
           {levels.size(), " levels, a share of ", ramps, " ramps and a margin of ", margin,
            ": expected at least one level, a share from 0 to 1, and a margin from 0 to below 0.5"});
    }
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      bool const moves = draws.uniform(first_place_of_task) < ramps;
      bool const up = draws.uniform(first_place_of_task + 1) < 0.5;
      double const level = levels[draws.below(levels.size(), first_place_of_task + 2)] / 100;
      double const from = moves ? (up ? 0 : 1) : level, to = moves ? 1 - from : level;
      values = {from, to};
      trial.show(0, 0, 1), trial.show(1, 0, 1);
      int const begin = trial.begin(1), steps = trial.end(1) - begin;
      for (int t = 0; t < steps; ++t) {
        double const e = steps > 1 ? from + (to - from) * t / (steps - 1) : from;
        trial.at(begin + t, 1) = static_cast<float>(1 - e), trial.at(begin + t, 2) = static_cast<float>(e);
        trial.answer_at(begin + t, e > 0.5 ? 2 : 1);
        if (std::abs(e - 0.5) < margin || e == 0.5) trial.leave_out(begin + t);
      }
      add_noise(trial, draws, 1, 1, 2, sigma / std::sqrt(dt));
    };
    return drawn_trials(timing(), n_inputs(), {"from", "to"}, n, seed, first, write);
  }
};

}  // namespace dynvision::rate

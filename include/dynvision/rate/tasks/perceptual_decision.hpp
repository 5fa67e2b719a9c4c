// Perceptual decision: which of two noisy streams of evidence is stronger on average (Britten et al. 1992)?
//
//   inputs: fixation, two streams 0.5 (1 +- coherence/100) + noise sigma/sqrt(dt)        outputs: 0 fixate, 1 or 2: the stronger one
//
//   PerceptualDecision{}                  fixation 100 ms, stimulus 2000, decision 100; coherences 6.4 to 51.2
#pragma once
#include <dynvision/rate/tasks/two_streams.hpp>

namespace dynvision::rate {

struct PerceptualDecision {
  static constexpr std::string_view name = "perceptual_decision";
  double dt = 20;                                          // [ms]
  double fixation = 100, stimulus = 2000, decision = 100;  // [ms]
  double sigma = 1;                                        // [sqrt(ms)]
  std::vector<double> coherences{6.4, 12.8, 25.6, 51.2};   // [%]

  int n_inputs() const { return 3; }
  int n_outputs() const { return 3; }
  Timing timing() const { return {dt, {{"fixation", fixation}, {"stimulus", stimulus}, {"decision", decision}}}; }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    check_coherences(coherences);
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      TwoStreams const streams = draw_streams(draws, coherences);
      values = {static_cast<double>(streams.choice), streams.coherence};
      trial.show(0, 0, 1), trial.show(1, 0, 1);
      for (int stream = 1; stream <= 2; ++stream) {
        trial.show(1, stream, streams.strength(stream));
      }
      add_noise(trial, draws, 1, 1, 2, sigma / std::sqrt(dt));
      trial.answer(2, streams.choice);
    };
    return drawn_trials(timing(), n_inputs(), {"choice", "coherence"}, n, seed, first, write);
  }
};

}  // namespace dynvision::rate

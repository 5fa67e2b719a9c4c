// Multisensory decision: evidence of one sense, of the other, or of both, which then agree (Raposo et al. 2012).
//
//   inputs: fixation, two streams of each sense, 0.5 (1 +- coherence/100) + noise sigma/sqrt(dt); a sense without evidence is 0
//   outputs: 0 fixate, 1 or 2: the stronger stream
//
//   Multisensory{}            fixation 100 ms, stimulus 1000, decision 100; senses: 0 the first, 1 the second, 2 both
#pragma once
#include <dynvision/rate/tasks/two_streams.hpp>

namespace dynvision::rate {

struct Multisensory {
  static constexpr std::string_view name = "multisensory";
  double dt = 20;                                          // [ms]
  double fixation = 100, stimulus = 1000, decision = 100;  // [ms]
  double sigma = 1;                                        // [sqrt(ms)]
  std::vector<double> coherences{6.4, 12.8, 25.6, 51.2};   // [%]

  int n_inputs() const { return 5; }
  int n_outputs() const { return 3; }
  Timing timing() const { return {dt, {{"fixation", fixation}, {"stimulus", stimulus}, {"decision", decision}}}; }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    check_coherences(coherences);
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      TwoStreams const streams = draw_streams(draws, coherences);
      auto const senses = static_cast<int>(draws.below(3, first_place_of_task + 2));
      values = {static_cast<double>(streams.choice), streams.coherence, static_cast<double>(senses)};
      trial.show(0, 0, 1), trial.show(1, 0, 1);
      for (int sense = 0; sense < 2; ++sense) {
        if (senses != 2 && senses != sense) continue;
        for (int stream = 1; stream <= 2; ++stream) {
          trial.show(1, 2 * sense + stream, streams.strength(stream));
        }
      }
      // Of both senses at once, so that each has noise of its own; a sense without evidence has none.
      double const deviation = sigma / std::sqrt(dt);
      add_noise(trial, draws, 1, senses == 1 ? 3 : 1, senses == 2 ? 4 : 2, deviation);
      trial.answer(2, streams.choice);
    };
    return drawn_trials(timing(), n_inputs(), {"choice", "coherence", "senses"}, n, seed, first, write);
  }
};

}  // namespace dynvision::rate

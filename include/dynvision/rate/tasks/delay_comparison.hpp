// Delayed comparison of two frequencies: which of two stimuli is higher, with a delay between them (Romo et al. 1999)?
//
//   inputs: fixation, f scaled from lowest ... highest to 0 ... 1, with noise sigma/sqrt(dt) while it is shown
//   outputs: 0 fixate, 1 the first is higher, 2 the second
//
//   DelayComparison{}         fixation 300 ms, first 500, delay 1000, second 500, decision 300; 10 ... 34 Hz, 8 Hz apart
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

namespace dynvision::rate {

struct DelayComparison {
  static constexpr std::string_view name = "delay_comparison";
  double dt = 50;                                                                  // [ms]
  double fixation = 300, first = 500, delay = 1000, second = 500, decision = 300;  // [ms]
  double delay_jitter = 0;                                                         // [ms]
  double sigma = 1;                                                                // [sqrt(ms)]
  double lowest = 10, highest = 34, difference = 8;                                // [Hz]
  int pairs = 5;  // of frequencies, evenly from the lowest on

  int n_inputs() const { return 2; }
  int n_outputs() const { return 3; }
  Timing timing() const {
    return {dt,
            {{"fixation", fixation},
             {"first", first},
             {"delay", delay, delay_jitter},
             {"second", second},
             {"decision", decision}}};
  }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first_trial = 0) const {
    double const range = highest - lowest;
    if (!(range > 0) || !(difference > 0 && difference <= range) || pairs < 1) {
      fail("rate", 133,
           {"frequencies from ", lowest, " to ", highest, " Hz, ", difference, " Hz apart, in ", pairs,
            " pairs: expected a difference within the range, and at least 1 pair"});
    }
    double const deviation = sigma / std::sqrt(dt), apart = pairs > 1 ? (range - difference) / (pairs - 1) : 0;
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      bool const first_is_higher = draws.uniform(first_place_of_task) < 0.5;
      auto const pair = static_cast<double>(draws.below(static_cast<std::size_t>(pairs), first_place_of_task + 1));
      double const low = lowest + apart * pair, high = low + difference;
      double const f1 = first_is_higher ? high : low, f2 = first_is_higher ? low : high;
      values = {f1, f2};
      for (int period = 0; period < 4; ++period) trial.show(period, 0, 1);
      for (auto const& [period, f] : {std::pair{1, f1}, std::pair{3, f2}}) {
        trial.show(period, 1, (f - lowest) / range);
        add_noise(trial, draws, period, 1, 1, deviation);
      }
      trial.answer(4, first_is_higher ? 1 : 2);
    };
    return drawn_trials(timing(), n_inputs(), {"f1", "f2"}, n, seed, first_trial, write);
  }
};

}  // namespace dynvision::rate

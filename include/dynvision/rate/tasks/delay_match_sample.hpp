// Delayed match to sample: is the second stimulus the first one? With distractors: several tests, one of which matches.
//
//   inputs: fixation, a ring of n units, 0.5 (1 + cos(theta - theta_s)); noise sigma/sqrt(dt) while a stimulus is shown
//   outputs: 0 fixate, 1 match, 2 non-match
//
//   DelayMatchSample{}                        fixation 300 ms, sample 500, delay 1000, test 500, decision 900; two directions
//   DelayMatchSampleDistractors{}             fixation 300, sample 500, three times delay 1000 and test 500: 1 during the test that
//                                             matches; ring of 32, cos(theta - theta_s)
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

#include <cmath>
#include <numbers>

namespace dynvision::rate {

struct DelayMatchSample {
  static constexpr std::string_view name = "delay_match_sample";
  double dt = 50;                                                                 // [ms]
  double fixation = 300, sample = 500, delay = 1000, test = 500, decision = 900;  // [ms]
  double delay_jitter = 0;                                                        // [ms]
  double sigma = 1;                                                               // [sqrt(ms)]
  int ring = 2;                                                                   // units, and directions

  int n_inputs() const { return 1 + ring; }
  int n_outputs() const { return 3; }
  Timing timing() const {
    return {dt,
            {{"fixation", fixation},
             {"sample", sample},
             {"delay", delay, delay_jitter},
             {"test", test},
             {"decision", decision}}};
  }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    if (ring < 2) fail("rate", 133, {"a ring of ", ring, " units: expected at least 2"});
    double const deviation = sigma / std::sqrt(dt);
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      bool const match = draws.uniform(first_place_of_task) < 0.5;
      double const theta = 2 * std::numbers::pi *
                           static_cast<double>(draws.below(static_cast<std::size_t>(ring), first_place_of_task + 1)) /
                           ring;
      double const second = match ? theta : theta + std::numbers::pi;
      values = {match ? 1.0 : 0.0, theta};
      for (int period = 0; period < 4; ++period) trial.show(period, 0, 1);
      for (auto const& [period, angle] : {std::pair{1, theta}, std::pair{3, second}}) {
        show_direction(trial, period, 1, ring, angle, [](double c) { return 0.5 * (1 + c); });
        add_noise(trial, draws, period, 1, ring, deviation);
      }
      trial.answer(4, match ? 1 : 2);
    };
    return drawn_trials(timing(), n_inputs(), {"match", "angle"}, n, seed, first, write);
  }
};

struct DelayMatchSampleDistractors {
  static constexpr std::string_view name = "delay_match_sample_distractors";
  double dt = 50;                                                 // [ms]
  double fixation = 300, sample = 500, delay = 1000, test = 500;  // [ms]
  double sigma = 1;                                               // [sqrt(ms)]
  int ring = 32;
  int tests = 3;

  int n_inputs() const { return 1 + ring; }
  int n_outputs() const { return 2; }
  Timing timing() const {
    std::vector<TaskPeriod> all{{"fixation", fixation}, {"sample", sample}};
    for (int i = 1; i <= tests; ++i) {
      all.push_back({joined({"delay", i}), delay});
      all.push_back({joined({"test", i}), test});
    }
    return {dt, all};
  }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    if (ring < 2 || tests < 1)
      fail("rate", 133, {"a ring of ", ring, " units and ", tests, " tests: expected at least 2 and 1"});
    double const deviation = sigma / std::sqrt(dt), turn = 2 * std::numbers::pi;
    auto const write = [&](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
      auto const direction = [&](std::uint64_t place) {
        return static_cast<int>(draws.below(static_cast<std::size_t>(ring), first_place_of_task + place));
      };
      int const sampled = direction(0),
                matching = static_cast<int>(draws.below(static_cast<std::size_t>(tests), first_place_of_task + 1));
      values = {static_cast<double>(matching), turn * sampled / ring};
      int const periods = 2 + 2 * tests;
      for (int period = 0; period < periods; ++period) trial.show(period, 0, 1);
      for (int i = -1; i < tests; ++i) {
        // A distractor is any other direction.
        int const other = (sampled + 1 +
                           static_cast<int>(draws.below(static_cast<std::size_t>(ring - 1),
                                                        first_place_of_task + 3 + static_cast<std::uint64_t>(i)))) %
                          ring;
        int const shown = i < 0 || i == matching ? sampled : other, period = i < 0 ? 1 : 3 + 2 * i;
        show_direction(trial, period, 1, ring, turn * shown / ring, [](double c) { return c; });
        add_noise(trial, draws, period, 1, ring, deviation);
      }
      trial.answer(3 + 2 * matching, 1);
    };
    return drawn_trials(timing(), n_inputs(), {"matching_test", "angle"}, n, seed, first, write);
  }
};

}  // namespace dynvision::rate

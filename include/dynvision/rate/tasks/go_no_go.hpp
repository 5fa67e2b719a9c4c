// Go/No-Go: a cue says whether an action is wanted after a delay.
//
//   inputs: fixation, no-go, go; in the decision all are 0        outputs: 0 fixate, 1 go
//
//   GoNoGo const task{.dt = 50};        stimulus 500 ms, delay 500, decision 500
#pragma once
#include <dynvision/rate/tasks/trials.hpp>

namespace dynvision::rate {

struct GoNoGo {
  static constexpr std::string_view name = "go_no_go";
  double dt = 50;                                                        // [ms]
  double stimulus = 500, delay = 500, decision = 500, delay_jitter = 0;  // [ms]

  int n_inputs() const { return 3; }
  int n_outputs() const { return 2; }
  Timing timing() const {
    return {dt, {{"stimulus", stimulus}, {"delay", delay, delay_jitter}, {"decision", decision}}};
  }
  Trials draw(int n, std::uint64_t seed, std::uint64_t first = 0) const {
    return drawn_trials(timing(), n_inputs(), {"go"}, n, seed, first,
                        [](TrialWriter const& trial, analysis::DrawStream const& draws, std::vector<double>& values) {
                          bool const go = draws.uniform(first_place_of_task) < 0.5;
                          values = {go ? 1.0 : 0.0};
                          trial.show(0, 0, 1), trial.show(1, 0, 1), trial.show(0, go ? 2 : 1, 1);
                          if (go) trial.answer(2, 1);
                        });
  }
};

}  // namespace dynvision::rate

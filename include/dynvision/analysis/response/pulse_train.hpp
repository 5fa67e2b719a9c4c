// A train of pulses: how the responses to the same image fall from the first to the last.
//
//   response k = max over the window of pulse k of r, minus r in the step before its onset
//   train_index = last response / first response
//
//   PulseTrain const train{.first = 1, .n_pulses = 6, .period = 7};      // 5 steps of image, 2 blank
//   TrainResponses const responses = pulse_train(trace, train);
//
// The window of a pulse reaches to the onset of the next one. A mean trace goes in: of one image the step before an onset
// is as noisy as the image.
//
// Errors: analysis.108.
#pragma once
#include <dynvision/analysis/response/evoked.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct PulseTrain {
  std::size_t first = 0;  // step of the first onset
  std::size_t n_pulses = 0;
  std::size_t period = 0;  // [steps] from onset to onset
};

struct TrainResponses {
  std::vector<double> responses;  // one for each pulse
  double train_index = not_defined;
};

inline TrainResponses pulse_train(std::span<double const> trace, PulseTrain const& train) {
  if (train.n_pulses == 0 || train.period == 0 || train.first + train.n_pulses * train.period > trace.size()) {
    fail("analysis", 108,
         {train.n_pulses, " pulses every ", train.period, " steps from step ", train.first, " on, in a trace of ",
          trace.size(), " steps: expected some, and windows within the trace"});
  }
  TrainResponses result;
  for (std::size_t k = 0; k < train.n_pulses; ++k) {
    std::size_t const onset = train.first + k * train.period;
    auto const window = trace.subspan(onset, train.period);
    double const before = onset > 0 ? trace[onset - 1] : 0;
    result.responses.push_back(has_nan(window) ? not_defined
                                               : *std::max_element(window.begin(), window.end()) - before);
  }
  result.train_index = ratio(result.responses.back(), result.responses.front());
  return result;
}

}  // namespace dynvision::analysis

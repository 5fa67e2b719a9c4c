// Spontaneous activity: what a network does while nothing is shown, as a cost.
//
//   L = 1/(M n) sum_m sum_t mean_units |a_m(t)|, mean over the batch       M: monitored places, t: the first n recorded steps
//
// For trials that begin with n blank steps; run::Settings::monitor says which activity is meant.
#pragma once
#include <dynvision/losses/activity_loss.hpp>

namespace dynvision {

struct SpontaneousActivity {
  int n_timesteps = 100;  // [steps] at the start of the trial

  Tensor operator()(std::vector<run::Trace> const& traces) const {
    std::vector<run::Trace> blank;
    ActivityLoss activity{.monitors = {}};
    for (run::Trace const& trace : traces) {
      auto const n = static_cast<std::ptrdiff_t>(trace.steps.size());
      if (n_timesteps < 1 || n_timesteps > n) {
        fail("losses", 132, {"n_timesteps = ", n_timesteps, ": expected 1 ... ", n, ", the recorded steps"});
      }
      blank.push_back({trace.layer, trace.operation, {trace.steps.begin(), trace.steps.begin() + n_timesteps}});
      activity.monitors.push_back({trace.layer + "." + trace.operation});
    }
    return activity(blank);
  }
};

}  // namespace dynvision

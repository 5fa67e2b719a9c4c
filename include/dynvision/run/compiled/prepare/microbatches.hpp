// Microbatches: groups of samples, of which one after the other goes through a run of its own; their results are put
// together.
//
// How many run at a time: run/compiled/prepare/checkpointing.hpp.
#pragma once
#include <dynvision/run/activity.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <c10/util/FunctionRef.h>

#include <algorithm>
#include <limits>

namespace dynvision::run {

// The settings of `samples` of a run, from `first` on. What a budget has put into groups is computed again as a whole,
// but for the group that `is_last`: it is reversed first.
[[gnu::cold]] inline Settings settings_of_microbatch(Settings const& all, std::int64_t first, std::int64_t samples,
                                                     bool is_last) {
  Settings settings = all;
  settings.samples_at_once = samples;
  if (all.memory_budget > 0) {
    settings.memory_budget = 0;
    settings.checkpoint_timesteps = is_last ? 0 : std::numeric_limits<int>::max();  // one segment, of whatever length
  }
  for (auto& entry : settings.external) {
    if (entry.second.size(0) > 1) entry.second = entry.second.narrow(0, first, samples);  // else the same for all
  }
  return settings;
}

// What groups of samples gave, as one batch.
[[gnu::cold]] inline std::vector<Trace> joined(std::vector<std::vector<Trace>> const& groups) {
  std::vector<Trace> all = groups[0];
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t t = 0; t < all[i].steps.size(); ++t) {
      std::vector<Tensor> of_groups;
      for (std::vector<Trace> const& group : groups) of_groups.push_back(group[i].steps[t]);
      if (of_groups[0].defined()) all[i].steps[t] = cat(of_groups, 0);
    }
  }
  return all;
}

// run(stimulus, settings) for one group of samples after the other.
[[gnu::cold]] inline Activity in_microbatches(std::int64_t samples, Stimulus const& stimulus, Settings const& settings,
                                              c10::function_ref<Activity(Stimulus const&, Settings const&)> run) {
  std::vector<Tensor> outputs;
  std::vector<std::vector<Trace>> responses, monitored;
  for (std::int64_t first = 0; first < stimulus.frames.size(0); first += samples) {
    std::int64_t const n = std::min(samples, stimulus.frames.size(0) - first);
    Stimulus const shown{stimulus.frames.narrow(0, first, n), stimulus.shown, stimulus.non_input_value};
    bool const is_last = first + n == stimulus.frames.size(0);
    Activity group = run(shown, settings_of_microbatch(settings, first, n, is_last));
    outputs.push_back(std::move(group.outputs));
    responses.push_back(std::move(group.responses)), monitored.push_back(std::move(group.monitored));
  }
  return {outputs[0].defined() ? cat(outputs, 0) : Tensor{}, joined(responses), joined(monitored)};
}

}  // namespace dynvision::run

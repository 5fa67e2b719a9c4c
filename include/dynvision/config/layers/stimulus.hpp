// The pattern of a test's trials, where a loader says how images are shown (experiments/protocol/stimulus_settings.hpp).
//
// Errors: config.155, config.156.
#pragma once
#include <dynvision/config/layers/resolved.hpp>
#include <dynvision/experiments/protocol/loader.hpp>

#include <string>
#include <utility>

namespace dynvision::config {

// "0111000": one character a step; dt in ms.
inline std::string pattern_of(experiments::StimulusSettings const& s, double dt) {
  std::string pattern;
  for (int const label : experiments::schedule_of(s).labels(dt)) pattern += label == experiments::no_label ? '0' : '1';
  return pattern;
}

namespace layers {

// Gives a key a value that follows from others, set where `loader` is.
inline void follow(Resolved& resolved, std::string_view name, Json const& value, Setting const& loader) {
  for (Setting& setting : resolved.settings) {
    if (setting.key->whole_name() != name) continue;
    setting.overrode.insert(setting.overrode.begin(), std::move(setting.origin));
    setting.origin = {loader.origin.layer, loader.origin.mode, loader.origin.place, value};
    setting.value = Value::of(value, loader.origin.place);
    setting.key->set(resolved.study, setting.value);
  }
}

inline void show_as_loader_says(Resolved& resolved) {
  experiments::StimulusSettings const& stimulus = resolved.study.stimulus;
  if (stimulus.data_loader == "StandardDataLoader") return;
  Setting const loader = *resolved.find("data.data_loader");
  if (stimulus.data_loader == "StimulusContrast" || stimulus.data_loader == "StimulusNoise") {
    resolved.problems.report("config", 156, loader.origin.place,
                             {stimulus.data_loader,
                              ": a test shows images as they are: expected StandardDataLoader, StimulusRepetition, "
                              "StimulusDuration or StimulusInterval; contrast and noise are for experiments"});
    return;
  }
  std::string pattern;
  try {
    pattern = pattern_of(stimulus, resolved.study.options.dt.value());
  } catch (Error const& error) {
    resolved.problems.report("config", 155, loader.origin.place, {stimulus.data_loader, ": ", error.what()});
    return;
  }
  follow(resolved, "model.data_presentation_pattern", pattern, loader);
  follow(resolved, "model.n_timesteps", pattern.size(), loader);
}

}  // namespace layers

}  // namespace dynvision::config

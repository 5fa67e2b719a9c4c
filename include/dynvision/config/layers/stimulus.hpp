// The pattern of a test's trials, where a loader says how images are shown (config/stimulus_settings.hpp).
//
// Errors: config.155.
#pragma once
#include <dynvision/config/layers/resolved.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace dynvision::config {

// "0111000": one character a step; empty where its parts are longer than the trial.
inline std::string pattern_of(StimulusSettings const& s) {
  bool const twice = s.data_loader == "StimulusInterval", all = s.data_loader == "StimulusRepetition";
  int const n = s.data_timesteps.value_or(all ? 20 : 30);
  int const shown = all ? n : s.stimulus_duration.value_or(twice ? 2 : 20);
  int const intro = all ? 0 : s.intro_duration.value_or(twice ? 0 : 1);
  int const interval = s.interval_duration.value_or(2);
  if (static_cast<long>(intro) + shown + (twice ? static_cast<long>(interval) + shown : 0) > n) return {};
  auto const part = [](int steps, char what) { return std::string(static_cast<std::size_t>(steps), what); };
  std::string pattern = part(intro, '0') + part(shown, '1');
  if (twice) pattern += part(interval, '0') + part(shown, '1');
  return pattern + part(n - static_cast<int>(pattern.size()), '0');
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
  StimulusSettings const& stimulus = resolved.study.stimulus;
  if (stimulus.data_loader == "StandardDataLoader") return;
  Setting const loader = *resolved.find("data.data_loader");
  std::string const pattern = pattern_of(stimulus);
  if (pattern.empty()) {
    resolved.problems.report("config", 155, loader.origin.place,
                             {stimulus.data_loader,
                              ": expected a trial, data_timesteps, at least as long as its intro, "
                              "stimulus and interval together"});
    return;
  }
  follow(resolved, "model.data_presentation_pattern", pattern, loader);
  follow(resolved, "model.n_timesteps", pattern.size(), loader);
}

}  // namespace layers

}  // namespace dynvision::config

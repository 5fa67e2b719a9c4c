// How a test shows its images: the loaders of the Python toolbox, as patterns of a trial.
//
//   StandardDataLoader   as in training: data_presentation_pattern, n_timesteps
//   StimulusRepetition   shown in all data_timesteps
//   StimulusDuration     intro_duration blank steps, stimulus_duration shown ones, the rest blank
//   StimulusInterval     shown twice, interval_duration blank steps between them
//
// Durations in steps; what is not given is the loader's own. The suffix DataLoader may be left out.
#pragma once
#include <optional>
#include <string>

namespace dynvision::config {

struct StimulusSettings {
  std::string data_loader = "StandardDataLoader";
  std::optional<int> data_timesteps{};     // [steps] of a trial
  std::optional<int> stimulus_duration{};  // [steps]
  std::optional<int> intro_duration{};     // [steps] blank ones before
  std::optional<int> interval_duration{};  // [steps] blank ones between two showings
};

}  // namespace dynvision::config

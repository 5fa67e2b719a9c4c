// Trial: a batch as it is presented and scored.
//
//   images (B,C,H,W) or (B,T,C,H,W), labels (B) or (B,T)  ->  stimulus of T + R steps, labels (B, T + R)
//
// T: n_timesteps; R: residual steps, which the signal takes from the image to the head. The stimulus gets R blank steps
// at the end, the labels are shifted by R, so that an input is scored with the output it causes. Where the pattern is 0
// a blank is shown and the label does not count; nor does it during the reaction time after each onset. A single step is
// always shown and counts.
#pragma once
#include <dynvision/run/presentation.hpp>
#include <dynvision/run/stimulus.hpp>

namespace dynvision::run {

struct Trial {
  Stimulus stimulus;
  Tensor labels;  // (B, T + R) int64
};

struct TrialSettings {
  int n_timesteps = 1;  // [steps]
  Presentation presentation{};
  double non_input_value = 0;
  double dt = 2;                 // [ms]
  int n_residual_timesteps = 0;  // [steps]
};

// `generator` shuffles the pattern if the presentation asks for it: a new order for every trial, the same for all
// samples.
inline Trial make_trial(Tensor const& images, Tensor const& labels, TrialSettings const& settings,
                        std::mt19937_64* generator = nullptr) {
  Presentation const& presentation = settings.presentation;
  if (presentation.shuffle && generator == nullptr) {
    fail("run", 131, "presentation with shuffle: expected a generator as the last argument of make_trial");
  }
  Trial trial{present(images, settings.n_timesteps, settings.non_input_value), {}};
  std::string const pattern =
      presentation.shuffle ? shuffle_pattern(presentation.pattern, *generator) : presentation.pattern;
  int const n = trial.stimulus.n_timesteps();
  std::vector<bool> const shown = stretch_pattern(n > 1 ? pattern : "1", n);  // a single step is always shown
  if (labels.defined() && labels.dim() > 0 && labels.size(0) != trial.stimulus.frames.size(0)) {
    fail("run", 132,
         {"labels of shape ", shape_text(labels.sizes()), " for ", trial.stimulus.frames.size(0),
          " samples: expected one of each"});
  }
  trial.labels = step_labels(labels, shown, reaction_steps(presentation.loss_reaction_time, settings.dt),
                             settings.n_residual_timesteps, presentation.non_label_index);
  trial.stimulus.masked(shown).then_blank(settings.n_residual_timesteps);
  return trial;
}

}  // namespace dynvision::run

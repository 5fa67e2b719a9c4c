// Trial: a batch as it is presented and scored.
//
//   images (B,C,H,W) or (B,T,C,H,W), features (B,N) or (B,T,N), labels (B) or (B,T)  ->  stimulus of T + R steps, labels (B, T + R)
//
// T: n_timesteps; R: residual steps, which the signal takes from the image to the head. The stimulus gets R blank steps
// at the end, the labels are shifted by R, so that an input is scored with the output it causes. Where the pattern is 0
// a blank is shown and the label does not count; nor does it during the reaction time after each onset. A single step is
// always shown and counts.
//
//   run::Trial const trial = run::make_trial(model, images, labels, {.n_timesteps = 20, .presentation = {.pattern = "011"}});
#pragma once
#include <dynvision/run/features.hpp>
#include <dynvision/run/presentation.hpp>
#include <dynvision/run/stimulus.hpp>

#include <optional>

namespace dynvision::run {

struct Trial {
  Stimulus stimulus;
  Tensor labels;  // (B, T + R) int64
};

struct TrialSettings {
  int n_timesteps = 1;  // [steps]
  Presentation presentation{};
  double non_input_value = 0;
  std::optional<double> dt{};                 // [ms], for a reaction time; the model's
  std::optional<int> n_residual_timesteps{};  // [steps]; the model's, 0 without one
};

// `generator` shuffles the pattern if the presentation asks for it: a new order for every trial, the same for all
// samples.
inline Trial make_trial(Stimulus stimulus, Tensor const& labels, TrialSettings const& settings,
                        std::mt19937_64* generator) {
  Presentation const& presentation = settings.presentation;
  if (presentation.shuffle && generator == nullptr) {
    fail("run", 131, "presentation with shuffle: expected a generator as the last argument of make_trial");
  }
  if (presentation.loss_reaction_time != 0 && !settings.dt) {
    fail("run", 133,
         {"loss_reaction_time = ", presentation.loss_reaction_time,
          " ms without dt: expected a model as the first argument of make_trial, or TrialSettings::dt"});
  }
  Trial trial{std::move(stimulus), {}};
  std::string const pattern =
      presentation.shuffle ? shuffle_pattern(presentation.pattern, *generator) : presentation.pattern;
  int const n = trial.stimulus.n_timesteps(), n_residual = settings.n_residual_timesteps.value_or(0);
  std::vector<bool> const shown = stretch_pattern(n > 1 ? pattern : "1", n);  // a single step is always shown
  if (labels.defined() && labels.dim() > 0 && labels.size(0) != trial.stimulus.frames.size(0)) {
    fail("run", 132,
         {"labels of shape ", shape_text(labels.sizes()), " for ", trial.stimulus.frames.size(0),
          " samples: expected one of each"});
  }
  std::int64_t const n_reaction =
      presentation.loss_reaction_time == 0 ? 0 : reaction_steps(presentation.loss_reaction_time, *settings.dt);
  trial.labels = step_labels(labels, shown, n_reaction, n_residual, presentation.non_label_index);
  trial.stimulus.masked(shown).then_blank(n_residual);
  return trial;
}

inline Trial make_trial(Tensor const& images, Tensor const& labels, TrialSettings const& settings,
                        std::mt19937_64* generator = nullptr) {
  return make_trial(present(images, settings.n_timesteps, settings.non_input_value), labels, settings, generator);
}

// For this model, from images or features: dt and the residual steps are its own.
template <class Model>
requires requires(Model const& model) { model.options.dt, model.n_residual_timesteps(); }
Trial make_trial(Model const& model, Tensor const& images, Tensor const& labels, TrialSettings settings,
                 std::mt19937_64* generator = nullptr) {
  double const dt = model.options.dt;
  int const n_residual = model.n_residual_timesteps();
  if (settings.dt.value_or(dt) != dt || settings.n_residual_timesteps.value_or(n_residual) != n_residual) {
    fail("run", 134,
         {"dt = ", settings.dt.value_or(dt), " ms and ", settings.n_residual_timesteps.value_or(n_residual),
          " residual steps in a trial of a model with ", dt, " ms and ", n_residual, ": leave them out, or the model"});
  }
  settings.dt = dt;
  settings.n_residual_timesteps = n_residual;
  return make_trial(present_to(model.options, images, settings.n_timesteps, settings.non_input_value), labels, settings,
                    generator);
}

}  // namespace dynvision::run

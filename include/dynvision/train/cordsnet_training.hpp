// The published training of CordsNet, as a preset.
//
//   trial: 100 blank steps, then the image for 100 steps
//   L = sum_k w_k CE(z(T - 30 + k)) + 1e-3 spontaneous activity,  w = logspace(-3, 0, 30)
//   AdamW, learning rate 1e-5, gradient clipped to a norm of 1e-4
//
// No gradient passes from the image to the blank steps; those are scored by their own activity, the mean |r| of layers
// 1 to 8. Source: Soo et al. 2024 (see cordsnet.hpp); that the penalty is a mean of absolute responses, and that the
// weighted losses are summed and not divided by the sum of their weights, is this library's reading.
//
//   CordsNetTraining const training;
//   Optimizer optimizer(model.parameters(), training.optimizer);
//   run::Trial const trial = training.trial(images, labels);
//   auto const activity = run::unroll(model, trial.stimulus, training.settings());
//   training.objective()(activity, trial.labels).total.backward();
//   optimizer.step(training.gradient_clip_val);
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/losses/spontaneous_activity.hpp>
#include <dynvision/losses/weighted_steps.hpp>
#include <dynvision/losses/weighted_sum.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/optimizer.hpp>

namespace dynvision {

struct CordsNetTraining {
  int n_blank = 100;      // [steps] before the image
  int n_timesteps = 100;  // [steps] of the image
  std::vector<double> step_weights = logspace(-3, 0, 30);
  double spontaneous_activity_weight = 1e-3;
  double gradient_clip_val = 1e-4;
  OptimizerSettings optimizer{.optimizer = "AdamW",
                              .learning_rate = 1e-5,
                              .optimizer_kwargs = {{"weight_decay", 0.01}},
                              .lr_parameter_groups = {}};

  // images (B,C,H,W), labels (B)
  run::Trial trial(Tensor const& images, Tensor const& labels) const {
    run::Trial made = run::make_trial(images, labels, {.n_timesteps = n_timesteps});
    if (n_blank < 1) fail("train", 141, {"n_blank = ", n_blank, ": expected at least 1 blank step"});
    std::vector<int>& shown = made.stimulus.shown;
    shown.insert(shown.begin(), static_cast<std::size_t>(n_blank), run::blank);
    Tensor const none = full({labels.size(0), n_blank}, -1, made.labels.options());
    made.labels = cat({none, made.labels}, 1);
    return made;
  }

  run::Settings settings() const {
    run::Settings s;
    s.truncated_bptt_timesteps = n_blank;
    if (n_timesteps > n_blank) {
      fail("train", 142,
           {"n_timesteps = ", n_timesteps, ": expected at most n_blank = ", n_blank,
            ", or the states would be detached within the image"});
    }
    for (int l = 1; l <= 8; ++l) s.monitor.push_back("layer" + number_text(l) + ".record");
    return s;
  }

  WeightedSum objective() const {
    WeightedSum sum;
    WeightedSteps const scored{step_weights};
    SpontaneousActivity const quiet{n_blank};
    sum.add("CrossEntropyLoss", 1,
            [scored](run::Activity const& a, Tensor const& labels) { return scored(a.outputs, labels); });
    sum.add("SpontaneousActivity", spontaneous_activity_weight,
            [quiet](run::Activity const& a, Tensor const&) { return quiet(a.monitored); });
    return sum;
  }
};

}  // namespace dynvision

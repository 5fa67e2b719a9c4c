// The validation of a training, after an epoch and before the first.
#pragma once
#include <dynvision/train/training.hpp>

#include <algorithm>
#include <string>

namespace dynvision::fitting {

inline bool validation_is_due(Training const& now, Images const& validation) {
  FitSettings const& settings = now.settings;
  bool const last = now.state.epoch + 1 == settings.epochs;
  bool const due = (now.state.epoch + 1) % settings.check_val_every_n_epoch == 0 || last;
  return due && validation.size() > 0 && settings.limit_val_batches > 0;
}

// False where it was stopped.
inline bool run_validation(Training& now, Images const& validation, std::string progress, MetricsRow& row) {
  FitSettings const& settings = now.settings;
  call(settings.callbacks.on_validation_start, now);
  Evaluation const result = evaluate(now.run, now.objective, validation,
                                     {.batch_size = settings.val_batch_size,
                                      .limit_batches = settings.limit_val_batches,
                                      .progress = std::move(progress),
                                      .stop_requested = settings.stop_requested});
  now.state.validation_seconds += result.seconds;
  if (!result.complete) return false;
  row["val_loss"] = result.loss;
  row["val_accuracy"] = result.accuracy;
  row["val_guess_confidence"] = result.guess_confidence;
  row["val_first_label_confidence"] = result.first_label_confidence;
  now.row = &row;
  now.validation = &result;
  call(settings.callbacks.on_validation_end, now);
  now.validation = nullptr;
  now.row = nullptr;
  return true;
}

// That the first batches of the validation can be run is known before the training, not an epoch later.
inline void sanity_check(Training const& now, Images const& validation) {
  FitSettings const& settings = now.settings;
  if (settings.num_sanity_val_steps == 0 || validation.size() == 0 || now.state.images > 0) return;
  Images const few =
      subset(validation, std::min(settings.num_sanity_val_steps * settings.val_batch_size, validation.size()));
  evaluate(now.run, now.objective, few,
           {.batch_size = settings.val_batch_size, .progress = settings.progress ? "sanity check" : ""});
}

}  // namespace dynvision::fitting

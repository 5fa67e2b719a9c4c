// Training: epochs over batches, with everything that a long job needs.
//
//   for every batch:   L = objective(run(batch)) / accumulate;  gradient += dL/dw
//   every accumulate batches:   clip;  one step of the optimiser
//   after every epoch:   validation, a row of metrics, a checkpoint
//
// settings.callbacks are called at every event (train/callbacks.hpp).
//
// It stops at the border of an update: when asked to (stop_requested), or when its time is over. What was
// learned until then is in the parameters and in the checkpoint, and fit() goes on from it with the same numbers, bit for
// bit, as if it had not been stopped. A loss or a gradient that is not finite ends the training with an error; the
// parameters are those before it. So does a training that learns nothing: a loss that depends on no parameter, or gradients
// that have all been 0 since the start, at the end of the first epoch or after 10 updates.
//
// Errors: train.131, train.134, train.135, and those of the parts.
#pragma once
#include <dynvision/train/loop/training_loop.hpp>
#include <dynvision/train/resume.hpp>

#include <utility>

namespace dynvision {

// `validation` may be empty (Images{}). `state`: where to go on, see resume().
inline Fit fit(Optimizer& optimizer, WeightedSum const& objective, RunBatch const& run, Images const& train,
               Images const& validation, FitSettings const& settings, TrainingState start = {}) {
  check_settings(settings);
  return fitting::TrainingLoop(optimizer, objective, run, train, validation, settings, std::move(start)).run();
}

}  // namespace dynvision

// How far a training is: everything that going on needs beside weights and optimiser.
//
// Columns of the metrics and what they are:
//   epoch, step, images, seconds    epochs [1, fractions while one is under way], updates, images shown, training time [s]
//   learning_rate                   of the group "regular", at the last update
//   train_loss, train_accuracy      mean since the row before, over the labels that count
//   gradient_norm                   mean since the row before, before clipping
//   train_loss_epoch, ..._accuracy_epoch   of the whole epoch, at its end; nan elsewhere
//   val_*                           at the end of an epoch; nan elsewhere
//   loss/<name>                     of every term of the objective, before weighting, like train_loss
// and whatever callbacks add. Names as in the Python toolbox.
#pragma once
#include <dynvision/losses/loss_average.hpp>
#include <dynvision/records/metrics_table.hpp>
#include <dynvision/train/random_state.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace dynvision {

struct TrainingSums {
  LossAverage losses;
  double gradient_norm = 0;
  std::int64_t n_steps = 0, n_right = 0, n_labels = 0;

  double accuracy() const {
    return n_labels > 0 ? static_cast<double>(n_right) / static_cast<double>(n_labels) : MetricsRow::none;
  }
};

struct TrainingState {
  std::int64_t epoch = 0;         // that is under way, from 0
  std::int64_t batch = 0;         // batches of it that are done
  std::int64_t step = 0;          // updates of the parameters
  std::int64_t images = 0;        // shown
  double seconds = 0;             // [s] of training, validation included
  double validation_seconds = 0;  // [s]
  TrainingSums sums;              // since the last row of the metrics
  TrainingSums of_epoch;          // since the epoch began

  MetricsTable metrics;
  // What else must be known to go on, by name: of early stopping, of loss scaling, and of callbacks that keep something
  // ("my_average.n"). Any number, not finite ones too.
  std::map<std::string, double> numbers;
  RandomState random;  // where the generators go on; empty: where they are
  // What must be the same to go on ("seed" -> "1"); compared when a checkpoint is loaded.
  std::map<std::string, std::string> identity;
};

}  // namespace dynvision

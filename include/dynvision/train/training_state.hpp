// How far a training is: everything that going on needs beside weights and optimiser.
//
// Columns of the metrics and what they are:
//   epoch, step, images, seconds    epochs [1, fractions while one is under way], updates, images shown, training time [s]
//   train_loss, train_accuracy      mean since the row before, over the labels that count
//   gradient_norm                   mean since the row before, before clipping
//   val_*                           at the end of an epoch; nan elsewhere
// Names as in the Python toolbox.
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace dynvision {

struct MetricsRow {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  double epoch = 0, step = 0, images = 0, seconds = 0, learning_rate = 0;
  double train_loss = none, train_accuracy = none, gradient_norm = none;
  double val_loss = none, val_accuracy = none, val_guess_confidence = none, val_first_label_confidence = none;

  static constexpr std::size_t n_columns = 12;
  static std::vector<std::string> names() {
    return {"epoch",
            "step",
            "images",
            "seconds",
            "learning_rate",
            "train_loss",
            "train_accuracy",
            "gradient_norm",
            "val_loss",
            "val_accuracy",
            "val_guess_confidence",
            "val_first_label_confidence"};
  }
  std::vector<double> numbers() const {
    return {epoch,          step,          images,   seconds,      learning_rate,        train_loss,
            train_accuracy, gradient_norm, val_loss, val_accuracy, val_guess_confidence, val_first_label_confidence};
  }
  static MetricsRow from(double const* n) {
    return {n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], n[9], n[10], n[11]};
  }
};

struct TrainingSums {
  double loss = 0, gradient_norm = 0;
  std::int64_t n_batches = 0, n_steps = 0, n_right = 0, n_labels = 0;
};

struct TrainingState {
  std::int64_t epoch = 0;         // that is under way, from 0
  std::int64_t batch = 0;         // batches of it that are done
  std::int64_t step = 0;          // updates of the parameters
  std::int64_t images = 0;        // shown
  double seconds = 0;             // [s] of training, validation included
  double validation_seconds = 0;  // [s]
  TrainingSums sums;              // since the last row of the metrics

  std::vector<MetricsRow> metrics;
  // What must be the same to go on ("seed" -> "1"); compared when a checkpoint is loaded.
  std::map<std::string, std::string> identity;
};

}  // namespace dynvision

// What a training has done so far: its state, the rows of its metrics, the file of them and the checkpoint, kept together.
#pragma once
#include <dynvision/io/csv.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/train/checkpoint.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/optimizer.hpp>
#include <dynvision/train/training_state.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

inline double ratio_or_none(double sum, std::int64_t n) {
  return n > 0 ? sum / static_cast<double>(n) : MetricsRow::none;
}

class TrainingLog {
 public:
  TrainingLog(Optimizer const& optimizer, FitSettings const& settings, TrainingState start)
      : state(std::move(start)), optimizer_(optimizer), settings_(settings), started_(now()), saved_(started_) {
    before_ = state.seconds;
    state.identity = settings.identity;
    if (settings.metrics.empty()) return;
    csv_.emplace(settings.metrics, MetricsRow::names(), 0);
    for (MetricsRow const& row : state.metrics) write(row);
  }

  TrainingState state;

  static double now() { return ProgressView{}.seconds(); }
  double session_seconds() const { return now() - started_; }

  void row(double epoch, MetricsRow row) {
    TrainingSums const& sums = state.sums;
    row.epoch = epoch;
    row.step = static_cast<double>(state.step);
    row.images = static_cast<double>(state.images);
    row.seconds = before_ + session_seconds();
    row.learning_rate = optimizer_.learning_rate();
    row.train_loss = ratio_or_none(sums.loss, sums.n_batches);
    row.train_accuracy = ratio_or_none(static_cast<double>(sums.n_right), sums.n_labels);
    row.gradient_norm = ratio_or_none(sums.gradient_norm, sums.n_steps);
    state.sums = {};
    state.metrics.push_back(row);
    write(row);
  }

  void save() {
    state.seconds = before_ + session_seconds();
    if (!settings_.checkpoint.empty()) {
      save_checkpoint(settings_.checkpoint, optimizer_.parameters(), optimizer_.state(), state);
    }
    saved_ = now();
  }
  void save_if_due() {
    if (now() - saved_ >= settings_.checkpoint_seconds) save();
  }

 private:
  void write(MetricsRow const& row) {
    if (!csv_) return;
    std::vector<std::string> cells;
    for (double const number : row.numbers()) cells.push_back(CsvWriter::text(number));
    csv_->row(cells);
  }

  Optimizer const& optimizer_;
  FitSettings const& settings_;
  double started_, saved_, before_ = 0;  // [s]
  std::optional<CsvWriter> csv_;
};

}  // namespace dynvision

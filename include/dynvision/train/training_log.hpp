// What a training has done so far: its state, the rows of its metrics, the file of them and the checkpoint, kept together.
#pragma once
#include <dynvision/io/csv.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/train/checkpoint.hpp>
#include <dynvision/train/training.hpp>

#include <cstdint>
#include <filesystem>
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
    if (!settings.metrics.empty() && !state.metrics.empty()) write_all();
  }

  TrainingState state;

  static double now() { return ProgressView{}.seconds(); }
  double session_seconds() const { return now() - started_; }

  // Completes `row`, whose columns come behind those of every row, and records it.
  void row(double epoch, MetricsRow& row, Training& training) {
    TrainingSums const& sums = state.sums;
    MetricsRow whole;
    whole["epoch"] = epoch;
    whole["step"] = static_cast<double>(state.step);
    whole["images"] = static_cast<double>(state.images);
    whole["seconds"] = before_ + session_seconds();
    whole["learning_rate"] = optimizer_.learning_rate();
    whole["train_loss"] = sums.losses.total();
    whole["train_accuracy"] = ratio_or_none(static_cast<double>(sums.n_right), sums.n_labels);
    whole["gradient_norm"] = ratio_or_none(sums.gradient_norm, sums.n_steps);
    for (char const* name : {"val_loss", "val_accuracy", "val_guess_confidence", "val_first_label_confidence"}) {
      whole[name] = MetricsRow::none;
    }
    for (LossAverage::Term const& term : sums.losses.terms) whole["loss/" + term.name] = term.mean();
    for (auto const& [name, value] : row.values) whole[name] = value;
    row = std::move(whole);
    training.row = &row;
    call(settings_.callbacks.on_metrics, training);
    training.row = nullptr;
    state.sums = {};
    std::size_t const n_columns = state.metrics.columns().size();
    state.metrics.add(row);
    if (settings_.metrics.empty()) return;
    if (csv_ && n_columns == state.metrics.columns().size()) {
      write(state.metrics.size() - 1);
    } else {
      write_all();
    }
  }

  void save(Training& training) {
    state.seconds = before_ + session_seconds();
    if (!settings_.checkpoint.empty()) {
      call(settings_.callbacks.on_save_checkpoint, training);
      save_checkpoint(settings_.checkpoint, optimizer_.parameters(), optimizer_.state(), state);
    }
    saved_ = now();
  }
  void save_if_due(Training& training) {
    if (now() - saved_ >= settings_.checkpoint_seconds) save(training);
  }

 private:
  void write(std::size_t row) {
    std::vector<std::string> cells;
    for (double const number : state.metrics.numbers(row)) cells.push_back(CsvWriter::text(number));
    csv_->row(cells);
  }
  // Anew, where there is a column that the file has not: its head line has the names of all.
  void write_all() {
    csv_.reset();
    std::error_code ignored;
    if (std::filesystem::is_regular_file(settings_.metrics, ignored)) {
      auto const there = read_csv(settings_.metrics, LastLine::dropped).columns;
      if (there.size() > 1 && there[0] == "epoch" && there[1] == "step")
        std::filesystem::remove(settings_.metrics, ignored);
    }
    csv_.emplace(settings_.metrics, state.metrics.columns(), 0);
    for (std::size_t row = 0; row < state.metrics.size(); ++row) write(row);
  }

  Optimizer const& optimizer_;
  FitSettings const& settings_;
  double started_, saved_, before_ = 0;  // [s]
  std::optional<CsvWriter> csv_;
};

}  // namespace dynvision

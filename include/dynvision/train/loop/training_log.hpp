// What a training has done so far: its state, the rows of its metrics, the file of them and the checkpoint, kept together.
#pragma once
#include <dynvision/io/csv.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/records/run_lock.hpp>
#include <dynvision/train/checkpoints/plan.hpp>
#include <dynvision/train/checkpoints/writer.hpp>
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
    set_random_state(std::exchange(state.random, {}));
    if (!settings.checkpoint.empty()) {
      auto const folder = settings.checkpoint.has_parent_path() ? settings.checkpoint.parent_path() : ".";
      lock_.emplace(folder);
      AtomicFile::remove_left_behind(folder);
      writer_.reserve(optimizer.parameters(), optimizer.state());
    }
    if (settings.metrics.empty()) return;
    if (!is_own(settings.metrics)) CsvWriter(settings.metrics, {"epoch", "step"});  // says what is wrong
    AppendFile(settings.metrics);                                                   // now, not after an hour
    if (!state.metrics.empty()) write_all();
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
    whole["train_accuracy"] = sums.accuracy();
    whole["gradient_norm"] = ratio_or_none(sums.gradient_norm, sums.n_steps);
    for (char const* name : {"val_loss", "val_accuracy", "val_guess_confidence", "val_first_label_confidence",
                             "train_loss_epoch", "train_accuracy_epoch"}) {
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
    if (state.metrics.size() == 1) checkpoints::check_monitored(settings_, state.metrics.columns());
    if (settings_.metrics.empty()) return;
    try {
      if (csv_ && n_columns == state.metrics.columns().size()) {
        csv_->row(cells(state.metrics.size() - 1));
      } else {
        write_all();
      }
      csv_fails_ = false;
    } catch (Error const& error) {  // the rows are in the state: with the next one all are written
      csv_.reset();
      if (!csv_fails_)
        warn(training, "train", 246, {"rows of the metrics are not on disk, the training goes on: ", error.what()});
      csv_fails_ = true;
    }
  }

  // After an epoch `row` has its numbers. `random`: where the generators go on; null: where they are.
  void save(Training& training, MetricsRow const* row = nullptr, RandomState const* random = nullptr) {
    state.seconds = before_ + session_seconds();
    state.random = random != nullptr ? *random : random_state();
    if (settings_.checkpoint.empty()) return;
    if (auto const outcome = writer_.wait()) report(training, *outcome);
    if (row != nullptr) {
      best_before_ = checkpoints::candidates(state, checkpoints::best);
      checkpoints::consider(state, settings_, *row);
    }
    call(settings_.callbacks.on_save_checkpoint, training);
    writer_.save(optimizer_.parameters(), optimizer_.state(), state,
                 checkpoints::job_of(state, settings_, row != nullptr));
    saved_ = now();
  }
  void save_if_due(Training& training) {
    if (auto const outcome = writer_.finished()) report(training, *outcome);
    if (lock_) lock_->beat();
    if (now() - saved_ >= settings_.checkpoint_seconds && !writer_.is_busy()) save(training);
  }
  // The last checkpoint stands, or its error is one of the training.
  void finish(Training& training) {
    auto const outcome = writer_.wait();
    if (!outcome) return;
    report(training, *outcome);
    if (!outcome->error.empty()) {
      fail("train", 244,
           {"the last checkpoint was not written, what was learned since the one before is in memory alone: ",
            outcome->error});
    }
  }

 private:
  void report(Training& training, CheckpointOutcome const& outcome) {
    training.checkpoint = &outcome;
    call(settings_.callbacks.on_checkpoint, training);
    training.checkpoint = nullptr;
    if (outcome.error.empty()) return;
    if (outcome.files.size() > 1) {  // the epoch is none of the best, and replaces none
      checkpoints::set_candidates(state, checkpoints::best, best_before_);
      checkpoints::set_candidates(state, checkpoints::replaced, {});
    }
    warn(training, "train", 242, {"a checkpoint was not written, the training goes on: ", outcome.error});
  }
  // Anew, where there is a column that the file has not: its head line has the names of all.
  void write_all() {
    csv_.reset();
    std::vector<std::string> const& columns = state.metrics.columns();
    if (is_own(settings_.metrics)) {
      AtomicFile file(settings_.metrics);
      file.write(CsvWriter::line(columns) + "\n");
      for (std::size_t row = 0; row < state.metrics.size(); ++row) file.write(CsvWriter::line(cells(row)) + "\n");
      file.commit();
    }
    csv_.emplace(settings_.metrics, columns);
  }
  std::vector<std::string> cells(std::size_t row) const {
    std::vector<std::string> all;
    for (double const number : state.metrics.numbers(row)) all.push_back(CsvWriter::text(number));
    return all;
  }
  // A table of another kind is not replaced.
  static bool is_own(std::filesystem::path const& file) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(file, ignored)) return !std::filesystem::exists(file, ignored);
    auto const there = read_csv(file, LastLine::dropped).columns;
    return there.empty() || (there.size() > 1 && there[0] == "epoch" && there[1] == "step");
  }

  Optimizer const& optimizer_;
  FitSettings const& settings_;
  double started_, saved_, before_ = 0;  // [s]
  std::optional<CsvWriter> csv_;
  bool csv_fails_ = false;
  std::optional<RunLock> lock_;
  std::vector<checkpoints::Candidate> best_before_;  // the last epoch
  checkpoints::Writer writer_;
};

}  // namespace dynvision

// Training: epochs over batches, with everything that a long job needs.
//
//   for every batch:   L = objective(run(batch)) / accumulate;  gradient += dL/dw
//   every accumulate batches:   clip;  one step of the optimiser
//   after every epoch:   validation, a row of metrics, a checkpoint
//
// It stops at the border of an update: when asked to (stop_requested), or when its time is over. What was
// learned until then is in the parameters and in the checkpoint, and fit() goes on from it with the same numbers, bit for
// bit, as if it had not been stopped. A loss or a gradient that is not finite ends the training with an error; the
// parameters are those before it.
//
// Errors: train.131 … train.135, and those of the parts.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/csv.hpp>
#include <dynvision/train/checkpoint.hpp>
#include <dynvision/train/evaluate.hpp>
#include <dynvision/train/optimizer.hpp>
#include <dynvision/train/schedule.hpp>

#include <cmath>
#include <optional>

namespace dynvision {

struct FitSettings {
  std::int64_t epochs = 1;
  BatchOptions batches{};                    // batch_size, seed, ...
  std::int64_t limit_train_batches = 0;      // of every epoch, drawn anew in each; 0: all
  std::int64_t accumulate_grad_batches = 1;  // batches for one update
  double gradient_clip_val = 1;              // largest norm of the gradient; 0: any
  CosineAnnealing scheduler{};
  std::int64_t check_val_every_n_epoch = 1;
  std::int64_t val_batch_size = 128;
  std::int64_t log_every_n_steps = 20;            // rows of metrics between validations
  double max_seconds = 0;                         // [s] of this call; 0: any
  std::filesystem::path checkpoint{};             // file; none if empty
  double checkpoint_seconds = 30;                 // [s] between checkpoints, at most
  std::filesystem::path metrics{};                // CSV file; none if empty
  std::map<std::string, std::string> identity{};  // goes into the checkpoint; must be the same to go on
  bool progress = true;
  std::function<bool()> stop_requested{};
};

struct Fit {
  enum class Stop { finished, requested, out_of_time };
  Stop stop = Stop::finished;
  TrainingState state;
};

// Puts a checkpoint's weights and optimiser state in place, all or nothing, and returns where to go on.
inline TrainingState resume(std::filesystem::path const& path, Optimizer& optimizer,
                            std::map<std::string, std::string> const& identity) {
  Checkpoint checkpoint = read_checkpoint(path);
  check_identity(checkpoint, identity);
  WeightsReport const report = compare_weights(checkpoint.weights, optimizer.parameters(), checkpoint.file);
  if (report.fits()) optimizer.load(checkpoint.optimizer);
  put_weights(checkpoint.weights, optimizer.parameters(), checkpoint.file);
  return std::move(checkpoint.state);
}

namespace fitting {

inline void check(FitSettings const& settings) {
  auto const expect = [](char const* name, double value, bool good, char const* what) {
    if (!good) fail("train", 133, {name, " = ", value, ": expected ", what});
  };
  auto const at_least = [&](char const* name, std::int64_t value, std::int64_t least) {
    expect(name, static_cast<double>(value), value >= least, least == 0 ? "a number >= 0" : "a number >= 1");
  };
  auto const not_negative = [&](char const* name, double value) {
    expect(name, value, value >= 0 && std::isfinite(value), "a finite number >= 0");
  };
  at_least("epochs", settings.epochs, 0);
  at_least("limit_train_batches", settings.limit_train_batches, 0);
  at_least("accumulate_grad_batches", settings.accumulate_grad_batches, 1);
  at_least("check_val_every_n_epoch", settings.check_val_every_n_epoch, 1);
  at_least("val_batch_size", settings.val_batch_size, 1);
  at_least("log_every_n_steps", settings.log_every_n_steps, 1);
  not_negative("gradient_clip_val", settings.gradient_clip_val);
  not_negative("max_seconds", settings.max_seconds);
  not_negative("checkpoint_seconds", settings.checkpoint_seconds);
}

inline void count(TrainingSums& sums, Presented const& shown, double loss) {
  LabelledLogits const data(shown.activity.outputs, shown.labels);
  for (std::int64_t i = 0; i < data.n; ++i) {
    if (data.label(i) < 0) continue;
    ++sums.n_labels;
    sums.n_right += data.guess(i) == data.label(i);
  }
  sums.loss += loss;
  ++sums.n_batches;
}

inline double ratio(double sum, std::int64_t n) { return n > 0 ? sum / static_cast<double>(n) : MetricsRow::none; }

inline std::string note(TrainingSums const& sums) {
  double const accuracy = ratio(static_cast<double>(sums.n_right), sums.n_labels);
  return joined({"loss ", number_text(ratio(sums.loss, sums.n_batches), decimals(3)), "  accuracy ",
                 number_text(100 * accuracy, decimals(1)), " %"});
}

// Keeps the state, the file of metrics and the checkpoint together.
class Ledger {
 public:
  Ledger(Optimizer const& optimizer, FitSettings const& settings, TrainingState start)
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
    row.train_loss = ratio(sums.loss, sums.n_batches);
    row.train_accuracy = ratio(static_cast<double>(sums.n_right), sums.n_labels);
    row.gradient_norm = ratio(sums.gradient_norm, sums.n_steps);
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

}  // namespace fitting

// `validation` may be empty (Images{}). `state`: where to go on, see resume().
inline Fit fit(Optimizer& optimizer, WeightedSum const& objective, RunBatch const& run, Images const& train,
               Images const& validation, FitSettings const& settings, TrainingState start = {}) {
  fitting::check(settings);
  fitting::Ledger ledger(optimizer, settings, std::move(start));
  TrainingState& state = ledger.state;
  auto const stopped = [&]() -> std::optional<Fit::Stop> {
    if (settings.stop_requested && settings.stop_requested()) return Fit::Stop::requested;
    if (settings.max_seconds > 0 && ledger.session_seconds() >= settings.max_seconds) return Fit::Stop::out_of_time;
    return std::nullopt;
  };
  auto const end = [&](Fit::Stop stop) {
    optimizer.zero_grad();
    ledger.save();
    return Fit{stop, std::move(state)};
  };

  while (state.epoch < settings.epochs) {
    Batches const batches(train, settings.batches, state.epoch);
    std::int64_t const n_batches =
        settings.limit_train_batches > 0 ? std::min(settings.limit_train_batches, batches.size()) : batches.size();
    if (state.batch > n_batches) {
      fail("train", 134,
           {"going on at batch ", state.batch, " of an epoch: expected at most ", n_batches,
            " (was the training set larger?)"});
    }
    optimizer.scale_learning_rate(settings.scheduler.factor(state.epoch));
    optimizer.zero_grad();
    TrainingSums sums = state.sums;  // of the batches since the last update too
    std::int64_t images = state.images;
    std::string const name = "epoch " + number_text(state.epoch + 1) + "/" + number_text(settings.epochs);
    {
      std::int64_t const total = std::min(n_batches * settings.batches.batch_size, train.size());
      std::optional<Progress> progress;
      if (settings.progress) {
        progress.emplace(name, total, std::min(state.batch * settings.batches.batch_size, total));
      }
      for (std::int64_t i = state.batch; i < n_batches; ++i) {
        if (i == state.batch) {
          if (auto const stop = stopped()) return end(*stop);
        }
        Batch const batch = batches[i];
        Presented const shown = run(batch, {.epoch = state.epoch, .batch = i});
        LossValue const loss = objective(shown.activity, shown.labels);
        double const value = loss.total.item<double>();
        std::string const place = name + ", batch " + number_text(i + 1) + "/" + number_text(n_batches);
        if (!std::isfinite(value)) {
          end(Fit::Stop::requested);
          fail("train", 131,
               {place, ": the loss is ", value,
                ": expected a finite number (a smaller learning_rate may help); the parameters of before are kept"});
        }
        if (!loss.total.requires_grad()) {
          fail("train", 135, {place, ": the loss does not depend on any parameter: expected a run with gradient"});
        }
        loss.total.div(static_cast<double>(settings.accumulate_grad_batches)).backward();
        fitting::count(sums, shown, value);
        images += batch.images.size(0);
        if (progress) {
          progress->note(fitting::note(sums));
          progress->step(batch.images.size(0));
        }
        if ((i + 1) % settings.accumulate_grad_batches != 0 && i + 1 < n_batches) continue;

        try {
          sums.gradient_norm += optimizer.step(settings.gradient_clip_val);
        } catch (Error const& error) {
          end(Fit::Stop::requested);
          throw;
        }
        optimizer.zero_grad();
        ++sums.n_steps;
        ++state.step;
        state.batch = i + 1;
        state.images = images;
        state.sums = sums;
        if (state.step % settings.log_every_n_steps == 0 && i + 1 < n_batches) {
          ledger.row(static_cast<double>(state.epoch) + static_cast<double>(i + 1) / static_cast<double>(n_batches),
                     {});
          sums = state.sums;
        }
        ledger.save_if_due();
      }
    }
    if (auto const stop = stopped(); stop == Fit::Stop::requested) return end(*stop);

    MetricsRow row;
    bool const due = (state.epoch + 1) % settings.check_val_every_n_epoch == 0 || state.epoch + 1 == settings.epochs;
    if (due && validation.size() > 0) {
      Evaluation const result = evaluate(run, objective, validation,
                                         {.batch_size = settings.val_batch_size,
                                          .progress = settings.progress ? name + " validation" : "",
                                          .stop_requested = settings.stop_requested});
      state.validation_seconds += result.seconds;
      if (!result.complete) return end(Fit::Stop::requested);
      row.val_loss = result.loss;
      row.val_accuracy = result.accuracy;
      row.val_guess_confidence = result.guess_confidence;
      row.val_first_label_confidence = result.first_label_confidence;
    }
    ledger.row(static_cast<double>(state.epoch + 1), row);
    ++state.epoch;
    state.batch = 0;
    ledger.save();
  }
  return end(Fit::Stop::finished);
}

}  // namespace dynvision

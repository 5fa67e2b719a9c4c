// Training: epochs over batches, with everything that a long job needs.
//
//   for every batch:   L = objective(run(batch)) / accumulate;  gradient += dL/dw
//   every accumulate batches:   clip;  one step of the optimiser
//   after every epoch:   validation, a row of metrics, a checkpoint
//
// It stops at the border of an update: when asked to (stop_requested), or when its time is over. What was
// learned until then is in the parameters and in the checkpoint, and fit() goes on from it with the same numbers, bit for
// bit, as if it had not been stopped. A loss or a gradient that is not finite ends the training with an error; the
// parameters are those before it. So does a training that learns nothing: a loss that depends on no parameter, or gradients
// that have all been 0 since the start, at the end of the first epoch or after 10 updates.
//
// Errors: train.131, train.134, train.135, and those of the parts.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/train/checkpoint.hpp>
#include <dynvision/train/evaluate.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/optimizer.hpp>
#include <dynvision/train/training_log.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace dynvision {

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

inline std::string note(TrainingSums const& sums) {
  double const accuracy = ratio_or_none(static_cast<double>(sums.n_right), sums.n_labels);
  return joined({"loss ", number_text(ratio_or_none(sums.loss, sums.n_batches), decimals(3)), "  accuracy ",
                 number_text(100 * accuracy, decimals(1)), " %"});
}

// Why a loss depends on no parameter, or its gradient is 0.
[[gnu::cold]] inline std::string why_nothing_is_learned(Parameters const& parameters, Presented const& shown) {
  bool const free = std::any_of(parameters.begin(), parameters.end(),
                                [](Parameter const& p) { return p.learned && p.tensor.requires_grad(); });
  if (!free) return "all parameters are frozen: expected one that requires a gradient (see train_only)";
  if (!at::GradMode::is_enabled()) return "expected a run with gradient, found gradients switched off";
  Tensor const& outputs = shown.activity.outputs;
  std::int64_t const n_steps = outputs.defined() && outputs.dim() == 3 ? outputs.size(1) : 0;
  int const residual = shown.activity.n_residual_timesteps;
  std::int64_t first = 0;  // step of a signal
  while (first < n_steps && outputs.select(1, first).eq(0).all().item<bool>()) ++first;
  if (n_steps > 0 && first == n_steps && n_steps <= residual) {
    return joined({"the outputs have no signal in the ", n_steps,
                   " steps of the trial: expected more; the feedforward "
                   "delays take ",
                   residual, " steps, so ", residual + 1, " are enough"});
  }
  bool const labelled =
      first < n_steps && shown.labels.defined() && shown.labels.dim() == 2 && shown.labels.size(1) == n_steps;
  if (labelled && shown.labels.narrow(1, first, n_steps - first).lt(0).all().item<bool>()) {
    return joined({"no label counts at a step at which the outputs have a signal: expected labels >= 0 from step ",
                   first, " on"});
  }
  return "the loss does not depend on any parameter: expected a run with gradient, and labels that count";
}

class TrainingLoop {
 public:
  TrainingLoop(Optimizer& optimizer, WeightedSum const& objective, RunBatch const& run, Images const& train,
               Images const& validation, FitSettings const& settings, TrainingState start)
      : optimizer_(optimizer),
        objective_(objective),
        run_(run),
        train_(train),
        validation_(validation),
        settings_(settings),
        log_(optimizer, settings, std::move(start)),
        learns_(log_.state.step > 0) {}

  Fit run() {
    while (state_.epoch < settings_.epochs) {
      if (auto const stop = one_epoch()) return end(*stop);
    }
    return end(Fit::Stop::finished);
  }

 private:
  // Nothing: the epoch is over, and the next one may begin.
  std::optional<Fit::Stop> one_epoch() {
    Batches const batches(train_, settings_.batches, state_.epoch);
    std::int64_t const limit = settings_.limit_train_batches;
    n_batches_ = limit > 0 ? std::min(limit, batches.size()) : batches.size();
    if (state_.batch > n_batches_) {
      fail("train", 134,
           {"going on at batch ", state_.batch, " of an epoch: expected at most ", n_batches_,
            " (was the training set larger?)"});
    }
    optimizer_.scale_learning_rate(settings_.scheduler.factor(state_.epoch));
    optimizer_.zero_grad();
    sums_ = state_.sums;
    images_ = state_.images;
    name_ = joined({"epoch ", state_.epoch + 1, "/", settings_.epochs});
    std::int64_t const size = settings_.batches.batch_size, total = std::min(n_batches_ * size, train_.size());
    std::optional<Progress> progress;
    if (settings_.progress) progress.emplace(name_, total, std::min(state_.batch * size, total));
    for (std::int64_t i = state_.batch; i < n_batches_; ++i) {
      if (i == state_.batch) {
        if (auto const stop = stopped()) return stop;
      }
      Batch const batch = batches[i];
      Presented const shown = one_batch(batch, i);
      if (progress) {
        progress->note(note(sums_));
        progress->step(batch.images.size(0));
      }
      bool const whole = (i + 1) % settings_.accumulate_grad_batches == 0 || i + 1 == n_batches_;
      if (whole) one_update(shown, i);
    }
    progress.reset();
    if (auto const stop = stopped(); stop == Fit::Stop::requested) return stop;
    return end_of_epoch();
  }

  // Adds the batch's share to the gradient, and its numbers to the sums.
  Presented one_batch(Batch const& batch, std::int64_t i) {
    Presented shown = run_(batch, {.epoch = state_.epoch, .batch = i});
    LossValue const loss = objective_(shown.activity, shown.labels);
    double const value = loss.total.item<double>();
    if (!std::isfinite(value)) {
      end(Fit::Stop::requested);
      fail("train", 131,
           {place(i), ": the loss is ", value,
            ": expected a finite number (a smaller learning_rate may help); the parameters of before are kept"});
    }
    if (!loss.total.requires_grad()) nothing_is_learned(shown, i);
    loss.total.div(static_cast<double>(settings_.accumulate_grad_batches)).backward();
    count(sums_, shown, value);
    images_ += batch.images.size(0);
    return shown;
  }

  // One step of the optimiser with the gradient that is there, after batch i.
  void one_update(Presented const& shown, std::int64_t i) {
    double norm = 0;
    try {
      norm = optimizer_.step(settings_.gradient_clip_val);
    } catch (Error const&) {
      end(Fit::Stop::requested);
      throw;
    }
    optimizer_.zero_grad();
    learns_ = learns_ || norm > 0;
    if (!learns_ && (++n_silent_ == most_silent || i + 1 == n_batches_)) nothing_is_learned(shown, i);
    sums_.gradient_norm += norm;
    ++sums_.n_steps;
    ++state_.step;
    state_.batch = i + 1;
    state_.images = images_;
    state_.sums = sums_;
    if (state_.step % settings_.log_every_n_steps == 0 && i + 1 < n_batches_) {
      log_.row(static_cast<double>(state_.epoch) + static_cast<double>(i + 1) / static_cast<double>(n_batches_), {});
      sums_ = state_.sums;
    }
    log_.save_if_due();
  }

  // Nothing where it was stopped.
  std::optional<MetricsRow> validate() {
    MetricsRow row;
    bool const last = state_.epoch + 1 == settings_.epochs;
    bool const due = (state_.epoch + 1) % settings_.check_val_every_n_epoch == 0 || last;
    if (!due || validation_.size() == 0) return row;
    Evaluation const result = evaluate(run_, objective_, validation_,
                                       {.batch_size = settings_.val_batch_size,
                                        .progress = settings_.progress ? name_ + " validation" : "",
                                        .stop_requested = settings_.stop_requested});
    state_.validation_seconds += result.seconds;
    if (!result.complete) return std::nullopt;
    row.val_loss = result.loss;
    row.val_accuracy = result.accuracy;
    row.val_guess_confidence = result.guess_confidence;
    row.val_first_label_confidence = result.first_label_confidence;
    return row;
  }

  std::optional<Fit::Stop> end_of_epoch() {
    std::optional<MetricsRow> const row = validate();
    if (!row) return Fit::Stop::requested;
    log_.row(static_cast<double>(state_.epoch + 1), *row);
    ++state_.epoch;
    state_.batch = 0;
    log_.save();
    return std::nullopt;
  }

  std::optional<Fit::Stop> stopped() const {
    if (settings_.stop_requested && settings_.stop_requested()) return Fit::Stop::requested;
    if (settings_.max_seconds > 0 && log_.session_seconds() >= settings_.max_seconds) return Fit::Stop::out_of_time;
    return std::nullopt;
  }
  Fit end(Fit::Stop stop) {
    optimizer_.zero_grad();
    log_.save();
    return Fit{stop, state_};
  }
  std::string place(std::int64_t i) const { return joined({name_, ", batch ", i + 1, "/", n_batches_}); }
  [[noreturn]] void nothing_is_learned(Presented const& shown, std::int64_t i) const {
    fail("train", 135, {place(i), ": nothing is learned: ", why_nothing_is_learned(optimizer_.parameters(), shown)});
  }

  static constexpr int most_silent = 10;  // [updates] without a gradient, from the start

  Optimizer& optimizer_;
  WeightedSum const& objective_;
  RunBatch const& run_;
  Images const &train_, &validation_;
  FitSettings const& settings_;
  TrainingLog log_;
  TrainingState& state_ = log_.state;

  // Of the epoch that is under way.
  std::string name_{};
  std::int64_t n_batches_ = 0, images_ = 0;
  TrainingSums sums_{};  // of the batches since the last update too
  bool learns_;          // some gradient was not 0
  int n_silent_ = 0;
};

}  // namespace fitting

// `validation` may be empty (Images{}). `state`: where to go on, see resume().
inline Fit fit(Optimizer& optimizer, WeightedSum const& objective, RunBatch const& run, Images const& train,
               Images const& validation, FitSettings const& settings, TrainingState start = {}) {
  check_settings(settings, start.epoch);
  return fitting::TrainingLoop(optimizer, objective, run, train, validation, settings, std::move(start)).run();
}

}  // namespace dynvision

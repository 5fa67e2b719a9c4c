// The loop of a training over epochs and batches; fit() in train/fit.hpp says what it does.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/train/loop/border.hpp>
#include <dynvision/train/loop/group_mean.hpp>
#include <dynvision/train/loop/non_finite.hpp>
#include <dynvision/train/loop/sums.hpp>
#include <dynvision/train/loop/training_log.hpp>
#include <dynvision/train/loop/update.hpp>
#include <dynvision/train/loop/validation.hpp>
#include <dynvision/train/loop/why_nothing_is_learned.hpp>
#include <dynvision/train/schedulers/monitor.hpp>
#include <dynvision/train/schedulers/schedule.hpp>
#include <dynvision/train/training.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace dynvision {

struct Fit {
  enum class Stop { finished, requested, out_of_time };
  Stop stop = Stop::finished;
  std::string stop_reason;  // empty where it finished
  TrainingState state;
};

namespace fitting {

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
        on_(settings.callbacks),
        log_(optimizer, settings, std::move(start)),
        now_{.state = state_, .optimizer = optimizer, .objective = objective, .run = run, .settings = settings},
        update_(now_),
        schedule_(now_, train.size()),
        learns_(log_.state.step > 0) {}
  TrainingLoop(TrainingLoop const&) = delete;
  TrainingLoop& operator=(TrainingLoop const&) = delete;

  Fit run() {
    try {
      sanity_check(now_, validation_);
      call(on_.on_train_start, now_);
      std::optional<Fit::Stop> stop;
      while (!stop && state_.epoch < settings_.epochs) stop = one_epoch();
      if (stop) call(on_.on_stop, now_);
      save_at_end();
      call(on_.on_train_end, now_);
      return Fit{stop.value_or(Fit::Stop::finished), now_.stop_reason.value_or(""), state_};
    } catch (...) {
      end_after_error();
      throw;
    }
  }

 private:
  // Nothing: the epoch is over, and the next one may begin.
  std::optional<Fit::Stop> one_epoch() {
    Batches const batches(train_, settings_.batches, state_.epoch);
    std::int64_t const limit = settings_.limit_train_batches;
    now_.n_batches = limit > 0 ? std::min(limit, batches.size()) : batches.size();
    if (state_.batch > now_.n_batches) {
      fail("train", 134,
           {"going on at batch ", state_.batch, " of an epoch: expected at most ", now_.n_batches,
            " (was the training set larger?)"});
    }
    optimizer_.zero_grad();
    sums_ = state_.sums;
    of_epoch_ = state_.of_epoch;
    images_ = state_.images;
    name_ = joined({"epoch ", state_.epoch + 1, "/", settings_.epochs});
    schedule_.set(update_.rate_factor());
    call(on_.on_train_epoch_start, now_);
    std::int64_t const size = settings_.batches.batch_size, total = std::min(now_.n_batches * size, train_.size());
    std::optional<Progress> progress;
    if (settings_.progress) progress.emplace(name_, total, std::min(state_.batch * size, total));
    for (std::int64_t i = state_.batch; i < now_.n_batches; ++i) {
      if (i == state_.batch) {
        if (auto const stop = stopped()) return stop;
      }
      if (i == state_.batch) begin_group(i);
      Batch const batch = batches[i];
      past_border_ = true;
      Presented const shown = one_batch(batch, i);
      if (progress) {
        progress->note(note(sums_));
        progress->step(batch.images.size(0));
      }
      if (i + 1 == end_of_group_) one_update(shown);
      call(on_.on_train_batch_end, now_);
      now_.batch = nullptr;
      now_.shown = nullptr;
      if (i + 1 == end_of_group_) log_.save_if_due(now_);
    }
    progress.reset();
    if (auto const stop = asked()) return stop;
    return end_of_epoch();
  }

  // Of the batches whose gradients make one update.
  void begin_group(std::int64_t first) {
    end_of_group_ = std::min(first + settings_.accumulate_grad_batches, now_.n_batches);
    std::int64_t const size = settings_.batches.batch_size;
    mean_.begin(std::min(end_of_group_ * size, train_.size()) - first * size);
    group_is_finite_ = true;
    schedule_.set(update_.rate_factor());
  }

  // Adds the batch's share to the gradient, and its numbers to the sums.
  Presented one_batch(Batch const& batch, std::int64_t i) {
    now_.i_batch = i;
    now_.batch = &batch;
    if (i == state_.batch) border_.keep(optimizer_.parameters());
    call(on_.on_train_batch_start, now_);
    Presented shown = run_(batch, {.training = true, .epoch = state_.epoch, .batch = i});
    LossValue const loss = objective_(shown.activity, shown.labels);
    now_.shown = &shown;
    now_.loss = &loss;
    double const value = loss.total.item<double>();
    if (!std::isfinite(value)) {
      group_is_finite_ = false;
      border_.put_back();
      std::string const where = tell_not_finite(now_, false);
      update_.not_finite(place(), [&] {
        fail("train", 131,
             {place(), ": the loss is ", value,
              ": expected a finite number (a smaller learning_rate may help); the parameters of before are kept; ",
              where});
      });
    }
    images_ += batch.images.size(0);
    if (group_is_finite_) {
      call(on_.on_before_backward, now_);
      if (!loss.total.requires_grad()) nothing_is_learned(shown);
      double const factor = mean_.share(loss, batch.images.size(0)) * update_.loss_scale();
      (factor == 1 ? loss.total : loss.total.mul(factor)).backward();
      for (TrainingSums* sums : {&sums_, &of_epoch_}) add(*sums, shown, loss, train_.changes());
      call(on_.on_after_backward, now_);
    }
    now_.loss = nullptr;
    return shown;
  }

  // One step of the optimiser with the gradient that is there.
  void one_update(Presented const& shown) {
    now_.shown = &shown;
    std::optional<double> norm;
    if (group_is_finite_) {
      call(on_.on_before_optimizer_step, now_);
      norm = update_.step(mean_.correction());
      if (!norm && !update_.is_overflow()) {
        border_.put_back();
        std::string const where = tell_not_finite(now_, true);
        update_.not_finite(place(), [&] { fail("train", 132, {place(), ": the gradient is not finite: ", where}); });
      }
    }
    optimizer_.zero_grad();
    if (norm) {
      learns_ = learns_ || *norm > 0;
      if (!learns_ && (++n_silent_ == most_silent || now_.i_batch + 1 == now_.n_batches)) nothing_is_learned(shown);
      for (TrainingSums* sums : {&sums_, &of_epoch_}) sums->gradient_norm += *norm, ++sums->n_steps;
      ++state_.step;
    }
    state_.batch = now_.i_batch + 1;
    state_.images = images_;
    state_.sums = sums_;
    state_.of_epoch = of_epoch_;
    past_border_ = false;
    if (!norm) return;
    if (state_.step % settings_.log_every_n_steps == 0 && state_.batch < now_.n_batches) {
      MetricsRow row;
      double const part = static_cast<double>(state_.batch) / static_cast<double>(now_.n_batches);
      log_.row(static_cast<double>(state_.epoch) + part, row, now_);
      sums_ = state_.sums;
    }
    call(on_.on_after_optimizer_step, now_);
  }

  // False where it was stopped.
  bool validate(MetricsRow& row) {
    if (!validation_is_due(now_, validation_)) return true;
    border_.keep(optimizer_.parameters());
    past_border_ = true;
    bool const complete = run_validation(now_, validation_, settings_.progress ? name_ + " validation" : "", row);
    if (!complete) border_.put_back();
    past_border_ = false;
    return complete;
  }

  std::optional<Fit::Stop> end_of_epoch() {
    MetricsRow row;
    if (!validate(row)) return requested("stop_requested");
    bool const validated = !row.values.empty();
    row["train_loss_epoch"] = of_epoch_.losses.total();
    row["train_accuracy_epoch"] = of_epoch_.accuracy();
    log_.row(static_cast<double>(state_.epoch + 1), row, now_);
    look_at_monitors(now_, schedule_.scheduler(), row, validated);
    ++state_.epoch;
    state_.batch = 0;
    state_.of_epoch = {};
    now_.row = &row;
    call(on_.on_train_epoch_end, now_);
    now_.row = nullptr;
    log_.save(now_, &row);
    saved_ = place_in_time();
    return now_.stop_reason ? std::optional(Fit::Stop::requested) : std::nullopt;
  }

  std::optional<Fit::Stop> requested(char const* reason) {
    now_.stop(reason);
    return Fit::Stop::requested;
  }
  std::optional<Fit::Stop> asked() {
    if (now_.stop_reason) return Fit::Stop::requested;
    if (settings_.stop_requested && settings_.stop_requested()) return requested("stop_requested");
    return std::nullopt;
  }
  std::optional<Fit::Stop> stopped() {
    if (auto const stop = asked()) return stop;
    if (settings_.max_seconds > 0 && log_.session_seconds() >= settings_.max_seconds) {
      now_.stop("max_seconds");
      return Fit::Stop::out_of_time;
    }
    return std::nullopt;
  }
  void save_at_end() {
    optimizer_.zero_grad();
    if (saved_ != place_in_time()) log_.save(now_);
    log_.finish(now_);
  }
  // What was learned before the error is kept; the error is what is reported, whatever else goes wrong meanwhile.
  void end_after_error() noexcept {
    now_.batch = nullptr;
    now_.shown = nullptr;
    now_.loss = nullptr;
    now_.row = nullptr;
    try {
      if (past_border_) border_.put_back();
      save_at_end();
    } catch (...) {
    }
    try {
      call(on_.on_train_end, now_);
    } catch (...) {
    }
  }
  std::array<std::int64_t, 3> place_in_time() const { return {state_.epoch, state_.batch, state_.step}; }
  std::string place() const { return joined({name_, ", batch ", now_.i_batch + 1, "/", now_.n_batches}); }
  [[noreturn]] void nothing_is_learned(Presented const& shown) const {
    fail("train", 135, {place(), ": nothing is learned: ", why_nothing_is_learned(optimizer_.parameters(), shown)});
  }

  static constexpr int most_silent = 10;  // [updates] without a gradient, from the start

  Optimizer& optimizer_;
  WeightedSum const& objective_;
  RunBatch const& run_;
  Images const &train_, &validation_;
  FitSettings const& settings_;
  Callbacks const& on_;
  TrainingLog log_;
  TrainingState& state_ = log_.state;
  Training now_;
  Update update_;
  Schedule schedule_;

  // Of the epoch that is under way.
  std::string name_{};
  std::int64_t images_ = 0;
  std::int64_t end_of_group_ = 0;
  GroupMean mean_{};
  bool group_is_finite_ = true;
  TrainingSums sums_{}, of_epoch_{};  // of the batches since the last update too
  bool learns_;                       // some gradient was not 0
  int n_silent_ = 0;
  Border border_{};
  bool past_border_ = false;  // since the border something may have changed
  std::array<std::int64_t, 3> saved_{-1, -1, -1};
};

}  // namespace fitting

}  // namespace dynvision

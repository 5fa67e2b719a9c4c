// The schedule of a training's learning rate: which t it is at, and the rates of the optimiser.
//
// Errors: train.204, and those of schedulers/scheduler.hpp.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/train/schedulers/scheduler.hpp>
#include <dynvision/train/training.hpp>

#include <algorithm>
#include <cstdint>

namespace dynvision::fitting {

class Schedule {
 public:
  Schedule(Training& now, std::int64_t n_images)
      : now_(now),
        scheduler_(now.settings.scheduler, now.optimizer.settings().learning_rate, n_steps(now.settings, n_images)) {
    check();
  }

  Scheduler const& scheduler() const { return scheduler_; }

  // For the epoch or update that comes next.
  void set(double factor) {
    Rates const rates =
        scheduler_.at(scheduler_.once_a_step() ? now_.state.step : now_.state.epoch, now_.state.numbers);
    now_.optimizer.set_learning_rate(rates.learning_rate * factor);
    if (rates.momentum) now_.optimizer.set_momentum(*rates.momentum);
  }

 private:
  // Epochs or updates of the whole training.
  static std::int64_t n_steps(FitSettings const& settings, std::int64_t n_images) {
    if (settings.scheduler.scheduler_configs.interval != "step") return settings.epochs;
    std::int64_t const size = std::max<std::int64_t>(settings.batches.batch_size, 1),
                       group = settings.accumulate_grad_batches;
    std::int64_t n_batches = settings.batches.drop_last ? n_images / size : (n_images + size - 1) / size;
    if (settings.limit_train_batches > 0) n_batches = std::min(n_batches, settings.limit_train_batches);
    return settings.epochs * ((n_batches + group - 1) / group);
  }

  void check() const {
    std::string const& name = now_.settings.scheduler.scheduler;
    if (scheduler_.sets_momentum() && !now_.optimizer.has_momentum()) {
      fail("train", 204,
           {"scheduler ", name, ": cycle_momentum with ", now_.optimizer.settings().optimizer,
            ": expected an optimizer with momentum or betas, or cycle_momentum false"});
    }
    check_rates(scheduler_, now_.settings.epochs, now_.state.epoch);
  }

  Training& now_;
  Scheduler scheduler_;
};

}  // namespace dynvision::fitting

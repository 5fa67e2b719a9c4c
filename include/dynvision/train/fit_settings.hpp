// What a training is asked to do, see train/fit.hpp.
//
// Errors: train.133, train.136.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/data/batches.hpp>
#include <dynvision/train/callbacks.hpp>
#include <dynvision/train/schedule.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

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
  std::int64_t save_top_k = 2;                    // beside the last one, those of the best epochs; -1: of all
  std::string monitor_checkpoint = "val_loss";    // the column by which they are the best
  std::string checkpoint_mode = "min";            // "min", "max": what is good
  std::int64_t every_n_epochs = 50;               // checkpoints that stay, trained-epoch=N (from 0); 0: none
  std::filesystem::path metrics{};                // CSV file; none if empty
  std::map<std::string, std::string> identity{};  // goes into the checkpoint; must be the same to go on
  bool progress = true;
  std::function<bool()> stop_requested{};
  Callbacks callbacks{};
};

// `first`: the epoch to go on with.
inline void check_settings(FitSettings const& settings, std::int64_t first) {
  auto const expect = [](char const* name, double value, bool good, char const* what) {
    if (!good) fail("train", 133, {name, " = ", value, ": expected ", what});
  };
  auto const at_least = [&](char const* name, std::int64_t value, std::int64_t least) {
    expect(name, static_cast<double>(value), value >= least,
           least < 0    ? "a number >= -1"
           : least == 0 ? "a number >= 0"
                        : "a number >= 1");
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
  at_least("save_top_k", settings.save_top_k, -1);
  at_least("every_n_epochs", settings.every_n_epochs, 0);
  if (settings.checkpoint_mode != "min" && settings.checkpoint_mode != "max") {
    static constexpr std::array<std::string_view, 2> modes{"min", "max"};
    fail("train", 133,
         {"checkpoint_mode = ", settings.checkpoint_mode, ": ", expected_one_of(settings.checkpoint_mode, modes)});
  }
  not_negative("gradient_clip_val", settings.gradient_clip_val);
  not_negative("max_seconds", settings.max_seconds);
  not_negative("checkpoint_seconds", settings.checkpoint_seconds);
  for (std::int64_t epoch : {first, settings.epochs - 1}) {
    if (epoch < first || epoch >= settings.epochs || settings.scheduler.factor(epoch) > 0) continue;
    fail("train", 136,
         {"scheduler: the learning rate of epoch ", epoch + 1, " is 0 (T_max = ", settings.scheduler.T_max,
          "): expected T_max = ", settings.epochs, " or more, T_max = 0 (no annealing), or eta_min above 0"});
  }
}

}  // namespace dynvision

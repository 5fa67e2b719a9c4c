// What a training is asked to do, see train/fit.hpp. Names of the fields: those of Lightning and of the Python toolbox.
//
// Errors: train.133, train.136, train.203, train.204, train.211.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/data/batches.hpp>
#include <dynvision/train/callbacks.hpp>
#include <dynvision/train/scheduler_settings.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct FitSettings {
  std::int64_t epochs = 1;
  BatchOptions batches{};                        // batch_size, seed, ...
  std::int64_t limit_train_batches = 0;          // of every epoch, drawn anew in each; 0: all
  std::int64_t accumulate_grad_batches = 1;      // batches for one update
  double gradient_clip_val = 1;                  // 0: no clipping
  std::string gradient_clip_algorithm = "norm";  // "norm": of all parameters together; "value": every number by itself
  std::string precision = "32";                  // see train/precision.hpp
  SchedulerSettings scheduler{};

  std::int64_t check_val_every_n_epoch = 1;
  std::int64_t val_batch_size = 128;
  double limit_val_batches = 1;           // up to 1: this part of the batches; above: so many
  std::int64_t num_sanity_val_steps = 0;  // batches of the validation before the training, to see that it runs

  std::optional<std::int64_t>
      early_stopping_patience{};  // [validations] without an improvement; none: it is not looked at
  double early_stopping_min_delta = 0;
  std::string early_stopping_monitor = "val_loss";  // a column of the metrics
  std::string early_stopping_mode = "min";          // which way is better: "min", "max"

  // What is done where the loss or the gradient is not finite: "stop": an error; "skip": the update is left out;
  // "lower": and the learning rate is from then on lower_rate_factor times what it would be. After non_finite_patience
  // such updates one after the other it is an error all the same.
  std::string on_non_finite = "stop";
  double lower_rate_factor = 0.5;
  std::int64_t non_finite_patience = 10;

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

inline void check_settings(FitSettings const& settings) {
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
  auto const one_of = [](char const* name, std::string const& value, std::vector<std::string_view> const& words) {
    for (std::string_view const word : words) {
      if (value == word) return;
    }
    fail("train", 211, {name, " = \"", value, "\": ", expected_one_of(value, words)});
  };
  at_least("epochs", settings.epochs, 0);
  at_least("limit_train_batches", settings.limit_train_batches, 0);
  at_least("accumulate_grad_batches", settings.accumulate_grad_batches, 1);
  at_least("check_val_every_n_epoch", settings.check_val_every_n_epoch, 1);
  at_least("val_batch_size", settings.val_batch_size, 1);
  at_least("num_sanity_val_steps", settings.num_sanity_val_steps, 0);
  at_least("early_stopping_patience", settings.early_stopping_patience.value_or(0), 0);
  at_least("non_finite_patience", settings.non_finite_patience, 1);
  at_least("log_every_n_steps", settings.log_every_n_steps, 1);
  at_least("save_top_k", settings.save_top_k, -1);
  at_least("every_n_epochs", settings.every_n_epochs, 0);
  if (settings.checkpoint_mode != "min" && settings.checkpoint_mode != "max") {
    static constexpr std::array<std::string_view, 2> modes{"min", "max"};
    fail("train", 133,
         {"checkpoint_mode = ", settings.checkpoint_mode, ": ", expected_one_of(settings.checkpoint_mode, modes)});
  }
  not_negative("gradient_clip_val", settings.gradient_clip_val);
  not_negative("limit_val_batches", settings.limit_val_batches);
  not_negative("early_stopping_min_delta", settings.early_stopping_min_delta);
  not_negative("max_seconds", settings.max_seconds);
  not_negative("checkpoint_seconds", settings.checkpoint_seconds);
  double const factor = settings.lower_rate_factor;
  expect("lower_rate_factor", factor, factor > 0 && factor < 1, "a number between 0 and 1");
  one_of("gradient_clip_algorithm", settings.gradient_clip_algorithm, {"norm", "value"});
  one_of("early_stopping_mode", settings.early_stopping_mode, {"min", "max"});
  one_of("on_non_finite", settings.on_non_finite, {"stop", "skip", "lower"});
}

}  // namespace dynvision

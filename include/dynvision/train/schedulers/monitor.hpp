// What is looked at after an epoch: the columns that early stopping and ReduceLROnPlateau name.
//
// train_loss and train_accuracy are those of the epoch (train_loss_epoch, train_accuracy_epoch). A column of the validation
// has a number only in epochs with one; the others are passed over.
//
// Errors: train.205.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/train/schedulers/early_stopping.hpp>
#include <dynvision/train/schedulers/scheduler.hpp>
#include <dynvision/train/training.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::fitting {

inline std::string column_of(std::string const& monitor) {
  return monitor == "train_loss" || monitor == "train_accuracy" ? monitor + "_epoch" : monitor;
}

inline void check_monitor(std::string_view setting, std::string const& monitor, MetricsRow const& row) {
  std::string const column = column_of(monitor);
  std::vector<std::string_view> names;
  for (auto const& [name, value] : row.values) {
    if (name == column) return;
    if (!name.ends_with("_epoch")) names.emplace_back(name);
  }
  fail("train", 205, {setting, " = \"", monitor, "\": no column of the metrics: ", expected_one_of(monitor, names)});
}

// `row`: of the epoch that is over. `validated`: whether it has numbers of a validation.
inline void look_at_monitors(Training& now, Scheduler const& scheduler, MetricsRow const& row, bool validated) {
  FitSettings const& settings = now.settings;
  auto const has_number = [&](std::string const& monitor) { return validated || !monitor.starts_with("val_"); };
  std::string const &stopping = settings.early_stopping_monitor,
                    &plateau = scheduler.settings().scheduler_configs.monitor;
  if (settings.early_stopping_patience && has_number(stopping)) {
    check_monitor("early_stopping_monitor", stopping, row);
    if (auto reason = look_for_early_stop(settings, row.at(column_of(stopping)), now.state.numbers)) {
      now.stop("early stopping: " + *reason);
    }
  }
  bool const due = (now.state.epoch + 1) % scheduler.settings().scheduler_configs.frequency == 0;
  if (scheduler.is_plateau() && due && has_number(plateau)) {
    check_monitor("scheduler_configs: monitor", plateau, row);
    scheduler.look(row.at(column_of(plateau)), now.state.numbers);
  }
}

}  // namespace dynvision::fitting

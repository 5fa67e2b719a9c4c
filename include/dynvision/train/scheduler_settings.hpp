// How the learning rate goes on, see train/schedulers/scheduler.hpp. Without torch/*.
#pragma once
#include <dynvision/core/kwargs.hpp>

#include <cstdint>
#include <string>

namespace dynvision {

struct SchedulerConfigs {
  std::string interval = "epoch";      // "epoch": once an epoch; "step": once an update of the parameters
  std::int64_t frequency = 1;          // once in so many of them
  std::string monitor = "train_loss";  // what ReduceLROnPlateau looks at: a column of the metrics
};

struct SchedulerSettings {
  std::string scheduler = "CosineAnnealingLR";  // of torch.optim.lr_scheduler: schedulers/scheduler_kwargs.hpp; "none"
  Kwargs scheduler_kwargs = {};                 // by PyTorch's names
  SchedulerConfigs scheduler_configs{};
};

}  // namespace dynvision

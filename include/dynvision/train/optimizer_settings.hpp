// What an optimiser is asked to do, see train/optimizer.hpp. Without torch/*.
#pragma once
#include <dynvision/train/parameter_groups.hpp>

namespace dynvision {

struct OptimizerSettings {
  double learning_rate = 2e-4;  // base; see train/schedule.hpp
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 5e-4;  // L2, added to the gradient
  bool decoupled_weight_decay =
      false;  // AdamW (Loshchilov & Hutter 2019): w <- w - lr weight_decay w, apart from the gradient
  LrParameterGroups lr_parameter_groups = default_lr_parameter_groups();
};

}  // namespace dynvision

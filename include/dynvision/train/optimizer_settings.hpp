// What an optimiser is asked to do, see train/optimizer.hpp. Without torch/*.
#pragma once
#include <dynvision/core/kwargs.hpp>
#include <dynvision/train/parameter_groups.hpp>

#include <string>

namespace dynvision {

struct OptimizerSettings {
  std::string optimizer = "Adam";                      // of torch.optim: optimizers/optimizer_kwargs.hpp has the names
  double learning_rate = 2e-4;                         // base; see train/lr_scaling.hpp
  Kwargs optimizer_kwargs = {{"weight_decay", 5e-4}};  // by PyTorch's names
  LrParameterGroups lr_parameter_groups = default_lr_parameter_groups();
};

}  // namespace dynvision

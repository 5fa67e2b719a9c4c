// Which losses a training has, by their names, see losses/named_losses.hpp. Without torch/*.
#pragma once
#include <dynvision/core/kwargs.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

using LossConfigs = std::vector<std::pair<std::string, Kwargs>>;  // {"ActivityLoss", {{"weight", 0.0002}, {"ord", 1}}}

struct LossSettings {
  std::vector<std::string> loss{"CrossEntropyLoss"};  // those that the objective is the sum of
  LossConfigs loss_configs{};                         // their numbers; those of others have no effect
  std::optional<double> activity_loss_weight{};       // of ActivityLoss, which is then one of them
};

}  // namespace dynvision

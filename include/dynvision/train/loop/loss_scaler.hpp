// Loss scaling for half precision: L times s before backward(), gradients over s afterwards.
//
//   s = 65536 in the beginning; a gradient that is not finite: s/2, and the update is left out;
//   2000 good updates one after the other: 2 s
//
// Source: Micikevicius et al. 2018, 3.2; numbers of torch.amp.GradScaler. The scale and the count stand in
// TrainingState::numbers ("scaler.scale", "scaler.growth_tracker"), so that a training goes on with them.
#pragma once
#include <limits>
#include <map>
#include <string>

namespace dynvision::fitting {

struct LossScaler {
  double init_scale = 65536, growth_factor = 2, backoff_factor = 0.5, growth_interval = 2000;

  double scale(std::map<std::string, double> const& numbers) const {
    auto const found = numbers.find("scaler.scale");
    return found == numbers.end() ? init_scale : found->second;
  }
  // After an update that was good, or was left out.
  void update(std::map<std::string, double>& numbers, bool finite) const {
    double& scale = numbers.try_emplace("scaler.scale", init_scale).first->second;
    double& good = numbers.try_emplace("scaler.growth_tracker", 0).first->second;
    good = finite ? good + 1 : 0;
    if (!finite) scale *= backoff_factor;
    if (good < growth_interval) return;
    if (scale * growth_factor <= std::numeric_limits<float>::max()) scale *= growth_factor;
    good = 0;
  }
};

}  // namespace dynvision::fitting

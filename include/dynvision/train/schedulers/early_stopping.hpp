// When a training ends because what is monitored does not get better any more.
//
//   better: value + min_delta < best ("min"), value - min_delta > best ("max");  `patience` values that are not: stop
//
// A value that is not finite ends the training, too. Best and count stand in TrainingState::numbers ("early_stopping.*").
// Source: Prechelt 1998; numbers as in Lightning's EarlyStopping.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/train/fit_settings.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>

namespace dynvision::fitting {

// Why to stop, or nothing.
inline std::optional<std::string> look_for_early_stop(FitSettings const& settings, double value,
                                                      std::map<std::string, double>& numbers) {
  bool const least = settings.early_stopping_mode == "min";
  double const infinite = std::numeric_limits<double>::infinity(), delta = settings.early_stopping_min_delta;
  double& best = numbers.try_emplace("early_stopping.best", least ? infinite : -infinite).first->second;
  double& wait = numbers.try_emplace("early_stopping.wait", 0).first->second;
  std::string const& name = settings.early_stopping_monitor;
  if (!std::isfinite(value)) return joined({name, " is ", value});
  if (least ? value + delta < best : value - delta > best) {
    best = value;
    wait = 0;
    return std::nullopt;
  }
  if (++wait < static_cast<double>(*settings.early_stopping_patience)) return std::nullopt;
  return joined({name, " has not become better than ", number_text(best, 6), " for ", wait, " times"});
}

}  // namespace dynvision::fitting

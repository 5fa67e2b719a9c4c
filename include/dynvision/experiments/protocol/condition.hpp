// Condition: one schedule of an experiment, and what is different of the model while it is shown.
//
//   condition.id                   "StimulusDuration:dsteps=30+intro=1+stim=5+idle=20"
//   condition.parameter_value      "5", as it was configured
//   condition.parameter_ms(2.0)    10; nothing, where the parameter is no duration
#pragma once
#include <dynvision/experiments/protocol/schedule.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

// What of a condition belongs to the model or to the run. Values are JSON texts: "true", "5", "\"full\"".
struct ModelSide {
  std::optional<bool> feedforward_only{};
  std::string status{};  // of the weights: "trained-epoch=49"; empty: as asked for
  std::vector<std::pair<std::string, std::string>> options{};  // keys of a configuration: {"tff", "10"}

  bool operator==(ModelSide const&) const = default;
};

struct Condition {
  std::string id{};
  std::string parameter{};                                    // what the experiment varies: "stim"
  std::string parameter_value{};                              // as it was configured: "5", "10 ms", "none"
  std::optional<Duration> parameter_duration{};               // where it is one
  std::vector<std::pair<std::string, std::string>> values{};  // of all that is varied, as it was configured
  Schedule schedule{};
  ModelSide model{};
  std::string definition{};  // JSON, as it was read

  std::optional<double> parameter_ms(double dt) const {
    if (!parameter_duration) return std::nullopt;
    return parameter_duration->ms(dt);
  }
};

}  // namespace dynvision::experiments

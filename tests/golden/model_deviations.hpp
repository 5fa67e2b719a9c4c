// Model files whose numbers show a defect of the original: which configurations, why, and what is compared instead.
#pragma once
#include <dynvision/losses/activity_loss.hpp>

#include "golden_file.hpp"

#include <string>

namespace golden {

enum class Deviation { none, no_history, shared_activity };

// Decided by the configuration.
inline Deviation deviation_of_model(Json const& config, Json const& ctor) {
  // A layer whose history holds no step integrated its own pre-activation and had no recurrence; here a layer always
  // keeps its newest response.
  double const dt = ctor.value("dt", 2.0);
  double longest = std::max(ctor.value("t_feedforward", 0.0), ctor.value("t_recurrence", 6.0));
  if (ctor.value("skip", true)) longest = std::max(longest, ctor.value("t_skip", 0.0) + dt);
  bool const feedback = ctor.contains("feedback") && ctor.at("feedback") != Json(false);
  if (feedback) longest = std::max(longest, ctor.value("t_feedback", 30.0));
  if (longest < dt) return Deviation::no_history;
  // One monitored module called for several layers remembered the unit count of its first call; here each activity is
  // normalised by its own size.
  if (config.contains("monitors") && config.at("monitors").contains("nonlin")) return Deviation::shared_activity;
  return Deviation::none;
}

// {"tstep_V1": "signed", "nonlin": "absolute"} as the library's monitors
inline std::vector<dynvision::MonitoredActivity> monitors(Json const& config) {
  std::vector<dynvision::MonitoredActivity> all;
  for (auto const& [module, mode] : config.at("monitors").items()) {
    std::size_t const at = module.find('_');
    std::string const operation = at == std::string::npos ? module : module.substr(at + 1) + "." + module.substr(0, at);
    if (mode != "absolute" && mode != "signed") unknown("activity mode " + mode.dump());
    all.push_back(
        {operation, mode == "signed" ? dynvision::ActivityMode::signed_mean : dynvision::ActivityMode::absolute});
  }
  return all;
}

// The original's number for one module that is called for every layer: all norms are divided by the unit count of the
// first layer.
inline Tensor activity_of_shared_module(std::vector<dynvision::run::Trace> const& traces, double p) {
  double const units = static_cast<double>(traces.at(0).stacked().select(1, 0).select(0, 0).numel());
  Tensor sum;
  std::size_t calls = 0;
  for (dynvision::run::Trace const& trace : traces) {
    for (Signal const& a : trace.steps) {
      if (!a.defined()) continue;
      Tensor const value = a.flatten(1).norm(p, {1}).div(std::pow(units, 1 / p));
      sum = sum.defined() ? sum.add(value) : value;
      ++calls;
    }
  }
  return sum.div(static_cast<double>(calls)).mean();
}

// Weights that the original kept as parameters and that are numbers here: they have no gradient.
inline bool no_longer_learned(std::string const& parameter) { return parameter.starts_with("input_adaption."); }

inline void look_at_gradients_no_longer_learned(File const& file) {
  for (std::string const& tensor : file.names("grad")) {
    if (no_longer_learned(tensor.substr(tensor.find('.') + 1))) file.stored(tensor);
  }
}

}  // namespace golden

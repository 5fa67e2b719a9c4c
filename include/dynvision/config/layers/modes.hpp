// Which modes are on, and why.
//
//   local           not on a cluster (no SLURM_JOB_ID, PBS_JOBID, LSB_JOBID, SGE_TASK_ID)
//   debug           log_level debug, or at most 5 epochs
//   large_dataset   imagenet, coco or openimages in data_name
//   distributed     on a cluster, with data.use_distributed
//
// A detector is asked where use_X_mode is "auto". Payloads are configuration: {"modes": {"debug": {...}}}, see
// configs/modes.json.
#pragma once
#include <dynvision/config/study.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::config {

struct ActiveMode {
  std::string name;
  std::string why;  // "detected: not on a cluster", "named"
};

// The variable of the cluster that this process runs on; empty: none.
inline std::string cluster_variable() {
  for (char const* const name : {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID", "SGE_TASK_ID"}) {
    if (char const* const value = std::getenv(name); value != nullptr && *value != '\0') return name;
  }
  return {};
}

inline std::vector<ActiveMode> active_modes(Study const& study, bool use_distributed, std::string const& cluster) {
  auto const lower = [](std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
  };
  std::string debug, large;
  if (lower(study.program.log_level) == "debug") debug = "log_level is debug";
  if (study.fit.epochs <= 5) debug = "epochs = " + number_text(study.fit.epochs);
  for (char const* const name : {"imagenet", "coco", "openimages"}) {
    if (lower(study.data.data_name).find(name) != std::string::npos) large = "data_name = " + study.data.data_name;
  }
  std::vector<ActiveMode> all;
  auto const add = [&](char const* name, ModeSwitch choice, std::string const& detected) {
    if (choice == ModeSwitch::on) all.push_back({name, "named"});
    if (choice == ModeSwitch::automatic && !detected.empty()) all.push_back({name, "detected: " + detected});
  };
  ModeSettings const& modes = study.modes;
  add("local", modes.use_local_mode, cluster.empty() ? "not on a cluster" : "");
  add("debug", modes.use_debug_mode, debug);
  add("large_dataset", modes.use_large_dataset_mode, large);
  add("distributed", modes.use_distributed_mode, use_distributed && !cluster.empty() ? cluster + " is set" : "");
  return all;
}

}  // namespace dynvision::config

// Going on where a training stopped.
//
//   TrainingState const start = resume(settings.checkpoint, optimizer, settings.identity);
//   fit(optimizer, objective, run, train, validation, settings, start);
//
// Weights and optimiser are put in place, all or nothing; the rest is in the state that comes back, for fit(). What must be the same
// is the identity: every difference is listed. Of differences in `harmless` alone (names, or "data.*" for all that begin so) the
// training may go on, where allow_changes says so; they are said as a warning (train.245) and kept for the next time.
//
// Errors: train.124, train.245, and those of checkpoints and weights.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/warning.hpp>
#include <dynvision/train/checkpoint.hpp>
#include <dynvision/train/optimizer.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace dynvision {

struct ResumeSettings {
  bool allow_changes = false;           // of what is harmless
  std::vector<std::string> harmless{};  // "epochs", "data.*"
};

namespace detail {

struct IdentityChange {
  std::string key, expected, found;
};

inline std::vector<IdentityChange> identity_changes(std::map<std::string, std::string> const& found,
                                                    std::map<std::string, std::string> const& expected) {
  std::vector<IdentityChange> all;
  for (auto const& [key, value] : expected) {
    auto const there = found.find(key);
    if (there == found.end()) {
      all.push_back({key, value, "none"});
    } else if (there->second != value) {
      all.push_back({key, value, there->second});
    }
  }
  for (auto const& [key, value] : found) {
    if (!expected.contains(key)) all.push_back({key, "none", value});
  }
  return all;
}

}  // namespace detail

inline void check_identity(Checkpoint const& checkpoint, std::map<std::string, std::string> const& expected,
                           ResumeSettings const& settings = {}) {
  auto const is_harmless = [&](std::string const& key) {
    return std::any_of(settings.harmless.begin(), settings.harmless.end(), [&](std::string const& name) {
      return name.ends_with('*') ? key.starts_with(std::string_view(name).substr(0, name.size() - 1)) : key == name;
    });
  };
  std::string text;
  bool all_harmless = true;
  for (auto const& [key, value, there] : detail::identity_changes(checkpoint.state.identity, expected)) {
    bool const harmless = is_harmless(key);
    all_harmless = all_harmless && harmless;
    text += "\n  " + key + ": expected " + value + ", found " + there;
    if (harmless && !settings.allow_changes) text += "  (harmless: allow_changes goes on with it)";
  }
  if (text.empty()) return;
  if (!all_harmless || !settings.allow_changes) {
    fail("train", 124, {checkpoint.file, ": the checkpoint is of another training:", text});
  }
  warn("train", 245, {checkpoint.file, ": the training goes on with other settings:", text});
}

// Puts a checkpoint's weights and optimiser state in place, all or nothing, and returns where to go on.
inline TrainingState resume(std::filesystem::path const& path, Optimizer& optimizer,
                            std::map<std::string, std::string> const& identity, ResumeSettings const& settings = {}) {
  Checkpoint checkpoint = read_checkpoint(path);
  check_identity(checkpoint, identity, settings);
  WeightsReport const report = compare_weights(checkpoint.weights, optimizer.parameters(), checkpoint.file);
  if (report.fits()) optimizer.load(checkpoint.optimizer);
  put_weights(checkpoint.weights, optimizer.parameters(), checkpoint.file);
  return std::move(checkpoint.state);
}

}  // namespace dynvision

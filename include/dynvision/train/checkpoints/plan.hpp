// Which checkpoints there are after an epoch: the last, the best, and one for every so many epochs.
//
//   checkpoint.safetensors                          settings.checkpoint: always the last
//   best-epoch=7-val_loss=0.4123.safetensors        the best save_top_k epochs by monitor_checkpoint
//   trained-epoch=49.safetensors                    every every_n_epochs; these stay
//
// Epochs of names count from 0, as in the Python toolbox: 49 is the fiftieth. All in the folder of the last one. Which are the best, and which files a checkpoint has replaced, stands in
// TrainingState::numbers ("checkpoint.best.7" -> 0.4123, "checkpoint.replaced.3" -> 0.52), so that a training which goes on has
// the list of one that was never stopped. An epoch without the number is no candidate; of equal ones the earlier stays.
//
// Errors: train.243.
#pragma once
#include <dynvision/train/checkpoints/writer.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/training_state.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::checkpoints {

inline constexpr std::string_view best = "checkpoint.best.", replaced = "checkpoint.replaced.";

struct Candidate {
  std::int64_t epoch = 0;  // after so many
  double value = 0;
};

// In the order of their epochs.
inline std::vector<Candidate> candidates(TrainingState const& state, std::string_view list) {
  std::vector<Candidate> all;
  for (auto at = state.numbers.lower_bound(std::string(list)); at != state.numbers.end(); ++at) {
    auto const& [name, value] = *at;
    if (!name.starts_with(list)) break;
    std::int64_t epoch = 0;
    if (std::from_chars(name.data() + list.size(), name.data() + name.size(), epoch).ec == std::errc()) {
      all.push_back({epoch, value});
    }
  }
  std::sort(all.begin(), all.end(), [](Candidate const& a, Candidate const& b) { return a.epoch < b.epoch; });
  return all;
}

inline void set_candidates(TrainingState& state, std::string_view list, std::vector<Candidate> const& all) {
  std::erase_if(state.numbers, [&](auto const& entry) { return entry.first.starts_with(list); });
  for (Candidate const& one : all) state.numbers[std::string(list) + number_text(one.epoch)] = one.value;
}

inline std::filesystem::path file_of(FitSettings const& settings, Candidate const& one) {
  std::string metric = settings.monitor_checkpoint;
  std::replace(metric.begin(), metric.end(), '/', '_');
  return settings.checkpoint.parent_path() /
         ("best-epoch=" + number_text(one.epoch - 1) + "-" + metric + "=" + number_text(one.value, 4) + ".safetensors");
}

// Takes the epoch that has just ended into the list, if it is good enough; what falls out of it is replaced.
inline void consider(TrainingState& state, FitSettings const& settings, MetricsRow const& row) {
  set_candidates(state, replaced, {});
  double const value = row.at(settings.monitor_checkpoint);
  if (settings.save_top_k == 0 || !std::isfinite(value)) return;
  bool const largest = settings.checkpoint_mode == "max";
  std::vector<Candidate> all = candidates(state, best);
  all.push_back({state.epoch, value});
  std::stable_sort(all.begin(), all.end(), [&](Candidate const& a, Candidate const& b) {
    return largest ? a.value > b.value : a.value < b.value;
  });
  if (settings.save_top_k > 0 && all.size() > static_cast<std::size_t>(settings.save_top_k)) {
    auto const kept = all.begin() + settings.save_top_k;
    std::vector<Candidate> out(kept, all.end());
    all.erase(kept, all.end());
    std::erase_if(out, [&](Candidate const& one) { return one.epoch == state.epoch; });
    set_candidates(state, replaced, out);
  }
  set_candidates(state, best, all);
}

// What is written, the last one last: what it says is then there.
inline Job job_of(TrainingState const& state, FitSettings const& settings, bool ends_an_epoch) {
  Job job;
  auto const all = candidates(state, best);
  if (ends_an_epoch && !all.empty() && all.back().epoch == state.epoch) {
    job.files.push_back(file_of(settings, all.back()));
  }
  std::int64_t const n = settings.every_n_epochs;
  if (ends_an_epoch && n > 0 && state.epoch % n == 0) {
    job.files.push_back(settings.checkpoint.parent_path() /
                        ("trained-epoch=" + number_text(state.epoch - 1) + ".safetensors"));
  }
  for (Candidate const& one : candidates(state, replaced)) job.obsolete.push_back(file_of(settings, one));
  job.files.push_back(settings.checkpoint);
  return job;
}

// A name that no row of the metrics has is a mistake; found with the first row.
inline void check_monitored(FitSettings const& settings, std::vector<std::string> const& columns) {
  if (settings.checkpoint.empty() || settings.save_top_k == 0) return;
  if (std::find(columns.begin(), columns.end(), settings.monitor_checkpoint) != columns.end()) return;
  fail("train", 243,
       {"monitor_checkpoint = \"", settings.monitor_checkpoint,
        "\": ", expected_one_of(settings.monitor_checkpoint, columns)});
}

}  // namespace dynvision::checkpoints

namespace dynvision {

// The file of the best epoch of a training so far; empty: there is none.
inline std::filesystem::path best_checkpoint(TrainingState const& state, FitSettings const& settings) {
  auto const all = checkpoints::candidates(state, checkpoints::best);
  bool const largest = settings.checkpoint_mode == "max";
  auto const found = std::min_element(all.begin(), all.end(), [&](auto const& a, auto const& b) {
    return largest ? a.value > b.value : a.value < b.value;
  });
  return found == all.end() ? std::filesystem::path() : checkpoints::file_of(settings, *found);
}

}  // namespace dynvision

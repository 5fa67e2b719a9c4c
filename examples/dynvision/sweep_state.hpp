// What has become of the runs of a sweep, and where each is.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/csv/table.hpp>

#include "sweep_folder.hpp"
#include "sweep_plan.hpp"
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace program {

using namespace dynvision;

//                     not begun  an earlier process of it still ends  ...       ended well  ended badly  stopped in between
enum class RunStatus { waiting, leaving, running, finished, failed, interrupted };
inline constexpr std::array<std::string_view, 6> run_status_names{"waiting",  "leaving", "running",
                                                                  "finished", "failed",  "interrupted"};
inline std::string_view name_of(RunStatus status) { return run_status_names[static_cast<std::size_t>(status)]; }

// Where a training is: the last row of its metrics.csv.
struct RunProgress {
  double epoch = std::numeric_limits<double>::quiet_NaN(), loss = epoch, accuracy = epoch;
};

struct RunState {
  PlannedRun const* run = nullptr;
  RunStatus status = RunStatus::waiting;
  std::string stage{};  // "train", "test"
  int attempts = 0;     // processes that were started for it, of all calls
  double seconds = 0;   // of all attempts
  std::string error{};  // why it failed
  double forecast = 0;  // [bytes] at most, as `plan` says; 0: not known
  RunProgress progress{}, at_start{};
  double started = 0;                                          // [s] of the runner's clock: this attempt
  std::vector<std::pair<std::string, std::string>> results{};  // measure, number
};

// The last complete row of a growing table, without reading all of it.
inline RunProgress progress_of(std::filesystem::path const& metrics) {
  RunProgress progress;
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(metrics, ignored)) return progress;
  try {
    InputFile const file(metrics);
    auto const piece = [&](std::uint64_t from, std::uint64_t to) {
      std::string text(static_cast<std::size_t>(to - from), '\0');
      file.read(from, text.data(), text.size());
      return text;
    };
    std::uint64_t const size = file.size(), most = 16384;
    std::string const head = piece(0, std::min(size, most));
    std::string tail = piece(size > most ? size - most : 0, size);
    if (size > most)
      tail = head.substr(0, head.find('\n') + 1) + tail.substr(std::min(tail.find('\n') + 1, tail.size()));
    CsvTable const table = CsvParser(tail, metrics.string(), LastLine::dropped).parse();
    // Lightning's tables leave cells empty where a row is of another kind: the newest number of each column.
    auto const newest = [&](std::initializer_list<std::string_view> columns) {
      for (std::string_view const column : columns) {
        auto const found = std::find(table.columns.begin(), table.columns.end(), column);
        if (found == table.columns.end()) continue;
        auto const c = static_cast<std::size_t>(found - table.columns.begin());
        for (std::size_t r = table.rows.size(); r-- > 0;) {
          auto const number = c < table.rows[r].size() ? cell_number(table.rows[r][c], table.separator) : std::nullopt;
          if (number && !std::isnan(*number)) return *number;
        }
      }
      return std::numeric_limits<double>::quiet_NaN();
    };
    progress.epoch = newest({"epoch"});
    progress.loss = newest({"train_loss"});
    progress.accuracy = newest({"val_accuracy", "train_accuracy"});
  } catch (Error const&) {  // it is being written
  }
  return progress;
}

// Numbers of a run's summary: what the table of results has of it.
inline std::vector<std::pair<std::string, std::string>> results_of(std::filesystem::path const& summary) {
  std::vector<std::pair<std::string, std::string>> results;
  auto const json = nlohmann::ordered_json::parse(InputFile(summary).text(), nullptr, false);
  if (!json.is_object()) return results;
  for (auto const& [key, value] : json.items()) {
    bool const measure = key.starts_with("test_") || key.starts_with("val_") || key.starts_with("train_") ||
                         key == "epochs" || key == "images_per_second" || key == "peak_memory" || key == "n_parameters";
    if (measure && value.is_number_integer())
      results.emplace_back(key, number_text(value.template get<std::int64_t>()));
    if (measure && value.is_number_float()) results.emplace_back(key, number_text(value.template get<double>()));
  }
  return results;
}

// What the last lines of an output say: the last numbered error, else the last line.
inline std::string error_in(std::filesystem::path const& output) {
  try {
    InputFile const file(output);
    std::uint64_t const from = file.size() > 65536 ? file.size() - 65536 : 0;
    std::string text(static_cast<std::size_t>(file.size() - from), '\0');
    file.read(from, text.data(), text.size());
    std::string last;
    bool numbered = false;
    for (std::size_t at = 0; at < text.size();) {
      std::size_t const end = std::min(text.find('\n', at), text.size());
      std::string const line = text.substr(at, end - at);
      at = end + 1;
      if (line.starts_with("== sweep: "))
        last.clear(), numbered = false;  // a new attempt (sweep_runner.hpp)
      else if (line.starts_with("[dynvision."))
        last = line, numbered = true;
      else if (!numbered && line.find_first_not_of(" \t\r") != std::string::npos)
        last = line;
    }
    return last.substr(0, 500);
  } catch (Error const&) {
    return "";
  }
}

inline void write_state(SweepFolder const& folder, RunState const& state) {
  nlohmann::ordered_json const json{{"status", name_of(state.status)},
                                    {"stage", state.stage},
                                    {"attempts", state.attempts},
                                    {"seconds", state.seconds},
                                    {"error", state.error}};
  write_file(folder.state(state.run->name), json.dump(2) + "\n");
}
// Attempts, seconds and error of earlier calls; whether a run has finished is asked of its own folder.
inline void read_state(SweepFolder const& folder, RunState& state) {
  std::error_code ignored;
  auto const path = folder.state(state.run->name);
  if (!std::filesystem::is_regular_file(path, ignored)) return;
  auto const json = nlohmann::ordered_json::parse(InputFile(path).text(), nullptr, false);
  if (!json.is_object()) return;
  auto const number = [&](char const* key) {
    return json.contains(key) && json[key].is_number() ? json[key].get<double>() : 0.0;
  };
  state.attempts = static_cast<int>(std::clamp(number("attempts"), 0.0, 1e6));
  state.seconds = number("seconds");
}

}  // namespace program

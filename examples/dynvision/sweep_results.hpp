// The table of results of a sweep, results.csv: a row for each run, renewed as a whole after each.
//
// Columns: run, the swept keys, seed, status, the measures of summary.json in the order in which they appear, seconds [s] of
// all attempts, attempts, folder, error. No value is an empty cell.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/csv/writer.hpp>

#include "sweep_folder.hpp"
#include "sweep_plan.hpp"
#include "sweep_state.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace program {

using namespace dynvision;

// "\"full\"" -> full
inline std::string cell_of(std::string const& json) {
  auto const value = nlohmann::ordered_json::parse(json, nullptr, false);
  return value.is_string() ? value.get<std::string>() : json;
}

// In the order in which they appear first.
inline std::vector<std::string> swept_keys(std::vector<RunState> const& states) {
  std::vector<std::string> keys;
  for (RunState const& state : states) {
    for (auto const& [key, value] : state.run->values) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
  }
  return keys;
}
inline std::vector<std::string> measures(std::vector<RunState> const& states) {
  std::vector<std::string> names;
  for (RunState const& state : states) {
    for (auto const& [name, value] : state.results) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    }
  }
  return names;
}
inline std::string value_of(std::vector<std::pair<std::string, std::string>> const& values, std::string const& key) {
  auto const found = std::find_if(values.begin(), values.end(), [&](auto const& value) { return value.first == key; });
  return found == values.end() ? "" : found->second;
}

inline std::string results_text(SweepFolder const& folder, std::vector<RunState> const& states) {
  std::vector<std::string> const keys = swept_keys(states), names = measures(states);
  bool const seed_swept = std::any_of(keys.begin(), keys.end(),
                                      [](std::string const& key) { return key.substr(key.rfind('.') + 1) == "seed"; });
  std::vector<std::string> columns{"run"};
  columns.insert(columns.end(), keys.begin(), keys.end());
  if (!seed_swept) columns.push_back("seed");
  columns.push_back("status");
  columns.insert(columns.end(), names.begin(), names.end());
  for (char const* const column : {"seconds", "attempts", "folder", "error"}) columns.emplace_back(column);
  std::string text = CsvWriter::line(columns) + "\n";
  for (RunState const& state : states) {
    std::vector<std::string> cells{state.run->name};
    for (std::string const& key : keys) cells.push_back(cell_of(value_of(state.run->values, key)));
    if (!seed_swept) cells.push_back(state.run->seed);
    cells.emplace_back(name_of(state.status));
    for (std::string const& name : names) cells.push_back(value_of(state.results, name));
    cells.push_back(number_text(state.seconds, decimals(1)));
    cells.push_back(number_text(state.attempts));
    bool const begun = state.attempts > 0 || state.status == RunStatus::finished;
    cells.push_back(begun ? folder.latest(state.run->name).string() : "");
    std::string error = state.error;
    std::replace(error.begin(), error.end(), '\n', ' ');
    cells.push_back(error);
    text += CsvWriter::line(cells) + "\n";
  }
  return text;
}

}  // namespace program

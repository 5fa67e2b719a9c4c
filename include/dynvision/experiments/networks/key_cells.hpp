// Cells of the key columns, as they stand in a table of an experiment, and what they say of two rows: the same network, the same condition.
//
//   KeyReader const keys(table.columns, "measures.csv");
//   KeyCells const of_row = keys(table.rows[0]);                 of_row.seed, of_row.parameter_value
//
// Errors: experiments.180 (columns are missing; all are named, each with the nearest that is there).
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/experiments/tables/table_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct KeyCells {
  std::string experiment{}, model{}, category{}, category_value{}, seed{}, status{}, epoch{}, parameter{},
      parameter_value{}, parameter_ms{}, condition{};

  bool operator==(KeyCells const&) const = default;

  // The model without its seed: "DyRCNNx4:rctype=full_7000" is "DyRCNNx4:rctype=full".
  std::string model_without_seed() const {
    std::string const end = "_" + seed;
    bool const named = !seed.empty() && model.size() > end.size() && model.ends_with(end);
    return named ? model.substr(0, model.size() - end.size()) : model;
  }
  bool is_network_of(KeyCells const& other) const {
    return experiment == other.experiment && model == other.model && category == other.category &&
           category_value == other.category_value && seed == other.seed;
  }
  // Epochs may differ among seeds, where the best ones were kept.
  bool is_condition_of(KeyCells const& other) const {
    return status == other.status && parameter == other.parameter && parameter_value == other.parameter_value &&
           condition == other.condition;
  }
};

inline constexpr std::array<std::pair<std::string_view, std::string KeyCells::*>, 11> key_cells{{
    {"experiment", &KeyCells::experiment},
    {"model", &KeyCells::model},
    {"category", &KeyCells::category},
    {"category_value", &KeyCells::category_value},
    {"seed", &KeyCells::seed},
    {"status", &KeyCells::status},
    {"epoch", &KeyCells::epoch},
    {"parameter", &KeyCells::parameter},
    {"parameter_value", &KeyCells::parameter_value},
    {"parameter_ms", &KeyCells::parameter_ms},
    {"condition", &KeyCells::condition},
}};

// Places of columns; all that are missing are named at once.
inline std::vector<std::size_t> places_of(std::vector<std::string_view> const& wanted,
                                          std::vector<std::string> const& columns, std::string_view file) {
  std::vector<std::size_t> places;
  std::string missing;
  for (std::string_view const name : wanted) {
    auto const found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end())
      missing += joined({missing.empty() ? "" : "; ", name, ": ", expected_one_of(name, columns)});
    places.push_back(static_cast<std::size_t>(found - columns.begin()));
  }
  if (!missing.empty()) {
    fail("experiments", 180,
         {file, ": columns of a table of an experiment are missing: ", missing,
          " (dynvision experiment run writes such tables)"});
  }
  return places;
}

class KeyReader {
 public:
  KeyReader(std::vector<std::string> const& columns, std::string_view file) {
    std::vector<std::string_view> names;
    for (auto const& one : key_cells) names.push_back(one.first);
    places_ = places_of(names, columns, file);
  }
  KeyCells operator()(std::vector<std::string> const& row) const {
    KeyCells keys;
    for (std::size_t k = 0; k < key_cells.size(); ++k) keys.*key_cells[k].second = row[places_[k]];
    return keys;
  }

 private:
  std::vector<std::size_t> places_{};
};

inline void add_keys(TableFile& table, KeyCells const& keys) {
  for (auto const& one : key_cells) table.cell(keys.*one.second);
}

}  // namespace dynvision::experiments

// Numbers of images from measures.csv: of one network, or of several whose tables have been put together.
//
//   for (ImageNumbers const& network : read_measures("runs/latest/experiments/duration/measures.csv")) network.images.size()
//
// Read row by row; held are the numbers. Columns that are neither keys nor `layer`, `image_index`, `label` are measures: those of traces
// belong to layers, those of the classifier to it, others to wherever a row has a number.
//
// Errors: experiments.180, experiments.181 (no rows), experiments.184 (a cell that is no number, a row that is there twice), those of io/csv.
#pragma once
#include <dynvision/experiments/measures/measure_columns.hpp>
#include <dynvision/experiments/networks/image_numbers.hpp>
#include <dynvision/io/csv/table.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace dynvision::experiments {

namespace networks {

struct MeasureColumn {
  std::size_t place = 0;
  std::string name{}, unit{};
  bool of_classifier = false, of_layers = false;  // neither: of wherever there are numbers
};

inline std::vector<MeasureColumn> measure_columns(std::vector<std::string> const& columns) {
  std::vector<MeasureColumn> all;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    std::string const& name = columns[c];
    bool const is_key =
        std::any_of(key_cells.begin(), key_cells.end(), [&](auto const& one) { return one.first == name; });
    if (is_key || name == "layer" || name == "image_index" || name == "label" || name == "n_classes") continue;
    MeasureColumn column{.place = c, .name = name};
    for (auto const& one : classifier_measures) {
      if (name == one.name) column.unit = one.unit, column.of_classifier = true;
    }
    for (auto const& one : analysis::trace_measures) {
      if (name == one.name) column.unit = one.unit, column.of_layers = true;
    }
    all.push_back(column);
  }
  return all;
}

inline double number_in(std::string const& cell, std::string const& column, std::string const& file, std::size_t row) {
  std::optional<double> const number = cell_number(cell, ',');
  if (!number) {
    fail("experiments", 184,
         {file, ": row ", row, ", ", column, ": expected a number or an empty cell, found \"", cell, "\""});
  }
  return *number;
}

// One network's rows, as they come.
struct MeasureRows {
  ImageNumbers all{};
  std::unordered_map<std::string, std::size_t> conditions{},
      blocks{};  // of a condition and layer: number of its first column
  std::unordered_map<std::int64_t, std::size_t> image_rows{};
  std::vector<std::vector<double>> rows{};  // of images, as long as the columns that they have been given

  // The row is not there twice.
  void add(KeyCells const& keys, std::string const& layer, std::int64_t image, std::int64_t label,
           std::vector<MeasureColumn> const& measures, std::vector<double> const& numbers, std::size_t row) {
    std::string const condition = keys.status + "\n" + keys.parameter_value + "\n" + keys.condition;
    auto const [at, is_new] = conditions.try_emplace(condition, all.conditions.size());
    if (is_new) all.conditions.push_back(keys);
    auto const [block, new_block] = blocks.try_emplace(condition + "\n" + layer, all.columns.size());
    if (new_block) {
      for (MeasureColumn const& one : measures)
        all.columns.push_back({.condition = at->second, .layer = layer, .measure = one.name, .unit = one.unit});
    }
    auto const [place, new_image] = image_rows.try_emplace(image, rows.size());
    if (new_image) rows.emplace_back(), all.images.push_back(image), all.labels.push_back(label);
    std::vector<double>& values = rows[place->second];
    std::size_t const first = block->second;
    if (values.size() < first + numbers.size()) values.resize(first + numbers.size(), unseen);
    if (!numbers.empty() && values[first] != unseen) {
      fail("experiments", 184,
           {all.file, ": row ", row, ": image ", image, " of ", layer, ", ", keys.condition, ", seed ", keys.seed,
            ": expected one row of it, found another one"});
    }
    std::copy(numbers.begin(), numbers.end(), values.begin() + static_cast<std::ptrdiff_t>(first));
  }

  // Without the columns of other layers' measures.
  ImageNumbers take(std::vector<MeasureColumn> const& measures) {
    std::vector<std::size_t> kept;
    std::vector<NumberColumn> columns;
    for (std::size_t c = 0; c < all.columns.size(); ++c) {
      MeasureColumn const& measure = measures[c % measures.size()];
      bool const is_classifier = all.columns[c].layer == "classifier";
      bool const belongs = measure.of_classifier ? is_classifier : measure.of_layers && !is_classifier;
      bool const known = measure.of_classifier || measure.of_layers;
      bool const has = std::any_of(rows.begin(), rows.end(), [&](auto const& row) {
        return c < row.size() && row[c] != unseen && !std::isnan(row[c]);
      });
      if (known ? belongs : has) kept.push_back(c), columns.push_back(all.columns[c]);
    }
    all.columns = std::move(columns);
    for (std::vector<double> const& row : rows) {
      for (std::size_t const c : kept)
        all.values.push_back(c < row.size() && row[c] != unseen ? row[c] : analysis::not_defined);
    }
    return std::move(all);
  }

  static constexpr double unseen = -std::numeric_limits<double>::infinity();
};

}  // namespace networks

inline std::vector<ImageNumbers> read_measures(std::filesystem::path const& path) {
  std::string const file = path.string();
  std::optional<KeyReader> keys_of;
  std::vector<std::size_t> places;  // layer, image_index, label
  std::optional<std::size_t> classes;
  std::vector<networks::MeasureColumn> measures;
  std::vector<networks::MeasureRows> all;
  std::size_t n = 0;
  each_csv_row(
      path,
      [&](std::vector<std::string> const& columns) {
        keys_of.emplace(columns, file);
        places = places_of({"layer", "image_index", "label"}, columns, file);
        measures = networks::measure_columns(columns);
        auto const found = std::find(columns.begin(), columns.end(), "n_classes");
        if (found != columns.end()) classes = static_cast<std::size_t>(found - columns.begin());
      },
      [&](std::vector<std::string> const& row) {
        ++n;
        KeyCells const keys = (*keys_of)(row);
        auto network = std::find_if(all.rbegin(), all.rend(), [&](networks::MeasureRows const& one) {
          return one.all.network.is_network_of(keys);
        });
        if (network == all.rend()) {
          all.emplace_back();
          all.back().all.network = keys, all.back().all.file = file;
          double const n_classes = classes ? networks::number_in(row[*classes], "n_classes", file, n) : 0;
          if (n_classes >= 2 && n_classes < 1e9) all.back().all.n_classes = static_cast<std::int64_t>(n_classes);
          network = all.rbegin();
        }
        std::vector<double> numbers;
        for (networks::MeasureColumn const& one : measures)
          numbers.push_back(networks::number_in(row[one.place], one.name, file, n));
        double const image = networks::number_in(row[places[1]], "image_index", file, n);
        double const label = networks::number_in(row[places[2]], "label", file, n);
        if (!(std::abs(image) < 9e15)) {
          fail("experiments", 184,
               {file, ": row ", n, ", image_index: expected a whole number, found \"", row[places[1]], "\""});
        }
        network->add(keys, row[places[0]], static_cast<std::int64_t>(image),
                     std::abs(label) < 9e15 ? static_cast<std::int64_t>(label) : -1, measures, numbers, n);
      });
  if (n == 0) fail("experiments", 181, {file, ": expected rows of a table of an experiment, found none"});
  std::vector<ImageNumbers> result;
  for (networks::MeasureRows& one : all) result.push_back(one.take(measures));
  return result;
}

}  // namespace dynvision::experiments

// Rows and columns of test_outputs.csv and test_data.csv, as the Python toolbox has them.
//
//   tables::Row const row(records, labels, image, t);
//   tables::add_outputs(table, row, sample, t, keys);
#pragma once
#include <dynvision/experiments/tables/condition_records.hpp>
#include <dynvision/experiments/tables/table_keys.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::experiments {

namespace tables {

inline constexpr double none = std::numeric_limits<double>::quiet_NaN();
inline constexpr std::array<std::string_view, 6> quantities{
    "accuracy", "accuracy_top3", "accuracy_top5", "guess_confidence", "label_confidence", "first_label_confidence"};

// What a row of an image and a step says; labels are classes.
struct Row {
  std::int64_t label, guess, first_label;
  std::array<double, quantities.size()> of;  // in the order above

  Row(ConditionRecords const& r, Tensor const& labels, std::int64_t i, std::int64_t t) {
    auto const* const known = labels.const_data_ptr<std::int64_t>() + i * labels.size(1);
    int const now = r.label_of(t), first = r.first_label_of();
    label = now == no_label ? no_label : known[now];
    first_label = first == no_label ? no_label : known[first];
    guess = r.guess(i, t);
    std::int64_t const rank = first == no_label ? -1 : r.rank(i, t, first);
    auto const hit = [&](bool yes) { return first == no_label ? none : yes ? 1. : 0.; };
    of = {hit(guess == first_label),
          hit(rank >= 0 && rank < 3),
          hit(rank >= 0 && rank < 5),
          r.guess_confidence(i, t),
          now == no_label ? none : r.confidence(i, t, now),
          first == no_label ? none : r.confidence(i, t, first)};
  }
};

inline std::vector<Column> output_columns() {
  return {{"sample_index", "int64", "", "number of the image in the experiment"},
          {"times_index", "int64", "steps", "recorded step"},
          {"label_index", "int64", "", "class that counts at this step; -1: none"},
          {"guess_index", "int64", "", "class with the largest output; -1: there is none"},
          {"image_index", "int64", "", "number of the image in its data set"},
          {"first_label_index", "int64", "", "class that counts first in the trial; -1: none"},
          {"guess_confidence", "float64", "", "softmax of the outputs at the guess"},
          {"first_label_confidence", "float64", "", "softmax of the outputs at the first label"}};
}

inline void add_outputs(TableFile& table, Row const& row, std::int64_t sample, std::int64_t t, TableKeys const& keys) {
  table.cell(sample).cell(t).cell(row.label).cell(row.guess).cell(keys.image_number(sample)).cell(row.first_label);
  table.cell(row.of[3]).cell(row.of[5]);
}

// The varied parameters, the first one being that of the experiment.
inline std::vector<std::string> varied(std::span<Condition const> conditions) {
  std::vector<std::string> all;
  auto const add = [&](std::string const& key) {
    if (!key.empty() && std::find(all.begin(), all.end(), key) == all.end()) all.push_back(key);
  };
  for (Condition const& one : conditions) add(one.parameter);
  for (Condition const& one : conditions) {
    for (auto const& [key, value] : one.values) add(key);
  }
  return all;
}

inline std::string value_of(Condition const& condition, std::string const& key) {
  for (auto const& [name, value] : condition.values) {
    if (name == key) return value_text(value);
  }
  return condition.parameter == key ? value_text(condition.parameter_value) : "";
}

inline std::vector<Column> data_columns(std::span<Condition const> conditions, TableKeys const& keys,
                                        std::vector<std::string> const& layers) {
  std::vector<Column> all = output_columns();
  all.push_back({"accuracy", "bool", "", "whether the guess is the first label"});
  all.push_back({"accuracy_top3", "bool", "", "whether fewer than 3 classes stand before the first label"});
  all.push_back({"accuracy_top5", "bool", "", "whether fewer than 5 classes stand before the first label"});
  all.push_back({"label_confidence", "float64", "", "softmax of the outputs at the label"});
  for (std::string const& layer : layers) {
    all.push_back({layer + "_response_avg", "float64", "", "mean |r| over the units of the layer"});
    all.push_back({layer + "_response_std", "float64", "", "unbiased standard deviation of |r| over its units"});
  }
  std::vector<std::string> const parameters = varied(conditions);
  for (std::string const& key : parameters) all.push_back({key, "text", "", "varied by the experiment"});
  if (!keys.category.empty()) {
    bool const taken = std::find(parameters.begin(), parameters.end(), keys.category) != parameters.end();
    all.push_back({(taken ? "train_" : "") + keys.category, "text", "", "varied among the models"});
  }
  all.push_back({"seed", "int64", "", "of the model"});
  all.push_back({"status", "text", "", "which weights of the training"});
  all.push_back({"epoch", "float64", "", "after which they were saved"});
  all.push_back({"activityloss", "float64", "", "weight of the activity in the training"});
  all.push_back({"idle_timesteps", "int64", "steps", "blank steps before the first row"});
  return all;
}

}  // namespace tables

}  // namespace dynvision::experiments

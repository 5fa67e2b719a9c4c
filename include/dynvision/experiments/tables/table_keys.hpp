// What an experiment was run on: the columns that every one of its tables begins with, so that tables of several models are joined.
#pragma once
#include <dynvision/experiments/plan/plan.hpp>
#include <dynvision/experiments/tables/key_columns.hpp>
#include <dynvision/experiments/tables/table_file.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace dynvision::experiments {

struct TableKeys {
  std::string experiment{}, model{};
  std::string category{}, category_value{};  // what is varied among the models: "rctype", "full"; empty: nothing
  std::int64_t seed = 0;
  std::string status = "trained";  // of the weights, where a condition does not say it
  double epoch = std::numeric_limits<double>::quiet_NaN();
  double activity_loss = std::numeric_limits<double>::quiet_NaN();  // weight of it in the training
  std::vector<std::int64_t> image_numbers{};                        // of the images in their data set; empty: 0, 1, ...

  std::int64_t image_number(std::int64_t i) const {
    return image_numbers.empty() ? i : image_numbers[static_cast<std::size_t>(i)];
  }
};

// true and false of a configuration as 1 and 0; text without its quotation marks.
inline std::string value_text(std::string const& value) {
  if (value == "true") return "1";
  if (value == "false") return "0";
  bool const quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

inline void add_keys(TableFile& table, TableKeys const& keys, Condition const& condition, double dt) {
  table.cell(keys.experiment).cell(keys.model).cell(keys.category).cell(keys.category_value).cell(keys.seed);
  table.cell(condition.model.status.empty() ? keys.status : condition.model.status).cell(keys.epoch);
  table.cell(condition.parameter).cell(value_text(condition.parameter_value));
  table.cell(condition.parameter_ms(dt).value_or(std::numeric_limits<double>::quiet_NaN())).cell(condition.id);
}

}  // namespace dynvision::experiments

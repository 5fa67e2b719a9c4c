// The columns that every table of an experiment begins with: what was shown to which network; and those of traces.csv.
//
//   TableFile table("measures.csv", columns_behind_keys({{"layer", "text", "", "layer of the model"}}));
//   TableFile traces("traces.csv", traces_columns());
#pragma once
#include <dynvision/experiments/tables/table_file.hpp>

#include <vector>

namespace dynvision::experiments {

// The key columns, and these behind them.
inline std::vector<Column> columns_behind_keys(std::vector<Column> const& others) {
  std::vector<Column> all{
      {"experiment", "text", "", "name of the experiment"},
      {"model", "text", "", "type of the model"},
      {"category", "text", "", "what is varied among the models; empty: nothing"},
      {"category_value", "text", "", "its value for this model"},
      {"seed", "int64", "", "of the model"},
      {"status", "text", "", "which weights of the training"},
      {"epoch", "float64", "", "after which they were saved"},
      {"parameter", "text", "", "what the experiment varies"},
      {"parameter_value", "text", "", "as it was configured; of durations steps, unless it says ms"},
      {"parameter_ms", "float64", "ms", "the same, where it is a duration"},
      {"condition", "text", "", "id of the condition"}};
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

// Of traces.csv.
inline std::vector<Column> traces_columns() {
  return columns_behind_keys({{"layer", "text", "", "layer of the model, or its classifier"},
                              {"times_index", "int64", "steps", "recorded step"},
                              {"time_ms", "float64", "ms", "start of the step, from the onset of what is shown"},
                              {"shown", "bool", "", "whether something is shown"},
                              {"label_valid", "bool", "", "whether a class counts"},
                              {"quantity", "text", "", "what the numbers are of"},
                              {"n", "int64", "", "images"},
                              {"mean", "float64", "", "over images, then over networks"},
                              {"sd", "float64", "", "over images, unbiased"},
                              {"ci_low", "float64", "", "95 %: mean - 1.96 sd / sqrt(n), or by drawing again"},
                              {"ci_high", "float64", "", "95 %: mean + 1.96 sd / sqrt(n), or by drawing again"}});
}

}  // namespace dynvision::experiments

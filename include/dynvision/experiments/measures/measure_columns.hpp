// Columns of the tables of measures: measures.csv (images), summary.csv (means), curves.csv (over the parameter).
//
//   TableFile table(out / "summary.csv", summary_columns());
#pragma once
#include <dynvision/analysis/response/trace_measures.hpp>
#include <dynvision/experiments/tables/key_columns.hpp>

#include <array>
#include <vector>

namespace dynvision::experiments {

// What measures.csv has of the classifier.
struct ClassifierMeasure {
  char const *name, *unit, *meaning;
};

inline constexpr std::array<ClassifierMeasure, 4> classifier_measures{{
    {"accuracy", "", "whether the guess is the first label, last step with the stimulus"},
    {"guess_confidence", "", "softmax of the outputs at the guess, the same step"},
    {"first_label_confidence", "", "softmax of the outputs at the first label, the same step"},
    {"reaction_time_ms", "ms", "from onset to the first step with a confidence of at least 0.6"},
}};

inline std::vector<Column> measures_columns() {
  std::vector<Column> all = columns_behind_keys({{"layer", "text", "", "layer of the model, or its classifier"},
                                                 {"image_index", "int64", "", "number of the image in its data set"},
                                                 {"label", "int64", "", "class that counts first; -1: none"},
                                                 {"n_classes", "int64", "", "answers that there are"}});
  for (auto const& one : analysis::trace_measures) all.push_back({one.name, "float64", one.unit, one.meaning});
  for (auto const& one : classifier_measures) all.push_back({one.name, "float64", one.unit, one.meaning});
  return all;
}

inline std::vector<Column> summary_columns() {
  return columns_behind_keys({{"layer", "text", "", "layer of the model, or its classifier"},
                              {"measure", "text", "", "see the reference of measures"},
                              {"unit", "text", "", "of the measure"},
                              {"mean", "float64", "", "over images, then over networks"},
                              {"ci_low", "float64", "", "95 % interval, units drawn again"},
                              {"ci_high", "float64", "", "95 % interval, units drawn again"},
                              {"sd_images", "float64", "", "over images, unbiased; of several networks their mean"},
                              {"sd_seeds", "float64", "", "of the means of networks; of one there is none"},
                              {"n_images", "int64", "", "images of each network"},
                              {"n_seeds", "int64", "", "networks"},
                              {"n_valid", "int64", "", "numbers that are defined, of all networks"},
                              {"units", "text", "", "what the interval draws again"}});
}

inline std::vector<Column> curves_columns() {
  return columns_behind_keys({{"layer", "text", "", "layer of the model, or its classifier"},
                              {"measure", "text", "", "see the reference of measures"},
                              {"unit", "text", "", "of the measure"},
                              {"value", "float64", "",
                               "mean over images of the measure of each; of noise: of all answers; then over networks"},
                              {"ci_low", "float64", "", "95 % interval, units drawn again"},
                              {"ci_high", "float64", "", "95 % interval, units drawn again"},
                              {"n_valid", "int64", "", "numbers that are defined, of all networks"},
                              {"n_seeds", "int64", "", "networks"},
                              {"units", "text", "", "what the interval draws again"},
                              {"flags", "text", "", "what must be known beside it"}});
}

}  // namespace dynvision::experiments

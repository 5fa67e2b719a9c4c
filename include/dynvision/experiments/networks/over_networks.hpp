// Tables of kinds of networks: what each kind, of one network or of several that differ in their seed, did in an experiment.
//
//   OverNetworks tables(out / "duration", settings);
//   tables.add_measures(pooled), tables.add_courses(pooled_courses, axes), tables.add_curves(pooled_curves), tables.add_noise(pooled, chance);
//   tables.commit();                               summary.csv, traces.csv, curves.csv: those that have rows
//
// In their rows `seed` is empty, `model` is without the seed, and what else differs among the networks (the epoch of the best weights) is
// empty. A mean is over images, then over networks; its interval draws networks and then images in each (Efron & Tibshirani 1993), of a
// single network its images, and `units` says which.
//
// Errors: experiments.132, those of files.
#pragma once
#include <dynvision/analysis/response/temporal_summation.hpp>
#include <dynvision/experiments/measures/measure_columns.hpp>
#include <dynvision/experiments/measures/noise_curves.hpp>
#include <dynvision/experiments/networks/comparisons.hpp>
#include <dynvision/experiments/networks/time_courses.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

namespace networks {

// Accuracy at the last step with the stimulus over the levels of noise; a status of the weights each.
struct NoiseLevels {
  NoiseAnswers answers{};
  std::size_t condition = 0;
};

inline std::vector<NoiseLevels> noise_levels(SeedNumbers const& all) {
  std::map<std::string, std::map<double, std::size_t>> columns;  // of a status, by level
  std::map<std::string, std::size_t> found;
  for (std::size_t c = 0; c < all.columns.size(); ++c) {
    KeyCells const& keys = all.conditions[all.columns[c].condition];
    if (keys.parameter != "ssnr" || all.columns[c].layer != "classifier" || all.columns[c].measure != "accuracy")
      continue;
    std::optional<double> const level = cell_number(keys.parameter_value, ',');
    if (!level || std::isnan(*level)) continue;
    columns[keys.status][*level] = c, ++found[keys.status];
  }
  std::vector<NoiseLevels> result;
  for (auto const& [status, levels] : columns) {
    if (levels.size() < 2 || levels.size() != found[status]) continue;  // something else is varied, too
    NoiseLevels one{.answers = {.n_images = all.images.size(), .n_seeds = all.seeds.size()},
                    .condition = all.columns[levels.begin()->second].condition};
    for (auto const& [level, column] : levels) one.answers.ssnr.push_back(level);
    for (std::size_t s = 0; s < all.seeds.size(); ++s) {
      for (std::size_t i = 0; i < all.images.size(); ++i) {
        for (auto const& [level, column] : levels) one.answers.accuracy.push_back(all.at(s, i, column));
      }
    }
    result.push_back(std::move(one));
  }
  return result;
}

}  // namespace networks

class OverNetworks {
 public:
  OverNetworks(std::filesystem::path out, analysis::BootstrapSettings const& settings)
      : out_(std::move(out)), settings_(settings) {
    std::error_code error;
    std::filesystem::create_directories(out_, error);
    if (error) fail("experiments", 132, {out_.string(), ": the folder cannot be made: ", error.message()});
  }

  void add_measures(SeedNumbers const& all) {
    if (!summary_) summary_.emplace(out_ / "summary.csv", summary_columns());
    std::vector<NumberMean> const means = means_of(all, settings_);
    for (std::size_t c = 0; c < means.size(); ++c) {
      NumberColumn const& column = all.columns[c];
      NumberMean const& m = means[c];
      add_keys(*summary_, all.conditions[column.condition]);
      summary_->cell(column.layer).cell(column.measure).cell(column.unit).cell(m.of.mean);
      summary_->cell(m.interval.low).cell(m.interval.high).cell(m.of.sd_images).cell(m.of.sd_seeds);
      summary_->cell(all.images.size()).cell(m.of.n_seeds).cell(m.of.n_valid);
      summary_->cell(analysis::bootstrap_units(m.of.n_seeds)).end_row();
    }
  }

  // `axes`: of the first network.
  void add_courses(SeedNumbers const& all, std::vector<CourseOfCondition> const& axes) {
    if (!traces_) {
      std::vector<Column> columns = traces_columns();
      columns.push_back({"n_seeds", "int64", "", "networks"});
      columns.push_back({"units", "text", "", "what the interval draws again"});
      traces_.emplace(out_ / "traces.csv", columns);
    }
    std::vector<NumberMean> const means = means_of(all, settings_);
    for (std::size_t c = 0; c < means.size(); ++c) {
      NumberColumn const& column = all.columns[c];
      NumberMean const& m = means[c];
      CourseOfCondition const& axis = axes.at(column.condition);
      add_keys(*traces_, all.conditions[column.condition]);
      traces_->cell(column.layer).cell(column.step).cell(axis.time_ms[column.step]).cell(axis.shown[column.step]);
      traces_->cell(axis.label_valid[column.step]).cell(column.measure).cell(m.of.n_valid / m.of.n_seeds);
      traces_->cell(m.of.mean).cell(m.of.sd_images).cell(m.interval.low).cell(m.interval.high).cell(m.of.n_seeds);
      traces_->cell(analysis::bootstrap_units(m.of.n_seeds)).end_row();
    }
  }

  void add_curves(SeedNumbers const& all) {
    std::vector<NumberMean> const means = means_of(all, settings_);
    for (std::size_t c = 0; c < means.size(); ++c) {
      NumberColumn const& column = all.columns[c];
      bool const truncated = column.measure == "truncated_fraction" && means[c].of.mean > analysis::most_truncated;
      KeyCells keys = all.conditions[column.condition];
      if (!column.of_condition) keys.parameter_value.clear(), keys.parameter_ms.clear(), keys.condition.clear();
      curve(keys, column, means[c].of.mean, means[c].interval, means[c].of.n_valid, means[c].of.n_seeds,
            truncated ? truncated_flag : "");
    }
  }

  // Robustness, psychometric functions, and how much sooner answers come with the least noise.
  void add_noise(SeedNumbers const& all, double chance) {
    for (networks::NoiseLevels& one : networks::noise_levels(all)) {
      one.answers.n_threads = settings_.n_threads, one.answers.logistic = true;
      KeyCells keys = all.conditions[one.condition];
      keys.parameter_value.clear(), keys.parameter_ms.clear(), keys.condition.clear();
      std::size_t const n_seeds = all.seeds.size();
      for (NoiseNumber const& number : noise_numbers(one.answers, chance)) {
        curve(keys, {.layer = "classifier", .measure = number.measure, .unit = number.unit}, number.value,
              number.interval, all.images.size() * n_seeds, n_seeds, number.flags);
      }
      add_reaction_change(all, keys);
    }
  }

  // Of a comparison with the recurrence silenced, level by level.
  void add_gain(std::vector<ComparedRow> const& rows, std::size_t n_seeds) {
    for (ComparedRow const& row : rows) {
      if (row.layer != "classifier" || row.measure != "accuracy" || row.kind != "measure") continue;
      curve(row.keys, {.layer = row.layer, .measure = "recurrence_gain"}, row.difference, row.interval, row.n, n_seeds,
            "");
    }
  }

  // Names of the tables that were written.
  std::vector<std::string> commit() {
    std::vector<std::string> names;
    for (auto const& [name, table] :
         {std::pair{"summary.csv", &summary_}, {"traces.csv", &traces_}, {"curves.csv", &curves_}}) {
      if (*table) (*table)->commit(), names.push_back((out_ / name).string());
    }
    return names;
  }

 private:
  static constexpr char const* truncated_flag =
      "the last row has more than 5 % of the peak: more steps after the stimulus are needed";

  void curve(KeyCells const& keys, NumberColumn const& column, double value, analysis::Interval const& interval,
             std::size_t n_valid, std::size_t n_seeds, std::string const& flags) {
    if (!curves_) curves_.emplace(out_ / "curves.csv", curves_columns());
    add_keys(*curves_, keys);
    curves_->cell(column.layer)
        .cell(column.measure)
        .cell(column.unit)
        .cell(value)
        .cell(interval.low)
        .cell(interval.high);
    curves_->cell(n_valid).cell(n_seeds).cell(analysis::bootstrap_units(n_seeds)).cell(flags).end_row();
  }

  // Mean reaction time at the highest level minus that at the lowest, of the images that are answered at each.
  void add_reaction_change(SeedNumbers const& all, KeyCells const& keys) {
    std::map<double, std::size_t> columns;
    for (std::size_t c = 0; c < all.columns.size(); ++c) {
      KeyCells const& own = all.conditions[all.columns[c].condition];
      bool const is_time = all.columns[c].layer == "classifier" && all.columns[c].measure == "reaction_time_ms";
      if (is_time && own.status == keys.status) columns[cell_number(own.parameter_value, ',').value_or(0)] = c;
    }
    if (columns.size() < 2) return;
    std::size_t const low = columns.begin()->second, high = columns.rbegin()->second;
    std::vector<double> both;
    for (std::size_t s = 0; s < all.seeds.size(); ++s) {
      for (std::size_t i = 0; i < all.images.size(); ++i)
        both.push_back(all.at(s, i, low)), both.push_back(all.at(s, i, high));
    }
    std::vector<double> const draws = analysis::bootstrap_means(
        {.values = both, .n_seeds = all.seeds.size(), .n_images = all.images.size(), .n_steps = 2}, settings_);
    std::vector<double> change(draws.size() / 2);
    for (std::size_t b = 0; b < change.size(); ++b) change[b] = draws[2 * b + 1] - draws[2 * b];
    analysis::SeedMean const first = analysis::mean_over_seeds(all.of(low)),
                             last = analysis::mean_over_seeds(all.of(high));
    curve(keys, {.layer = "classifier", .measure = "reaction_time_change_ms", .unit = "ms"}, last.mean - first.mean,
          analysis::percentile_interval(change), std::min(first.n_valid, last.n_valid), all.seeds.size(),
          analysis::has_nan(change) ? "no answer at one of the levels, in some draws" : "");
  }

  std::filesystem::path out_;
  analysis::BootstrapSettings settings_;
  std::optional<TableFile> summary_{}, traces_{}, curves_{};
};

}  // namespace dynvision::experiments

// Numbers of every image, in columns: a measure of a layer in a condition, or of a curve over conditions.
//
//   MeasuredColumns columns;
//   columns.begin_image();
//   columns.add({.condition = 0, .layer = "V1", .measure = "peak_latency_ms", .unit = "ms"}, 24.0);
//
// Every image has the same columns in the same order. Means over images have intervals by drawing images again (2000 draws, percentiles;
// analysis/statistics/bootstrap.hpp), all columns with the same draws.
//
// Errors: experiments.138.
#pragma once
#include <dynvision/analysis/response/averages.hpp>
#include <dynvision/analysis/statistics/bootstrap.hpp>
#include <dynvision/core/error.hpp>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct MeasuredColumn {
  std::size_t condition = 0;
  std::string layer{}, measure{}, unit{};
  bool of_curve = false;      // over the parameter, not of one condition
  bool has_parameter = true;  // of a curve: whether it is a number for this condition's value of the parameter
};

struct MeasuredMean {
  analysis::ValidMean of_images{};
  analysis::Interval interval{};
};

class MeasuredColumns {
 public:
  void begin_image() {
    if (n_images_ > 0 && place_ != columns_.size()) {
      fail("experiments", 138, {place_, " measures of an image after ", columns_.size(), " of the one before it"});
    }
    ++n_images_, place_ = 0;
  }
  void add(MeasuredColumn column, double value) {
    if (n_images_ == 1) {
      columns_.push_back(std::move(column));
    } else if (place_ >= columns_.size()) {
      fail("experiments", 138,
           {"more than ", columns_.size(), " measures of an image: expected as many as of the first"});
    }
    ++place_;
    values_.push_back(value);
  }

  // Columns from `first` on name places in a list of conditions; these are their numbers.
  void number_conditions(std::size_t first, std::vector<std::size_t> const& conditions) {
    for (std::size_t c = first; c < columns_.size(); ++c) columns_[c].condition = conditions[columns_[c].condition];
  }

  std::vector<MeasuredColumn> const& columns() const { return columns_; }
  std::size_t n_images() const { return n_images_; }
  std::vector<double> of(std::size_t column) const {
    std::vector<double> all(n_images_);
    for (std::size_t i = 0; i < n_images_; ++i) all[i] = values_[i * columns_.size() + column];
    return all;
  }

  std::vector<MeasuredMean> means() const {
    std::size_t const n = columns_.size();
    std::vector<MeasuredMean> all(n);
    if (n == 0 || n_images_ == 0) return all;
    // Where nothing is missing there is nothing to count, which is half of the work.
    std::vector<std::size_t> complete, missing;
    for (std::size_t c = 0; c < n; ++c) {
      all[c].of_images = analysis::valid_mean(of(c));
      (all[c].of_images.n_valid == n_images_ ? complete : missing).push_back(c);
    }
    for (std::vector<std::size_t> const& columns : {complete, missing}) intervals(columns, all);
    return all;
  }

 private:
  void intervals(std::vector<std::size_t> const& columns, std::vector<MeasuredMean>& all) const {
    std::size_t const n = columns.size();
    if (n == 0) return;
    std::vector<double> values;
    values.reserve(n * n_images_);
    for (std::size_t i = 0; i < n_images_; ++i) {
      for (std::size_t const c : columns) values.push_back(values_[i * columns_.size() + c]);
    }
    std::vector<double> const draws =
        analysis::bootstrap_means({.values = values, .n_images = n_images_, .n_steps = n});
    analysis::each_draw(n, 0, [&](std::size_t k) {
      std::vector<double> of_column(draws.size() / n);
      for (std::size_t d = 0; d < of_column.size(); ++d) of_column[d] = draws[d * n + k];
      all[columns[k]].interval = analysis::percentile_interval(of_column);
    });
  }

  std::vector<MeasuredColumn> columns_{};
  std::vector<double> values_{};  // (images, columns)
  std::size_t n_images_ = 0, place_ = 0;
};

}  // namespace dynvision::experiments

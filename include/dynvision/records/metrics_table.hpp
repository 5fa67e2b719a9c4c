// Metrics as named columns: rows that grow with a training, each with the numbers that were known then.
//
//   MetricsRow row;
//   row["epoch"] = 1, row["train_loss"] = 0.7;
//   table.add(row);                              // a name that is new becomes a column, empty in the rows before
//   double const loss = table.at(0, "train_loss"), missing = table.at(0, "val_loss");    // nan
//
// Columns keep the order in which they appeared; names are those of Lightning and the Python toolbox (train_loss,
// val_accuracy, loss/ActivityLoss).
#pragma once
#include <algorithm>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct MetricsRow {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();

  std::vector<std::pair<std::string, double>> values;

  double& operator[](std::string_view name) {
    auto const found = find(name);
    return found != values.end() ? values[static_cast<std::size_t>(found - values.begin())].second
                                 : values.emplace_back(std::string(name), none).second;
  }
  double at(std::string_view name) const {
    auto const found = find(name);
    return found == values.end() ? none : found->second;
  }

 private:
  std::vector<std::pair<std::string, double>>::const_iterator find(std::string_view name) const {
    return std::find_if(values.begin(), values.end(), [&](auto const& value) { return value.first == name; });
  }
};

class MetricsTable {
 public:
  MetricsTable() = default;
  // `numbers` row by row, one for each column.
  MetricsTable(std::vector<std::string> columns, double const* numbers, std::size_t n_rows)
      : columns_(std::move(columns)) {
    for (std::size_t row = 0; row < n_rows; ++row, numbers += columns_.size()) {
      rows_.emplace_back(numbers, numbers + columns_.size());
    }
  }

  std::vector<std::string> const& columns() const noexcept { return columns_; }
  std::size_t size() const noexcept { return rows_.size(); }  // rows
  bool empty() const noexcept { return rows_.empty(); }

  void add(MetricsRow const& row) {
    std::vector<double> numbers(columns_.size(), MetricsRow::none);
    for (auto const& [name, value] : row.values) {
      std::size_t const column = index(name);
      if (column == columns_.size()) columns_.push_back(name);
      numbers.resize(columns_.size(), MetricsRow::none);
      numbers[column] = value;
    }
    rows_.push_back(std::move(numbers));
  }

  // Not a number where the column was not known yet, or is none of the table.
  double at(std::size_t row, std::string_view column) const {
    std::size_t const i = index(column);
    return i < rows_[row].size() ? rows_[row][i] : MetricsRow::none;
  }
  std::vector<double> numbers(std::size_t row) const {  // one for each column
    std::vector<double> all = rows_[row];
    all.resize(columns_.size(), MetricsRow::none);
    return all;
  }

  // The newest number of a column; not a number without one.
  double last(std::string_view column) const {
    std::size_t const i = index(column);
    for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {
      if (i < row->size() && (*row)[i] == (*row)[i]) return (*row)[i];
    }
    return MetricsRow::none;
  }

 private:
  std::size_t index(std::string_view name) const {
    return static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), name) - columns_.begin());
  }

  std::vector<std::string> columns_;
  std::vector<std::vector<double>> rows_;  // those of before a column appeared are shorter
};

}  // namespace dynvision

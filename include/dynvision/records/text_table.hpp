// A small table for people: columns aligned, numbers to the right.
//
//   layer   activity   delay [ms]
//   V1          0.31            6
//
// Cells are texts in UTF-8; the width counts characters, so "τ" takes one place.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/text_columns.hpp>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> columns) : rows_{std::move(columns)} {}

  TextTable& add(std::vector<std::string> cells) {
    if (cells.size() != rows_.front().size()) {
      fail("records", 101, {"table: expected ", rows_.front().size(), " cells, found ", cells.size()});
    }
    rows_.push_back(std::move(cells));
    return *this;
  }

  friend std::ostream& operator<<(std::ostream& out, TextTable const& table) {
    std::vector<bool> numbers(table.rows_.front().size(), table.rows_.size() > 1);
    for (std::size_t r = 1; r < table.rows_.size(); ++r) {
      for (std::size_t c = 0; c < numbers.size(); ++c) numbers[c] = numbers[c] && is_number(table.rows_[r][c]);
    }
    return out << text_columns(table.rows_, numbers, 3);
  }

 private:
  // "0.31", "-2e-5", "93.1 %", "nan", "-" and "" stand to the right.
  static bool is_number(std::string_view text) {
    return text.empty() || text == "-" || text == "nan" || text == "inf" ||
           (text.find_first_not_of("0123456789.,+-eE %") == std::string_view::npos &&
            text.find_first_of("0123456789") != std::string_view::npos);
  }

  std::vector<std::vector<std::string>> rows_;  // the first is the header
};

}  // namespace dynvision

// A small table for people: columns aligned, numbers to the right.
//
//   layer   activity   delay [ms]
//   V1          0.31            6
//
// Cells are texts in UTF-8; the width counts characters, so "τ" takes one place.
//
// Errors: records.101.
#pragma once
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cstddef>
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
    std::size_t const n_columns = table.rows_.front().size();
    std::vector<std::size_t> widths(n_columns, 0);
    std::vector<bool> numbers(n_columns, table.rows_.size() > 1);
    for (std::size_t r = 0; r < table.rows_.size(); ++r) {
      for (std::size_t c = 0; c < n_columns; ++c) {
        widths[c] = std::max(widths[c], width(table.rows_[r][c]));
        if (r > 0 && !is_number(table.rows_[r][c])) numbers[c] = false;
      }
    }
    for (auto const& row : table.rows_) {
      std::string line;
      for (std::size_t c = 0; c < n_columns; ++c) {
        std::string const space(widths[c] - width(row[c]), ' ');
        line += (c > 0 ? "   " : "") + (numbers[c] ? space + row[c] : row[c] + space);
      }
      line.erase(line.find_last_not_of(' ') + 1);
      out << line << '\n';
    }
    return out;
  }

 private:
  static std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  }
  // "0.31", "-2e-5", "93.1 %", "nan", "-" and "" stand to the right.
  static bool is_number(std::string_view text) {
    return text.empty() || text == "-" || text == "nan" || text == "inf" ||
           (text.find_first_not_of("0123456789.,+-eE %") == std::string_view::npos &&
            text.find_first_of("0123456789") != std::string_view::npos);
  }

  std::vector<std::vector<std::string>> rows_;  // the first is the header
};

}  // namespace dynvision

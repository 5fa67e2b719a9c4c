// Rows of cells as lines, the cells of a column under each other.
//
// Cells are texts in UTF-8. The width of a column is counted in characters, so "µ" and "τ" take one place.
#pragma once
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

// Characters, not bytes: those that go on with a character begin with the bits 10.
inline std::size_t text_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// `to_the_right`, by column; columns that it does not name stand to the left. A row may have fewer cells.
[[gnu::cold]] inline std::string text_columns(std::vector<std::vector<std::string>> const& rows,
                                              std::vector<bool> const& to_the_right, int gap) {
  std::vector<std::size_t> widths;
  for (auto const& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], text_width(row[c]));
  }
  std::string all;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      std::string const space(widths[c] - text_width(row[c]), ' ');
      bool const right = c < to_the_right.size() && to_the_right[c];
      if (c > 0) line.append(static_cast<std::size_t>(gap), ' ');
      line += right ? space + row[c] : row[c] + space;
    }
    all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return all;
}

}  // namespace dynvision

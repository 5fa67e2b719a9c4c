// The number in a cell of a table, as people and spreadsheets write it.
//
//   0.5   -1e-7   +3   1,234.5   nan   inf           the decimal point
//   0,5   1.234,5                                    the decimal comma, where it can be nothing else
//
// "1,234" is a thousand and more in a table that is separated by commas, where a decimal comma has to stand in quotes, so
// there it is refused; in one that is separated by semicolons or tabs it is 1.234. An empty cell, "NA" and "#N/A" are nan.
#pragma once
#include <algorithm>
#include <charconv>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace dynvision {

namespace detail {

inline std::optional<double> whole_double(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
  bool const whole = !text.empty() && read.ec != std::errc::invalid_argument && read.ptr == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

// Whether `mark` groups the digits of a whole number by three: "1,234,567".
inline bool groups_digits(std::string_view whole, char mark) {
  if (!whole.empty() && (whole[0] == '-' || whole[0] == '+')) whole.remove_prefix(1);
  std::size_t const first = whole.find(mark);
  if (first == 0 || first > 3 || whole.find_first_not_of("0123456789" + std::string(1, mark)) != whole.npos)
    return false;
  for (std::size_t at = first; at < whole.size(); at += 4) {
    if (whole[at] != mark || whole.size() - at < 4 || (whole.size() - at > 4 && whole[at + 4] != mark)) return false;
  }
  return true;
}
inline std::string without(std::string_view text, char mark) {
  std::string rest(text);
  std::erase(rest, mark);
  return rest;
}

}  // namespace detail

// Nothing where the cell holds no number. `separator`: of the cells in its table.
inline std::optional<double> cell_number(std::string_view cell, char separator) {
  std::size_t const begin = std::min(cell.find_first_not_of(" \t"), cell.size());
  cell = cell.substr(begin, cell.find_last_not_of(" \t") + 1 - begin);
  if (cell.empty() || cell == "NA" || cell == "#N/A") return std::numeric_limits<double>::quiet_NaN();
  if (auto const plain = detail::whole_double(cell)) return plain;
  std::size_t const comma = cell.find_last_of(','), point = cell.find_last_of('.');
  if (comma == cell.npos) return std::nullopt;
  std::string_view const before_comma = cell.substr(0, comma),
                         before_point = cell.substr(0, std::min(point, cell.size()));
  // 1,234.5: the last mark is the decimal one, the others group digits.
  if (point != cell.npos && point > comma) {
    bool const grouped = detail::groups_digits(before_point, ',');
    return grouped ? detail::whole_double(detail::without(cell, ',')) : std::nullopt;
  }
  bool const one_comma = before_comma.find(',') == before_comma.npos;
  bool const points = point != cell.npos;
  if (!one_comma || (points && !detail::groups_digits(before_comma, '.'))) return std::nullopt;
  bool const could_group = !points && detail::groups_digits(cell, ',');
  if (could_group && separator == ',') return std::nullopt;
  std::string decimal = detail::without(before_comma, '.') + "." + std::string(cell.substr(comma + 1));
  return detail::whole_double(decimal);
}

}  // namespace dynvision

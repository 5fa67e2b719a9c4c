// Writes a table as CSV: a row is on disk when row() returns, and a table that exists is continued.
//
// Format: RFC 4180 (comma, quotes doubled inside quotes) with "\n" at line ends, UTF-8; numbers as the shortest
// text that reads back as the same number, "." as decimal point whatever the locale; no value is "nan".
// Continuing checks the header, drops a last row that was cut off while it was written, and keeps at most `keep_rows` rows
// (resuming from a checkpoint drops the rows written after it). A table that another program has saved in another form
// (semicolons, UTF-16) is not continued.
//
// Errors: io.151 … io.153, io.158, and those of io/csv/table.hpp and io/file/append_file.hpp.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/csv/table.hpp>
#include <dynvision/io/file/append_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

namespace dynvision {

class CsvWriter {
 public:
  static constexpr std::size_t every_row = std::numeric_limits<std::size_t>::max();

  CsvWriter(std::filesystem::path path, std::vector<std::string> columns, std::size_t keep_rows = every_row)
      : path_(std::move(path)), columns_(std::move(columns)) {
    if (columns_.empty()) fail("io", 152, {path_.string(), ": expected at least one column, found none"});
    std::error_code ignored;
    std::uint64_t size = 0;  // [bytes] of complete rows
    if (std::filesystem::is_regular_file(path_, ignored)) {
      CsvTable const table = read_csv(path_, LastLine::dropped);
      bool const other_form = !table.as_it_is || (table.separator != ',' && table.columns.size() > 1);
      if (!table.ends.empty() && other_form) {
        fail("io", 158,
             {path_.string(),
              ": expected a table with commas in UTF-8 to continue, found another form: another "
              "program has saved it; give another name"});
      }
      if (!table.ends.empty() && table.columns != columns_) {
        fail("io", 153,
             {path_.string(), ": expected the header ", line(columns_), ", found ", line(table.columns),
              ": the file belongs to another table"});
      }
      n_rows_ = std::min(keep_rows, table.rows.size());
      if (!table.ends.empty()) size = table.ends[n_rows_];
    }
    file_.emplace(path_, size);
    if (size == 0) file_->append(line(columns_) + "\n");
  }

  void row(std::vector<std::string> const& cells) {
    if (cells.size() != columns_.size()) {
      fail("io", 151,
           {path_.string(), ": row ", n_rows_ + 1, ": expected ", columns_.size(), " cells, found ", cells.size()});
    }
    file_->append(line(cells) + "\n");
    ++n_rows_;
  }
  // row(epoch, loss, "train")
  template <class... Cells> void row(Cells const&... cells) { row(std::vector<std::string>{text(cells)...}); }

  std::size_t n_rows() const noexcept { return n_rows_; }
  std::filesystem::path const& path() const noexcept { return path_; }

  static std::string text(std::string_view value) { return std::string(value); }
  template <class Number>
  requires std::is_arithmetic_v<Number>
  static std::string text(Number value) { return number_text(value); }

  // A row as it is written, without its end.
  static std::string line(std::vector<std::string> const& cells) {
    std::string joined;
    // A row of empty cells would be none.
    bool const empty = std::all_of(cells.begin(), cells.end(), [](std::string const& cell) { return cell.empty(); });
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) joined += ',';
      if (cells[i].find_first_of(",;\t\"\r\n") == std::string::npos && !(empty && i == 0)) {
        joined += cells[i];
        continue;
      }
      joined += '"';
      for (char const c : cells[i]) joined.append(c == '"' ? 2 : 1, c);
      joined += '"';
    }
    return joined;
  }

 private:
  std::filesystem::path path_;
  std::vector<std::string> columns_;
  std::optional<AppendFile> file_;
  std::size_t n_rows_ = 0;
};

}  // namespace dynvision

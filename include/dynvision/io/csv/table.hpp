// A table of a CSV file, as this library, spreadsheets and editors write them.
//
// Format: RFC 4180 (quotes around a cell, doubled inside quotes). Read are also: a mark of byte order, UTF-16 and Windows-1252
// (io/file/utf8.hpp); line ends "\n", "\r\n" and "\r"; semicolons or tabs in place of commas, by what the header has most of,
// or by a first line "sep=;"; a last line without a line end; blank lines, and empty rows at the end. A quote inside of a
// cell that does not begin with one is a letter.
//
// Errors: io.151, io.157, and those of io/file/input_file.hpp and io/file/utf8.hpp.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/io/csv/cell_number.hpp>
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/io/file/utf8.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct CsvTable {
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::uint64_t> ends;  // [bytes] where the header ends, where each row ends
  char separator = ',';
  bool as_it_is = true;  // the ends are those of the file's bytes

  // The numbers of a column, nan where a cell is empty; `file` for messages.
  std::vector<double> numbers(std::string_view column, std::string_view file = "table") const {
    auto const found = std::find(columns.begin(), columns.end(), column);
    if (found == columns.end()) {
      fail("io", 157, {file, ": column \"", column, "\" is not there: ", expected_one_of(column, columns)});
    }
    auto const c = static_cast<std::size_t>(found - columns.begin());
    std::vector<double> all;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      auto const number = cell_number(rows[r][c], separator);
      if (!number) {
        fail("io", 157,
             {file, ": column \"", column, "\", row ", r + 1, ": expected a number, found \"", rows[r][c], "\""});
      }
      all.push_back(*number);
    }
    return all;
  }
};

// What becomes of a last line without a line end: another program's last row, or our own, cut off while it was written.
enum class LastLine { kept, dropped };

class CsvParser {
 public:
  CsvParser(std::string_view text, std::string file, LastLine last)
      : text_(text), file_(std::move(file)), last_(last) {}

  CsvTable parse() {
    find_separator();
    while (at_ < text_.size()) line();
    while (!table_.rows.empty() && is_empty_.back()) {
      table_.rows.pop_back();
      table_.ends.pop_back();
      is_empty_.pop_back();
    }
    return std::move(table_);
  }

  // Row after row, of which none is kept: header(columns) once, then row(cells).
  template <class Header, class Row> void each(Header const& header, Row const& row) {
    find_separator();
    std::size_t n_empty = 0;  // rows that count only where others follow
    bool begun = false;
    while (at_ < text_.size()) {
      line();
      if (!begun && !table_.ends.empty()) begun = true, header(std::as_const(table_.columns));
      if (table_.rows.empty()) continue;
      if (is_empty_.back()) {
        ++n_empty;
      } else {
        for (; n_empty > 0; --n_empty) row(std::vector<std::string>(table_.columns.size()));
        row(std::as_const(table_.rows.back()));
      }
      ++n_handed_on_;
      table_.rows.clear(), is_empty_.clear(), table_.ends.resize(1);
    }
  }

 private:
  void find_separator() {
    std::string_view first = text_.substr(0, text_.find_first_of("\r\n"));
    if (first.starts_with("sep=") && first.size() == 5) {
      table_.separator = first[4];
      at_ = std::min(text_.find_first_not_of("\r\n", first.size()), text_.size());
      return;
    }
    std::size_t most = 0;
    for (char const candidate : {',', ';', '\t'}) {
      std::size_t n = 0;
      bool quoted = false;
      for (char const c : first) {
        quoted ^= c == '"';
        n += c == candidate && !quoted;
      }
      if (n > most) most = n, table_.separator = candidate;
    }
  }

  void line() {
    std::vector<std::string> cells(1);
    bool quoted = false, had_quotes = false, ended = false, at_begin = true;
    for (; at_ < text_.size() && !ended; ++at_) {
      char const c = text_[at_];
      if (quoted) {
        bool const escaped = c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"';
        if (c != '"' || escaped) cells.back() += c;
        if (escaped) ++at_;
        quoted = c != '"' || escaped;
      } else if (c == '"' && at_begin) {
        quoted = had_quotes = true;
        at_begin = false;
      } else if (c == table_.separator) {
        cells.emplace_back();
        at_begin = true;
      } else if (c == '\n' || c == '\r') {
        if (c == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
        ended = true;
      } else {
        cells.back() += c;
        at_begin = false;
      }
    }
    if (!ended && (quoted || last_ == LastLine::dropped)) return;
    bool const empty =
        !had_quotes && std::all_of(cells.begin(), cells.end(), [](auto const& cell) { return cell.empty(); });
    if (empty && cells.size() == 1) return;
    take(std::move(cells), empty, ended);
  }

  void take(std::vector<std::string> cells, bool empty, bool ended) {
    if (table_.ends.empty()) {
      table_.columns = std::move(cells);
      table_.ends.push_back(at_);
      return;
    }
    // Separators behind the last column.
    while (cells.size() > table_.columns.size() && cells.back().empty()) cells.pop_back();
    if (cells.size() != table_.columns.size()) {
      if (!ended) return;
      fail("io", 151,
           {file_, ": row ", n_handed_on_ + table_.rows.size() + 1, ": expected ", table_.columns.size(),
            " cells, found ", cells.size()});
    }
    table_.rows.push_back(std::move(cells));
    table_.ends.push_back(at_);
    is_empty_.push_back(empty);
  }

  std::string_view text_;
  std::string file_;
  LastLine last_;
  std::size_t at_ = 0, n_handed_on_ = 0;
  CsvTable table_;
  std::vector<bool> is_empty_;  // of each row
};

// A text in UTF-8, without a mark.
inline CsvTable parse_csv(std::string_view text, std::string const& file, LastLine last = LastLine::kept) {
  return CsvParser(text, file, last).parse();
}

inline CsvTable read_csv(std::filesystem::path const& path, LastLine last = LastLine::kept) {
  Utf8Text const utf8 = utf8_text(InputFile(path).text(), path.string());
  CsvTable table = parse_csv(utf8.text, path.string(), last);
  for (std::uint64_t& end : table.ends) end += utf8.n_mark;
  table.as_it_is = utf8.as_it_is;
  return table;
}

// Of a large table: header(columns), then row(cells) for each, none of which is kept.
template <class Header, class Row>
void each_csv_row(std::filesystem::path const& path, Header const& header, Row const& row) {
  Utf8Text const utf8 = utf8_text(InputFile(path).text(), path.string());
  CsvParser(utf8.text, path.string(), LastLine::kept).each(header, row);
}

}  // namespace dynvision

// A table of an experiment: tidy CSV, and beside it <table>.columns.json, which says what each column is.
//
//   TableFile table("traces.csv", {{"layer", "text", "", "layer of the model"}, {"mean", "float64", "", "over images"}});
//   table.cell("V1").cell(0.25).end_row();
//   table.commit();                             both files appear, complete
//
// UTF-8, "\n" at line ends, a header; a number that is not defined is an empty cell, truth is 0 or 1, floating-point numbers have
// nine digits. Memory does not grow with the number of rows.
//
// Errors: those of files.
#pragma once
#include <dynvision/experiments/tables/nine_digits.hpp>
#include <dynvision/io/csv/writer.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::experiments {

struct Column {
  std::string name, dtype, unit, description;  // dtype: "float64", "int64", "bool", "text"
};

class TableFile {
 public:
  TableFile(std::filesystem::path path, std::vector<Column> columns)
      : path_(std::move(path)), columns_(std::move(columns)), file_(path_) {
    std::vector<std::string> names;
    for (Column const& one : columns_) names.push_back(one.name);
    text_ = CsvWriter::line(names) + "\n", row_ = text_.size();
  }

  TableFile& cell(std::string_view value) {
    next();
    bool const plain = value.find_first_of(",;\t\"\r\n") == std::string_view::npos;
    if (!plain) text_ += '"';
    for (char const c : value) text_.append(!plain && c == '"' ? 2 : 1, c);
    if (!plain) text_ += '"';
    return *this;
  }
  TableFile& cell(char const* value) { return cell(std::string_view(value)); }
  TableFile& cell(bool value) { return cell(value ? "1" : "0"); }
  TableFile& cell(std::integral auto value) {
    next();
    std::array<char, 24> digits;
    text_.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
    return *this;
  }
  TableFile& cell(std::floating_point auto value) {
    next();
    append_nine_digits(text_, static_cast<double>(value));
    return *this;
  }
  // The cells of this row so far, as they are written; cells of another table's row.
  std::string_view row() const { return std::string_view(text_).substr(row_); }
  TableFile& cells(std::string_view row) {
    next();
    text_ += row;
    return *this;
  }

  void end_row() {
    bool const is_empty = text_.find_first_not_of(',', row_) == std::string::npos;
    if (is_empty) text_.insert(row_, "\"\"");  // a row of empty cells would be none
    text_ += '\n';
    row_ = text_.size(), begun_ = false;
    if (row_ > 1U << 16U) flush();
  }
  void commit() {
    flush();
    file_.commit();
    nlohmann::ordered_json all = nlohmann::ordered_json::object();
    for (Column const& one : columns_) {
      all[one.name] = {{"dtype", one.dtype}, {"unit", one.unit}, {"description", one.description}};
    }
    std::filesystem::path beside = path_;
    AtomicFile out(beside.replace_extension(".columns.json"));
    out.write(all.dump(2) + "\n");
    out.commit();
  }

 private:
  void next() {
    if (begun_) text_ += ',';
    begun_ = true;
  }
  void flush() {
    file_.write(text_);
    text_.clear(), row_ = 0;
  }

  std::filesystem::path path_;
  std::vector<Column> columns_;
  AtomicFile file_;
  std::string text_{};
  std::size_t row_ = 0;  // where in it the row begins
  bool begun_ = false;
};

}  // namespace dynvision::experiments

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
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/csv/writer.hpp>
#include <dynvision/io/file/atomic_file.hpp>

#include <nlohmann/json.hpp>

#include <cmath>
#include <concepts>
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
    text_ = CsvWriter::line(names) + "\n";
  }

  TableFile& cell(std::string_view value) {
    cells_.emplace_back(value);
    return *this;
  }
  TableFile& cell(char const* value) { return cell(std::string_view(value)); }
  TableFile& cell(bool value) { return cell(value ? "1" : "0"); }
  TableFile& cell(std::integral auto value) { return cell(number_text(value)); }
  TableFile& cell(std::floating_point auto value) { return cell(std::isnan(value) ? "" : number_text(value, 9)); }

  void end_row() {
    text_ += CsvWriter::line(cells_) + "\n";
    cells_.clear();
    if (text_.size() > 1U << 16U) flush();
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
  void flush() { file_.write(std::exchange(text_, {})); }

  std::filesystem::path path_;
  std::vector<Column> columns_;
  AtomicFile file_;
  std::string text_{};
  std::vector<std::string> cells_{};
};

}  // namespace dynvision::experiments

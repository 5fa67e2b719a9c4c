// The confusion matrix of an evaluation as a table: a row for each label, how often each class was the answer.
#pragma once
#include <dynvision/io/csv/writer.hpp>
#include <dynvision/train/evaluate.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dynvision {

// Names of classes; those that are missing (a model with more classes than the data) are named by their number.
inline void write_confusion(std::filesystem::path const& path, Evaluation const& result,
                            std::vector<std::string> const& classes) {
  auto const name = [&](std::size_t k) { return k < classes.size() ? classes[k] : number_text(k); };
  std::vector<std::string> columns{"label"};
  for (std::size_t k = 0; k < result.confusion.size(); ++k) columns.push_back(name(k));
  CsvWriter csv(path, columns, 0);
  for (std::size_t label = 0; label < result.confusion.size(); ++label) {
    std::vector<std::string> cells{name(label)};
    for (std::int64_t const count : result.confusion[label]) cells.push_back(CsvWriter::text(count));
    csv.row(cells);
  }
}

}  // namespace dynvision

// A table of an evaluation over time: one row for each time step, means over images.
//
//   time_step, time_ms, shown, accuracy, guess_confidence, label_confidence, <layer>_response_avg ...
//
// time_ms is 0 at the first step that is shown. `shown` (T): stretch_pattern(...) of the presentation.
#pragma once
#include <dynvision/io/csv/writer.hpp>
#include <dynvision/train/evaluate.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace dynvision {

inline void write_time_steps(std::filesystem::path const& path, Evaluation const& result,
                             std::vector<bool> const& shown, double dt) {
  std::vector<std::string> columns{"time_step", "time_ms", "shown", "accuracy", "guess_confidence", "label_confidence"};
  for (LayerResponse const& layer : result.responses) columns.push_back(layer.layer + "_response_avg");
  auto const onset = std::find(shown.begin(), shown.end(), true) - shown.begin();
  CsvWriter csv(path, columns, 0);
  for (std::size_t t = 0; t < result.accuracy_over_time.size(); ++t) {
    bool const is_shown = t < shown.size() && shown[t];  // residual steps come after the last one
    std::vector<std::string> cells{CsvWriter::text(t),
                                   CsvWriter::text(dt * static_cast<double>(static_cast<std::ptrdiff_t>(t) - onset)),
                                   CsvWriter::text(is_shown),
                                   CsvWriter::text(result.accuracy_over_time[t]),
                                   CsvWriter::text(result.guess_confidence_over_time[t]),
                                   CsvWriter::text(result.label_confidence_over_time[t])};
    for (LayerResponse const& layer : result.responses) {
      cells.push_back(CsvWriter::text(t < layer.mean.size() ? layer.mean[t] : std::nan("")));
    }
    csv.row(cells);
  }
}

}  // namespace dynvision

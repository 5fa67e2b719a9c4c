// What a benchmark has measured, as it was measured: one row for a number, on disk at once. benchmark.csv follows from them.
//
//   factor, level      what was changed from the default, and to what
//   round              1, 2, ...: all levels of a factor and its default are measured in turn in each; 0: said of a level once
//   quantity, value    "training_s" 0.61;     words: of what is no number ("type", "not_run")
//
// Errors: program.184.
#pragma once
#include <dynvision/io/csv/writer.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace program {

struct BenchmarkSample {
  std::string factor, level;
  int round = 0;
  std::string quantity;
  double value = 0;
  std::string words{};
  std::string machine{}, date{};
};

class BenchmarkSamples {
 public:
  // Those that are there already; none: an empty file is begun.
  BenchmarkSamples(std::filesystem::path path, std::string machine);

  std::vector<BenchmarkSample> const& all() const { return all_; }
  // Whether this number is there.
  bool has(std::string_view factor, std::string_view level, int round, std::string_view quantity) const;
  // Of round 0; nan: not there.
  double value(std::string_view factor, std::string_view level, std::string_view quantity) const;

  // On disk when it returns, with machine and date.
  void add(std::string const& factor, std::string const& level, int round, std::string const& quantity, double value,
           std::string const& words = {});
  // Takes away those of a factor, or of its rounds from `round` on.
  void forget(std::string_view factor, int from_round = 0);

 private:
  void write();
  std::filesystem::path path_;
  std::string machine_;
  std::vector<BenchmarkSample> all_;
  std::optional<dynvision::CsvWriter> writer_{};
};

std::string date_now();  // "2026-02-28"

}  // namespace program

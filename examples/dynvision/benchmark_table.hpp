// benchmark.csv: one row for each level of each factor, from what was measured (benchmark_samples.hpp).
//
// Times are medians over the rounds, with quartiles (linear between order statistics). ratio_to_default is the median of the
// rounds' ratios of time for an image, to the default of the same round: what else the machine does meets both alike. In the
// factor `loader` it is the time to load, in `plan` the time of one pass over that of separate runs.
#pragma once
#include "benchmark_samples.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace program {

struct BenchmarkColumn {
  std::string name, dtype, unit, description;
};
std::vector<BenchmarkColumn> const& benchmark_columns();

// Cells in the order of the columns; a number that there is none of is an empty cell.
std::vector<std::vector<std::string>> benchmark_rows(std::vector<BenchmarkSample> const& samples);

// benchmark.csv and benchmark.columns.json, each complete or not at all.
void write_benchmark(std::filesystem::path const& folder, std::vector<BenchmarkSample> const& samples);

}  // namespace program

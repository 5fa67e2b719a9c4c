// Measures the levels of factors, in rounds: factor after factor, and in each round all of its levels and its default in turn,
// beginning with another one. What was measured before is kept, so that an interrupted benchmark goes on with the round that was
// not complete.
//
// Errors: program.187, and those of the parts.
#pragma once
#include "benchmark_levels.hpp"
#include "benchmark_samples.hpp"
#include "study.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace program {

struct BenchmarkSettings {
  int rounds = 5;
  double least_seconds = 0.2;     // of one number: calls that take less are repeated
  std::int64_t n_loaded = 10000;  // images, of the factor `loader`
  bool compile_times = false;
};

// The levels with the default, which is one of them or comes first; `names`: of those that are it.
struct PreparedLevel {
  Level level;
  Study study;
  bool is_default = false;
};
// One that is refused by the configuration has no study: it is in `refused`, with what is wrong with it.
struct PreparedFactor {
  Factor factor;
  std::vector<PreparedLevel> levels{};
  std::vector<std::pair<std::string, std::string>> refused{};
};
PreparedFactor prepared(StudyWords const& words, Factor const& factor);

// Whether all of it was measured: false where it was stopped.
bool run_benchmark(StudyWords const& words, std::vector<Factor> const& factors, BenchmarkSettings const& settings,
                   std::filesystem::path const& out, BenchmarkSamples& samples,
                   std::function<bool()> const& stop_requested);

}  // namespace program

// What a benchmark would measure, and how long that takes: by the plans of its levels and a step measured now.
#pragma once
#include "benchmark_levels.hpp"
#include "benchmark_run.hpp"
#include "study.hpp"

#include <vector>

namespace program {

int print_forecast(StudyWords const& words, std::vector<Factor> const& factors, BenchmarkSettings const& settings,
                   bool json);

}  // namespace program

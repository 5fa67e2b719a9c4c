// Every measure of one trace, for every trace: the rows of a table.
//
//   MeasureTable const table = measure_table({.values = numbers, .n_steps = 60}, {.dt = 2, .t_on = 20, .t_off = 50});
//   std::vector<double> const latencies = table.column("latency_50_ms");   // one for each trace
//
// Columns are those of response/trace_measures.hpp, in their order.
//
// Errors: analysis.102, analysis.103, analysis.105.
#pragma once
#include <dynvision/analysis/response/trace_measures.hpp>
#include <dynvision/core/error.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace dynvision::analysis {

// The place of a measure in trace_measures.
inline std::size_t trace_measure_place(std::string_view name) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < trace_measures.size(); ++i) {
    if (name == trace_measures[i].name) return i;
    names.emplace_back(trace_measures[i].name);
  }
  fail("analysis", 105, {"no measure of a trace is named \"", name, "\": ", expected_one_of(name, names)});
}

struct MeasureTable {
  std::vector<double> values;  // (N, measures)

  std::size_t size() const { return values.size() / trace_measures.size(); }
  double at(std::size_t row, std::size_t measure) const { return values[row * trace_measures.size() + measure]; }
  std::vector<double> column(std::string_view name) const {
    std::size_t const measure = trace_measure_place(name);
    std::vector<double> result(size());
    for (std::size_t row = 0; row < result.size(); ++row) result[row] = at(row, measure);
    return result;
  }
};

// null_runs: none, or for each trace the one without a stimulus, whose numbers are the baseline.
inline MeasureTable measure_table(TraceRows const& traces, Shown const& shown, TraceRows const& null_runs = {}) {
  traces.check("traces");
  bool const with_null = null_runs.size() > 0;
  if (with_null && (null_runs.n_steps != traces.n_steps || null_runs.size() != traces.size())) {
    fail("analysis", 102,
         {null_runs.size(), " null runs of ", null_runs.n_steps, " steps for ", traces.size(), " traces of ",
          traces.n_steps});
  }
  MeasureTable table;
  table.values.reserve(traces.size() * trace_measures.size());
  for (std::size_t row = 0; row < traces.size(); ++row) {
    Evoked const response(traces[row], shown, with_null ? null_runs[row] : std::span<double const>{});
    for (TraceMeasure const& measure : trace_measures) table.values.push_back(measure.of(response));
  }
  return table;
}

}  // namespace dynvision::analysis

// Where the recorded steps of a condition lie: in which branch, and where in what is kept of it.
//
//   for (RecordedStep const& step : recorded_steps(tree, condition)) ...        one for each recorded step, in their order
#pragma once
#include <dynvision/experiments/plan/plan.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dynvision::experiments {

struct RecordedStep {
  std::size_t branch = 0;
  std::int64_t place = 0;  // of the branch's recorded steps
  bool shown = false;      // whether anything is
};

inline std::vector<RecordedStep> recorded_steps(Tree const& tree, PlannedCondition const& condition) {
  std::vector<RecordedStep> all;
  for (std::size_t const b : condition.branches) {
    Branch const& branch = tree.branches[b];
    std::size_t const begins = branch.depth + branch.recorded_from;
    for (std::size_t t = std::max(begins, condition.idle); t < branch.end(); ++t) {
      all.push_back({b, static_cast<std::int64_t>(t - begins), !branch.frames[t - branch.depth].is_blank()});
    }
  }
  return all;
}

// At most so many of n steps, as far from each other as the next ones: 0, 3, 6, ...
inline std::vector<std::int64_t> spread_steps(std::int64_t n_steps, std::int64_t most) {
  std::int64_t const apart = std::max<std::int64_t>(1, (n_steps + most - 1) / std::max<std::int64_t>(most, 1));
  std::vector<std::int64_t> all;
  for (std::int64_t t = 0; t < n_steps; t += apart) all.push_back(t);
  return all;
}

}  // namespace dynvision::experiments

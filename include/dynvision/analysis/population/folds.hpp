// Stratified folds without randomness: within a class the j-th sample goes to fold j mod n_folds.
//
//   std::vector<std::size_t> const folds = stratified_folds(labels, {.n_classes = 10, .n_folds = 5});
//
// Errors: analysis.126.
#pragma once
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct FoldSettings {
  std::size_t n_classes = 0;  // 0: one more than the largest label
  std::size_t n_folds = 5;
};

inline std::size_t number_of_classes(std::span<std::int64_t const> labels) {
  return labels.empty() ? 0
                        : static_cast<std::size_t>(
                              std::max<std::int64_t>(-1, *std::max_element(labels.begin(), labels.end())) + 1);
}

// Every class that occurs must be there in each training set: two samples of it, in two folds.
inline std::vector<std::size_t> stratified_folds(std::span<std::int64_t const> labels,
                                                 FoldSettings const& settings = {}) {
  std::size_t const n_classes = settings.n_classes > 0 ? settings.n_classes : number_of_classes(labels);
  if (settings.n_folds < 2) fail("analysis", 126, {settings.n_folds, " folds: expected at least 2"});
  std::vector<std::size_t> seen(n_classes, 0), folds;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || static_cast<std::size_t>(labels[i]) >= n_classes) {
      fail("analysis", 126,
           {"label ", labels[i], " of sample ", i, ": expected 0 to ", n_classes == 0 ? 0 : n_classes - 1,
            ", samples without a label left out"});
    }
    folds.push_back(seen[static_cast<std::size_t>(labels[i])]++ % settings.n_folds);
  }
  std::size_t n_present = 0;
  for (std::size_t c = 0; c < n_classes; ++c) {
    n_present += seen[c] > 0;
    if (seen[c] == 1)
      fail("analysis", 126,
           {"class ", c, " has one sample: expected two or more of each class, to train on one and test on another"});
  }
  if (n_present < 2)
    fail("analysis", 126, {n_present, " classes among ", labels.size(), " labels: expected two or more"});
  return folds;
}

}  // namespace dynvision::analysis

// The loss of many batches, as if they had been one.
//
//   L = sum_k weight_k sum_b n_kb L_kb / sum_b n_kb         k: terms of the objective, b: batches
//   n_kb: what term k is a mean over in batch b: the labels that count, or the samples
//
// Batches may differ in size and in how many of their labels count. A mean of the batches' means would be another number.
#pragma once
#include <dynvision/losses/weighted_sum.hpp>

#include <limits>
#include <string>
#include <vector>

namespace dynvision {

struct LossAverage {
  struct Term {
    std::string name;
    double weight = 1, sum = 0, count = 0;

    double mean() const { return count > 0 ? sum / count : std::numeric_limits<double>::quiet_NaN(); }
  };

  std::vector<Term> terms;  // in the order of the objective

  void add(LossValue const& loss) {
    if (terms.empty()) {
      for (LossPart const& part : loss.parts) terms.push_back({part.name, part.weight, 0, 0});
    }
    for (std::size_t k = 0; k < terms.size(); ++k) {
      LossPart const& part = loss.parts[k];
      if (part.count > 0) terms[k].sum += part.count * part.value, terms[k].count += part.count;
    }
  }

  // Not a number before anything has counted.
  double total() const {
    double total = 0;
    bool any = false;
    for (Term const& term : terms) {
      if (term.count > 0) total += term.weight * term.mean(), any = true;
    }
    return any ? total : std::numeric_limits<double>::quiet_NaN();
  }
};

}  // namespace dynvision

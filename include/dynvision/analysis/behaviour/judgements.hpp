// What a network says at every step: guess, whether it is right, and how sure it is.
//
//   Judgements const said = judge({.values = logits, .n_steps = T, .n_classes = K}, labels);     // labels (N,T) or (N)
//   said.accuracy, said.guess_confidence, said.entropy                                           // (N,T)
//
//   guess                   argmax of the logits, the first of equals; -1 with a nan
//   accuracy                1 or 0: guess = first label of the image, at every step; nan for an image without a label
//   guess_, first_label_, label_confidence      softmax at the guess, the first label, the label of the step; nan where
//                           there is none (the original's is 0)
//   entropy                 -sum p ln p / ln K: 1 before a signal arrives, when all logits are 0
//
// accuracy_top: 1 where the label is among the N largest logits, of equals those with smaller index. top_units: the
// units with the largest sum of logits over all images and steps (the original's classifier_topN_id).
// Labels below 0 are none; first label: the first of an image that is one.
//
// Source: Gutzen & Lindsay 2025. Errors: analysis.114.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/core/error.hpp>
#include <dynvision/records/class_scores.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct LogitRows {
  std::span<double const> values{};  // (N,T,K)
  std::size_t n_steps = 0, n_classes = 0;

  std::size_t size() const { return values.size() / (n_steps * n_classes); }  // images
  std::span<double const> operator()(std::size_t image, std::size_t step) const {
    return values.subspan((image * n_steps + step) * n_classes, n_classes);
  }
  void check() const {
    if (n_steps == 0 || n_classes < 2 || values.empty() || values.size() % (n_steps * n_classes) != 0) {
      fail("analysis", 114,
           {values.size(), " logits are no images of ", n_steps, " steps and ", n_classes,
            " classes: expected some, and ", "at least two classes"});
    }
  }
};

struct Judgements {
  std::size_t n_steps = 0;
  std::vector<std::int64_t> guess{};                                                                 // (N,T)
  std::vector<std::int64_t> first_labels{};                                                          // (N), -1: none
  std::vector<double> accuracy{}, guess_confidence{}, first_label_confidence{}, label_confidence{};  // (N,T)
  std::vector<double> entropy{};                                                                     // (N,T)

  std::span<double const> of_image(std::vector<double> const& values, std::size_t image) const {
    return std::span<double const>(values).subspan(image * n_steps, n_steps);
  }
  // Mean over the images that have a number, for each step (T).
  std::vector<double> over_images(std::vector<double> const& values) const {
    std::vector<double> sum(n_steps, 0), n(n_steps, 0);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isnan(values[i])) sum[i % n_steps] += values[i], n[i % n_steps] += 1;
    }
    for (std::size_t t = 0; t < n_steps; ++t) sum[t] = n[t] > 0 ? sum[t] / n[t] : not_defined;
    return sum;
  }
};

// (N,T) or (N), which then hold at every step -> (N,T)
inline std::vector<std::int64_t> labels_of_steps(LogitRows const& logits, std::span<std::int64_t const> labels) {
  logits.check();
  std::size_t const n = logits.size();
  bool const one_each = labels.size() == n;
  if (!one_each && labels.size() != n * logits.n_steps) {
    fail("analysis", 114,
         {labels.size(), " labels for ", n, " images of ", logits.n_steps,
          " steps: expected one for each image or step"});
  }
  for (std::int64_t const label : labels) {
    if (label >= static_cast<std::int64_t>(logits.n_classes)) {
      fail("analysis", 114,
           {"label ", label, " among logits of ", logits.n_classes, " classes: expected 0 to ", logits.n_classes - 1,
            ", or below 0 for none"});
    }
  }
  std::vector<std::int64_t> all(n * logits.n_steps);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = one_each ? labels[i / logits.n_steps] : labels[i];
  return all;
}

// The first label of each image (N), -1 where there is none.
inline std::vector<std::int64_t> first_labels_of(std::span<std::int64_t const> labels, std::size_t n_steps) {
  std::vector<std::int64_t> first;
  for (std::size_t begin = 0; begin < labels.size(); begin += n_steps) {
    auto const own = labels.subspan(begin, n_steps);
    auto const found = std::find_if(own.begin(), own.end(), [](std::int64_t label) { return label >= 0; });
    first.push_back(found == own.end() ? -1 : *found);
  }
  return first;
}

inline double normalised_entropy(std::span<double const> z) {
  if (has_nan(z)) return not_defined;
  double const largest = *std::max_element(z.begin(), z.end());
  double sum = 0, weighted = 0;
  for (double const value : z) {
    double const e = std::exp(value - largest);
    sum += e, weighted += e > 0 ? e * (value - largest) : 0;  // -sum p ln p = ln sum - weighted / sum
  }
  return (std::log(sum) - weighted / sum) / std::log(static_cast<double>(z.size()));
}

inline Judgements judge(LogitRows const& logits, std::span<std::int64_t const> labels) {
  std::vector<std::int64_t> const all = labels_of_steps(logits, labels);
  Judgements said{.n_steps = logits.n_steps};
  said.first_labels = first_labels_of(all, logits.n_steps);
  for (std::size_t image = 0; image < logits.size(); ++image) {
    std::int64_t const first = said.first_labels[image];
    for (std::size_t t = 0; t < logits.n_steps; ++t) {
      auto const z = logits(image, t);
      std::int64_t const guess = guess_of(z), label = all[image * logits.n_steps + t];
      said.guess.push_back(guess);
      said.accuracy.push_back(first < 0 ? not_defined : guess == first ? 1 : 0);
      said.guess_confidence.push_back(confidence_of(z, guess));
      said.first_label_confidence.push_back(first < 0 ? not_defined : confidence_of(z, first));
      said.label_confidence.push_back(label < 0 ? not_defined : confidence_of(z, label));
      said.entropy.push_back(normalised_entropy(z));
    }
  }
  return said;
}

// 1 where the label is among the n largest logits, 0 where it is not, nan without a label (N,T).
inline std::vector<double> accuracy_top(LogitRows const& logits, std::span<std::int64_t const> labels, std::size_t n) {
  std::vector<std::int64_t> const all = labels_of_steps(logits, labels);
  if (n == 0) fail("analysis", 114, "the 0 largest logits: expected at least 1");
  std::vector<double> hits;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto const z = logits(i / logits.n_steps, i % logits.n_steps);
    bool const hit = all[i] >= 0 && !has_nan(z) && classes_before(z, all[i]) < static_cast<std::int64_t>(n);
    hits.push_back(all[i] < 0 ? not_defined : hit ? 1 : 0);
  }
  return hits;
}

// The units with the largest sum of logits over all images and steps, the largest first; of equals the smaller index.
inline std::vector<std::size_t> top_units(LogitRows const& logits, std::size_t n) {
  logits.check();
  std::vector<double> sums(logits.n_classes, 0);
  for (std::size_t i = 0; i < logits.values.size(); ++i) sums[i % logits.n_classes] += logits.values[i];
  for (double& sum : sums) {
    if (std::isnan(sum)) sum = -std::numeric_limits<double>::infinity();  // a unit with a nan comes last
  }
  std::vector<std::size_t> units(logits.n_classes);
  std::iota(units.begin(), units.end(), std::size_t{0});
  std::stable_sort(units.begin(), units.end(), [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
  units.resize(std::min(n, units.size()));
  return units;
}

}  // namespace dynvision::analysis

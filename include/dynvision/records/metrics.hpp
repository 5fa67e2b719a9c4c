// How good the answers are: accuracy, confidence, top-k hits, confusion matrix.
//
// Logits (…,K) of any float dtype and device, labels (…) int64 of the same leading shape; a label < 0 does not count.
//   guess = argmax_k softmax(z)_k (the first of equals);  accuracy = mean(guess = label) over labels >= 0, 0 if there are none;
//   confidence at index i = softmax(z)_i, 0 for i outside 0 … K-1.
// Logits with a nan have no guess (-1): they count as wrong, and their confidence is nan.
// Computed on the host in double; nothing here is differentiable.
//
// Errors: records.141 … records.144.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/records/class_scores.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace dynvision {

// The two tensors on the host, checked: row i has K logits and the label i.
struct LabelledLogits {
  Tensor logits, labels;
  std::int64_t n = 0, n_classes = 0;

  LabelledLogits(Tensor const& z, Tensor const& y) {
    if (!z.defined() || z.dim() < 1 || !z.is_floating_point() || z.size(-1) < 1) {
      fail("records", 141,
           {"logits: expected (...,K) of floating-point numbers, found ",
            z.defined() ? shape_text(z.sizes()) + " " + c10::toString(z.scalar_type()) : "none"});
    }
    if (!y.defined() || y.scalar_type() != at::kLong || y.sizes() != z.sizes().slice(0, z.sizes().size() - 1)) {
      fail("records", 142,
           {"labels: expected int64 with the shape of the logits ", shape_text(z.sizes()),
            " without the last axis, found ",
            y.defined() ? shape_text(y.sizes()) + " " + c10::toString(y.scalar_type()) : "none"});
    }
    logits = z.detach().to(at::kCPU, at::kDouble).contiguous();
    labels = y.detach().to(at::kCPU).contiguous();
    n = labels.numel(), n_classes = z.size(-1);
  }
  std::span<double const> row(std::int64_t i) const {
    return {logits.const_data_ptr<double>() + i * n_classes, static_cast<std::size_t>(n_classes)};
  }
  std::int64_t label(std::int64_t i) const { return labels.const_data_ptr<std::int64_t>()[i]; }
  std::int64_t guess(std::int64_t i) const { return guess_of(row(i)); }
  double confidence(std::int64_t i, std::int64_t index) const { return confidence_of(row(i), index); }
};

// labels (…) -> (…)
inline Tensor guesses(Tensor const& logits) {
  Tensor const like = logits.defined() && logits.dim() > 0
                          ? host_tensor(logits.sizes().slice(0, logits.sizes().size() - 1), at::kLong)
                          : Tensor{};
  LabelledLogits const data(logits, like);
  Tensor result = host_tensor(like.sizes(), at::kLong);
  auto* const to = result.mutable_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < data.n; ++i) to[i] = data.guess(i);
  return result;
}

// Softmax at `index` (…), e.g. at the labels or at the guesses -> (…) float64
inline Tensor confidences(Tensor const& logits, Tensor const& index) {
  LabelledLogits const data(logits, index);
  Tensor result = host_tensor(index.sizes(), at::kDouble);
  auto* const to = result.mutable_data_ptr<double>();
  for (std::int64_t i = 0; i < data.n; ++i) to[i] = data.confidence(i, data.label(i));
  return result;
}

// The first label >= 0 along time, at every step: (B,T) -> (B,T); -1 where a sample has none.
inline Tensor first_labels(Tensor const& labels) {
  if (!labels.defined() || labels.scalar_type() != at::kLong || labels.dim() != 2) {
    fail("records", 143,
         {"labels: expected (B,T) int64, found ", labels.defined() ? shape_text(labels.sizes()) : std::string("none")});
  }
  Tensor const source = labels.to(at::kCPU).contiguous();
  Tensor result = host_tensor(source.sizes(), at::kLong);
  auto const* from = source.const_data_ptr<std::int64_t>();
  auto* to = result.mutable_data_ptr<std::int64_t>();
  std::int64_t const n_steps = source.size(1);
  for (std::int64_t b = 0; b < source.size(0); ++b, from += n_steps, to += n_steps) {
    auto const* const found = std::find_if(from, from + n_steps, [](std::int64_t label) { return label >= 0; });
    std::fill_n(to, n_steps, found == from + n_steps ? -1 : *found);
  }
  return result;
}

// How a trial was answered. It is right if the right answer is given at a step at which it is wanted, and no other answer at any
// step that counts; the answer of a step is its guess, 0: none.
struct TrialAnswer {
  bool counts = false;      // at some step
  std::int64_t wanted = 0;  // 0: none
  std::int64_t given = 0;   // the right one, or the last that was wrong; 0: none, or the right one at wrong times alone
  bool right = false;
};
// Of sample b of outputs (B,T,K).
inline TrialAnswer trial_answer(LabelledLogits const& data, std::int64_t b) {
  TrialAnswer trial;
  std::int64_t const n_steps = data.labels.size(1);
  bool given = false, wrong = false;
  for (std::int64_t i = b * n_steps; i < (b + 1) * n_steps; ++i) {
    std::int64_t const label = data.label(i);
    if (label < 0) continue;
    std::int64_t const guess = data.guess(i);
    trial.counts = true;
    if (label > 0) trial.wanted = label;
    given = given || (guess > 0 && guess == label);
    if (guess != 0 && guess != label) wrong = true, trial.given = std::max<std::int64_t>(guess, 0);
  }
  trial.right = !wrong && (given || trial.wanted == 0);
  if (trial.right) trial.given = trial.wanted;
  if (!trial.right && trial.given == trial.wanted) trial.given = 0;
  return trial;
}

inline double accuracy(Tensor const& logits, Tensor const& labels) {
  LabelledLogits const data(logits, labels);
  std::int64_t counted = 0, right = 0;
  for (std::int64_t i = 0; i < data.n; ++i) {
    if (data.label(i) < 0) continue;
    ++counted;
    right += data.guess(i) == data.label(i);
  }
  return counted > 0 ? static_cast<double>(right) / static_cast<double>(counted) : 0;
}

// Share of labels >= 0 among the k largest logits, of equals those with smaller index.
inline double top_k_accuracy(Tensor const& logits, Tensor const& labels, std::int64_t k) {
  LabelledLogits const data(logits, labels);
  if (k < 1) fail("records", 144, {"top-k: expected k >= 1, found ", k});
  std::int64_t counted = 0, right = 0;
  for (std::int64_t i = 0; i < data.n; ++i) {
    std::int64_t const label = data.label(i);
    if (label < 0) continue;
    ++counted;
    if (label >= data.n_classes || data.guess(i) < 0) continue;
    right += classes_before(data.row(i), label) < k;
  }
  return counted > 0 ? static_cast<double>(right) / static_cast<double>(counted) : 0;
}

// One number per time step, nan where no label counts.
struct Curve {
  std::vector<double> accuracy;    // (T)
  std::vector<double> confidence;  // (T) mean softmax at the label
};

// logits (B,T,K), labels (B,T)
inline Curve accuracy_over_time(Tensor const& logits, Tensor const& labels) {
  LabelledLogits const data(logits, labels);
  if (labels.dim() != 2) fail("records", 143, {"labels: expected (B,T) int64, found ", shape_text(labels.sizes())});
  std::int64_t const n_steps = labels.size(1);
  auto const n = static_cast<std::size_t>(n_steps);
  Curve curve{std::vector<double>(n, 0), std::vector<double>(n, 0)};
  std::vector<double> counted(n, 0);
  for (std::int64_t i = 0; i < data.n; ++i) {
    std::int64_t const label = data.label(i);
    if (label < 0) continue;
    auto const t = static_cast<std::size_t>(i % n_steps);
    counted[t] += 1;
    curve.accuracy[t] += data.guess(i) == label ? 1 : 0;
    curve.confidence[t] += data.confidence(i, label);
  }
  for (std::size_t t = 0; t < n; ++t) curve.accuracy[t] /= counted[t], curve.confidence[t] /= counted[t];
  return curve;
}

// (K,K) int64: row = label, column = guess. Labels outside 0 … K-1 and rows without a guess do not count.
inline Tensor confusion_matrix(Tensor const& logits, Tensor const& labels) {
  LabelledLogits const data(logits, labels);
  Tensor result = host_tensor({data.n_classes, data.n_classes}, at::kLong);
  auto* const counts = result.mutable_data_ptr<std::int64_t>();
  std::fill_n(counts, result.numel(), 0);
  for (std::int64_t i = 0; i < data.n; ++i) {
    std::int64_t const label = data.label(i), guess = data.guess(i);
    if (label >= 0 && label < data.n_classes && guess >= 0) ++counts[label * data.n_classes + guess];
  }
  return result;
}

}  // namespace dynvision

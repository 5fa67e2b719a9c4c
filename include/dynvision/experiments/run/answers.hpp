// What is kept of a model's outputs: for each image and step its guess, and how its labels stand.
//
//   Answers const a = answers_of(activity.outputs, labels);        outputs (B,T,K); labels (B,L): of the sample, of other images
//
//   guess              argmax (the first of equals), -1 where there is none (nan)
//   guess_confidence   softmax at the guess
//   confidence         softmax at each label; rank: how many classes stand before it, 0: it is the guess, or equals it
//
// These do not grow with the number of classes. They serve every condition, whichever image it asks for.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/records/metrics.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace dynvision::experiments {

struct Answers {
  Tensor guess;             // (B,T) int64
  Tensor guess_confidence;  // (B,T) float64
  Tensor confidence;        // (B,T,L) float64
  Tensor rank;              // (B,T,L) int64, -1 where there is no guess
};

inline Answers answers_of(Tensor const& outputs, Tensor const& labels) {
  std::int64_t const n_samples = labels.size(0), n_labels = labels.size(1), n_steps = outputs.size(1);
  LabelledLogits const logits(outputs, host_tensor({outputs.size(0), n_steps}, at::kLong).fill_(-1));
  Answers all{host_tensor({n_samples, n_steps}, at::kLong), host_tensor({n_samples, n_steps}, at::kDouble),
              host_tensor({n_samples, n_steps, n_labels}, at::kDouble),
              host_tensor({n_samples, n_steps, n_labels}, at::kLong)};
  auto* const guess = all.guess.mutable_data_ptr<std::int64_t>();
  auto* const rank = all.rank.mutable_data_ptr<std::int64_t>();
  auto* const guess_confidence = all.guess_confidence.mutable_data_ptr<double>();
  auto* const confidence = all.confidence.mutable_data_ptr<double>();
  Tensor const on_host = labels.to(at::kCPU, at::kLong).contiguous();
  auto const* const label = on_host.const_data_ptr<std::int64_t>();
  for (std::int64_t b = 0; b < n_samples; ++b) {
    std::int64_t const from = outputs.size(0) == 1 ? 0 : b;  // computed for one image, that of all
    for (std::int64_t t = 0; t < n_steps; ++t) {
      std::int64_t const row = from * n_steps + t, at = b * n_steps + t;
      auto const z = logits.row(row);  // (K)
      guess[at] = logits.guess(row);
      guess_confidence[at] = logits.confidence(row, guess[at]);
      for (std::int64_t l = 0; l < n_labels; ++l) {
        std::int64_t const y = label[b * n_labels + l];
        bool const ranked = guess[at] >= 0 && y >= 0 && y < logits.n_classes;
        confidence[at * n_labels + l] = logits.confidence(row, y);
        rank[at * n_labels + l] =
            ranked ? std::count_if(z.begin(), z.end(),
                                   [&](double value) { return value > z[static_cast<std::size_t>(y)]; })
                   : -1;
      }
    }
  }
  return all;
}

}  // namespace dynvision::experiments

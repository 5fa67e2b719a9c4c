// A batch of an experiment: its images, those of other classes that the plan shows, and the labels of both.
//
//   ShownBatch const batch = shown_batch(images, first, n, plan.other_images(), others, as);      `as`: dtype and device of the model
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/data/images.hpp>
#include <dynvision/experiments/protocol/derangement.hpp>
#include <dynvision/experiments/protocol/render.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dynvision::experiments {

struct ShownBatch {
  Pictures pictures;
  Tensor labels;
};

inline Tensor others_of(std::int64_t first, std::int64_t n, int k, Derangement const& others) {
  Tensor const who = host_tensor({n}, at::kLong);
  for (std::int64_t i = 0; i < n; ++i) who.mutable_data_ptr<std::int64_t>()[i] = others.of(first + i, k);
  return who;
}

// Of the samples and the other images (B,L).
inline Tensor labels_of(Images const& set, std::int64_t first, std::int64_t n, int n_others,
                        std::optional<Derangement> const& others) {
  std::vector<Tensor> all{set.labels.narrow(0, first, n)};
  for (int k = 1; k <= n_others; ++k) all.push_back(set.labels.index_select(0, others_of(first, n, k, *others)));
  return stack_along(all, 1).contiguous();
}

inline ShownBatch shown_batch(Images const& set, std::int64_t first, std::int64_t n, int n_others,
                              std::optional<Derangement> const& others, at::TensorOptions const& as) {
  ShownBatch all{{.images = set.images.narrow(0, first, n).to(as)}, labels_of(set, first, n, n_others, others)};
  for (std::int64_t i = 0; i < n; ++i) all.pictures.indices.push_back(first + i);
  for (int k = 1; k <= n_others; ++k) {
    all.pictures.others.push_back(set.images.index_select(0, others_of(first, n, k, *others)).to(as));
  }
  return all;
}

inline std::optional<Derangement> derangement_for(Images const& set, int n_others) {
  if (n_others == 0) return std::nullopt;
  Tensor const labels = set.labels.contiguous();
  return Derangement(std::span(labels.const_data_ptr<std::int64_t>(), static_cast<std::size_t>(labels.numel())));
}

}  // namespace dynvision::experiments

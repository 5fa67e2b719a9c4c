// A labelled set of images in memory, and what every loader guarantees about it.
//
// Images (N,C,H,W) float32, finite; labels (N) int64 in 0 … K-1 with K class names; both on the host. Images that change have a
// label of each step: (N,T,C,H,W) and (N,T), -1 where a step does not count; trials of tasks are such (rate/data/trial_data.hpp).
//
// Errors: data.101 … data.107.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace dynvision {

struct Images {
  Tensor images;                     // (N,C,H,W) float32, or (N,T,C,H,W)
  Tensor labels;                     // (N) int64, or (N,T)
  std::vector<std::string> classes;  // K names
  double dt = 0;                     // [ms] between two of T images; 0: they do not change

  std::int64_t size() const { return images.defined() && images.dim() > 0 ? images.size(0) : 0; }
  bool changes() const { return images.defined() && images.dim() == 5; }
};

// Shapes and types only: cheap.
inline void check_shapes(Images const& set) {
  if (!set.images.defined() || (set.images.dim() != 4 && !set.changes()) || set.images.scalar_type() != at::kFloat ||
      !set.images.is_cpu()) {
    fail("data", 101,
         {"images: expected (N,C,H,W) or (N,T,C,H,W) float32 on the host, found ",
          set.images.defined() ? shape_text(set.images.sizes()) + " " + c10::toString(set.images.scalar_type())
                               : "none"});
  }
  bool const changes = set.changes();
  if (!set.labels.defined() || set.labels.dim() != (changes ? 2 : 1) || set.labels.scalar_type() != at::kLong ||
      !set.labels.is_cpu()) {
    fail("data", 102,
         {"labels: expected ", changes ? "(N,T)" : "(N)", " int64 on the host, found ",
          set.labels.defined() ? shape_text(set.labels.sizes()) + " " + c10::toString(set.labels.scalar_type())
                               : "none"});
  }
  if (set.images.size(0) != set.labels.size(0) || (changes && set.images.size(1) != set.labels.size(1))) {
    fail("data", 103,
         {"expected as many labels as images, found ", shape_text(set.images.sizes()), " images and ",
          shape_text(set.labels.sizes()), " labels"});
  }
  if (set.classes.empty()) fail("data", 104, "classes: expected at least one name, found none");
}

// Shapes, types and labels.
inline void check_labels(Images const& set) {
  check_shapes(set);
  Tensor const labels = set.labels.contiguous();
  auto const n_classes = static_cast<std::int64_t>(set.classes.size());
  auto const* const label = labels.const_data_ptr<std::int64_t>();
  std::int64_t const n_steps = set.changes() ? labels.size(1) : 1, least = set.changes() ? -1 : 0;
  for (std::int64_t i = 0; i < labels.numel(); ++i) {
    if (label[i] < least || label[i] >= n_classes) {
      fail("data", 105,
           {"label of image ", i / n_steps, ": expected ", least, " ... ", n_classes - 1, ", found ", label[i]});
    }
  }
}

// For what an image with one label is meant.
inline void check_still(Images const& set) {
  check_labels(set);
  if (set.changes()) {
    fail("data", 107,
         {"images of shape ", shape_text(set.images.sizes()), " with a label of each step: expected images with one"});
  }
}

// Shapes, types and every number.
inline void check_images(Images const& set) {
  check_labels(set);
  Tensor const images = set.images.contiguous();
  auto const* const pixel = images.const_data_ptr<float>();
  std::int64_t const n = images.numel();
  for (std::int64_t i = 0; i < n; ++i) {
    if (!std::isfinite(pixel[i])) {
      fail("data", 106, {"image ", i / (n / images.size(0)), ": expected finite pixels, found ", pixel[i]});
    }
  }
}

}  // namespace dynvision

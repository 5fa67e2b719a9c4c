// A labelled set of images in memory, and what every loader guarantees about it.
//
// Images (N,C,H,W) float32, finite; labels (N) int64 in 0 … K-1 with K class names; both on the host.
//
// Errors: data.101 … data.106.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace dynvision {

struct Images {
  Tensor images;                     // (N,C,H,W) float32
  Tensor labels;                     // (N) int64
  std::vector<std::string> classes;  // K names

  std::int64_t size() const { return images.defined() && images.dim() > 0 ? images.size(0) : 0; }
};

// Shapes and types only: cheap.
inline void check_shapes(Images const& set) {
  if (!set.images.defined() || set.images.dim() != 4 || set.images.scalar_type() != at::kFloat ||
      !set.images.is_cpu()) {
    fail("data", 101,
         {"images: expected (N,C,H,W) float32 on the host, found ",
          set.images.defined() ? shape_text(set.images.sizes()) + " " + c10::toString(set.images.scalar_type())
                               : "none"});
  }
  if (!set.labels.defined() || set.labels.dim() != 1 || set.labels.scalar_type() != at::kLong || !set.labels.is_cpu()) {
    fail("data", 102,
         {"labels: expected (N) int64 on the host, found ",
          set.labels.defined() ? shape_text(set.labels.sizes()) + " " + c10::toString(set.labels.scalar_type())
                               : "none"});
  }
  if (set.images.size(0) != set.labels.size(0)) {
    fail("data", 103,
         {"expected as many labels as images, found ", set.images.size(0), " images and ", set.labels.size(0),
          " labels"});
  }
  if (set.classes.empty()) fail("data", 104, "classes: expected at least one name, found none");
}

// Shapes, types and labels.
inline void check_labels(Images const& set) {
  check_shapes(set);
  Tensor const labels = set.labels.contiguous();
  auto const n_classes = static_cast<std::int64_t>(set.classes.size());
  auto const* const label = labels.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < labels.numel(); ++i) {
    if (label[i] < 0 || label[i] >= n_classes) {
      fail("data", 105, {"label of image ", i, ": expected 0 ... ", n_classes - 1, ", found ", label[i]});
    }
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

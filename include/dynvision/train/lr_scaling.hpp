// How the learning rate follows the size of an update.
//
//   effective = base * B/ref  for B <= threshold * ref, base * sqrt(B/ref) above     B: batch size times accumulated batches
//
// Source: the Python toolbox's training script, which computes with ref_batch_size 64 and threshold_factor 2, whatever its
// configuration says; here the numbers have effect.
//
// Errors: train.113.
#pragma once
#include <dynvision/core/error.hpp>

#include <cmath>
#include <cstdint>

namespace dynvision {

struct LrScaling {
  bool enabled = true;
  double ref_batch_size = 64;   // [images] of one update, for which the base learning rate is meant
  double threshold_factor = 2;  // up to so many times as many: in proportion; above: by the square root
};

inline double effective_learning_rate(double base, std::int64_t batch_size, std::int64_t accumulate_grad_batches = 1,
                                      LrScaling const& scaling = {}) {
  if (batch_size < 1 || accumulate_grad_batches < 1) {
    fail("train", 113,
         {"batch_size = ", batch_size, ", accumulate_grad_batches = ", accumulate_grad_batches,
          ": expected numbers >= 1"});
  }
  if (!(scaling.ref_batch_size > 0) || !(scaling.threshold_factor >= 0)) {
    fail("train", 113,
         {"lr_scaling: ref_batch_size = ", scaling.ref_batch_size, ", threshold_factor = ", scaling.threshold_factor,
          ": expected a number > 0 and one >= 0"});
  }
  if (!scaling.enabled) return base;
  double const ratio = static_cast<double>(batch_size * accumulate_grad_batches) / scaling.ref_batch_size;
  return base * (ratio <= scaling.threshold_factor ? ratio : std::sqrt(ratio));
}

}  // namespace dynvision

// How the learning rate follows batch size and epoch.
//
//   effective  = base * B/64 for B <= 128, base * sqrt(B/64) above         B: batch size times accumulated batches
//   annealed   = eta_min + (base - eta_min) (1 + cos(pi e/T_max)) / 2      e: epoch, from 0
//
// Sources: the Python toolbox's training script; Loshchilov & Hutter 2017, "SGDR", eq. 5 (no restarts).
//
// Errors: train.113, train.114.
#pragma once
#include <dynvision/core/error.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>

namespace dynvision {

inline double effective_learning_rate(double base, std::int64_t batch_size, std::int64_t accumulate_grad_batches = 1) {
  if (batch_size < 1 || accumulate_grad_batches < 1) {
    fail("train", 113,
         {"batch_size = ", batch_size, ", accumulate_grad_batches = ", accumulate_grad_batches,
          ": expected numbers >= 1"});
  }
  double const ratio = static_cast<double>(batch_size * accumulate_grad_batches) / 64;
  return base * (ratio <= 2 ? ratio : std::sqrt(ratio));
}

// The factor of the learning rate in an epoch; T_max <= 0: always 1. After T_max it stays at the smallest.
struct CosineAnnealing {
  double T_max = 250;  // [epochs]
  double eta_min = 0;  // as a fraction of the base learning rate

  double factor(std::int64_t epoch) const {
    if (!std::isfinite(T_max) || !(eta_min >= 0) || eta_min > 1) {
      fail("train", 114,
           {"CosineAnnealing: T_max = ", T_max, ", eta_min = ", eta_min,
            ": expected a finite number of epochs, and a fraction from 0 to 1"});
    }
    if (T_max <= 0) return 1;
    double const e = std::min(static_cast<double>(epoch), T_max);
    return eta_min + (1 - eta_min) * (1 + std::cos(std::numbers::pi * e / T_max)) / 2;
  }
};

}  // namespace dynvision

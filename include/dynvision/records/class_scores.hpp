// The logits of one image and step, as a judgement: z (K).
//
//   guess_of(z)                 argmax, the first of equals; -1 with a nan
//   confidence_of(z, k)         softmax(z)_k; nan with a nan; 0 for a k that is no class
//   classes_before(z, k)        classes with a larger logit, and equal ones before k: k is among the N largest if they are
//                               fewer than N
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

namespace dynvision {

inline std::int64_t guess_of(std::span<double const> z) {
  if (z.empty() || std::any_of(z.begin(), z.end(), [](double value) { return std::isnan(value); })) return -1;
  return std::max_element(z.begin(), z.end()) - z.begin();
}

inline double confidence_of(std::span<double const> z, std::int64_t k) {
  std::int64_t const guess = guess_of(z);
  if (guess < 0) return std::numeric_limits<double>::quiet_NaN();
  if (k < 0 || k >= static_cast<std::int64_t>(z.size())) return 0;
  double const largest = z[static_cast<std::size_t>(guess)];
  double sum = 0;
  for (double const value : z) sum += std::exp(value - largest);
  return std::exp(z[static_cast<std::size_t>(k)] - largest) / sum;
}

inline std::int64_t classes_before(std::span<double const> z, std::int64_t k) {
  auto const own = static_cast<std::size_t>(k);
  std::int64_t n = 0;
  for (std::size_t i = 0; i < z.size(); ++i) n += z[i] > z[own] || (z[i] == z[own] && i < own);
  return n;
}

}  // namespace dynvision

// Normal numbers for tests of populations.
#pragma once
#include <dynvision/analysis/statistics/distributions.hpp>
#include <dynvision/analysis/statistics/draws.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

inline std::vector<double> normal_draws(std::size_t n, std::uint64_t seed) {
  std::vector<double> x(n);
  dynvision::analysis::DrawStream const stream(seed, 0);
  for (std::size_t i = 0; i < n; ++i) {
    double const r = std::sqrt(-2 * std::log(1 - stream.uniform(2 * i)));  // Box & Muller
    x[i] = r * std::cos(2 * std::numbers::pi * stream.uniform(2 * i + 1));
  }
  return x;
}

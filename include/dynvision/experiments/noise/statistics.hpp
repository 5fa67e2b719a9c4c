// Mean, unbiased variance and extremes of numbers, in their order: the same whatever threads there are.
#pragma once
#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>

namespace dynvision::experiments {

struct Statistics {
  double mean = 0, variance = 0, least = 0, largest = 0;  // variance: 0 of fewer than two
};

inline Statistics statistics_of(std::span<double const> x) {
  Statistics s{.least = std::numeric_limits<double>::infinity(), .largest = -std::numeric_limits<double>::infinity()};
  if (x.empty()) return {};
  double sum = 0, squares = 0;
  for (double const a : x) sum += a, s.least = std::min(s.least, a), s.largest = std::max(s.largest, a);
  s.mean = sum / static_cast<double>(x.size());
  for (double const a : x) squares += (a - s.mean) * (a - s.mean);
  if (x.size() > 1) s.variance = squares / static_cast<double>(x.size() - 1);
  return s;
}

}  // namespace dynvision::experiments

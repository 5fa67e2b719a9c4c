// How numbers are distributed: counts in bins of equal width between the smallest and the largest.
//
//   bin of x = floor(n (x - min) / (max - min)), the largest in the last one; numbers that are not finite are counted apart
//
// Of a tensor of any dtype, shape and device. Sums in float64.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dynvision {

struct Histogram {
  double min = 0, max = 0, sum = 0, sum_of_squares = 0;  // of the finite numbers
  std::int64_t n = 0, n_not_finite = 0;
  std::vector<double> counts{};  // [bins]

  double edge(std::size_t i) const {  // between bin i - 1 and bin i
    return min + (max - min) * static_cast<double>(i) / static_cast<double>(counts.size());
  }
};

inline Histogram histogram_of(Tensor const& numbers, std::size_t n_bins = 64) {
  Histogram all;
  Tensor const x = numbers.detach().to(at::kCPU, at::kFloat).contiguous();
  auto const* const first = x.const_data_ptr<float>();
  auto const* const end = first + x.numel();
  float low = INFINITY, high = -INFINITY;
  for (auto const* at = first; at != end; ++at) {
    if (!std::isfinite(*at)) {
      ++all.n_not_finite;
      continue;
    }
    low = std::min(low, *at), high = std::max(high, *at);
    ++all.n;
    all.sum += double{*at};
    all.sum_of_squares += double{*at} * double{*at};
  }
  all.counts.assign(std::max<std::size_t>(n_bins, 1), 0);
  if (all.n == 0) return all;
  all.min = double{low}, all.max = double{high};
  double const scale = high > low ? static_cast<double>(all.counts.size()) / (all.max - all.min) : 0;
  for (auto const* at = first; at != end; ++at) {
    if (!std::isfinite(*at)) continue;
    auto const bin = static_cast<std::size_t>((double{*at} - all.min) * scale);
    all.counts[std::min(bin, all.counts.size() - 1)] += 1;
  }
  return all;
}

}  // namespace dynvision

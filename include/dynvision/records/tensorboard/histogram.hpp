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

// Of all of these together: the responses of a layer in the steps of a run.
inline Histogram histogram_of(std::vector<Tensor> const& parts, std::size_t n_bins = 64) {
  Histogram all;
  auto const each = [&](auto const& see) {
    for (Tensor const& part : parts) {
      Tensor const x = part.detach().to(at::kCPU, at::kFloat).contiguous();
      auto const* const first = x.const_data_ptr<float>();
      for (auto const* at = first; at != first + x.numel(); ++at) see(*at);
    }
  };
  float low = INFINITY, high = -INFINITY;
  each([&](float x) {
    if (!std::isfinite(x)) {
      ++all.n_not_finite;
      return;
    }
    low = std::min(low, x), high = std::max(high, x);
    ++all.n;
    all.sum += double{x};
    all.sum_of_squares += double{x} * double{x};
  });
  all.counts.assign(std::max<std::size_t>(n_bins, 1), 0);
  if (all.n == 0) return all;
  all.min = double{low}, all.max = double{high};
  double const scale = high > low ? static_cast<double>(all.counts.size()) / (all.max - all.min) : 0;
  each([&](float x) {
    if (!std::isfinite(x)) return;
    auto const bin = static_cast<std::size_t>((double{x} - all.min) * scale);
    all.counts[std::min(bin, all.counts.size() - 1)] += 1;
  });
  return all;
}

inline Histogram histogram_of(Tensor const& numbers, std::size_t n_bins = 64) {
  return histogram_of(std::vector<Tensor>{numbers}, n_bins);
}

}  // namespace dynvision

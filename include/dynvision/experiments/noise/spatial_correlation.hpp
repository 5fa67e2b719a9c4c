// Noise whose neighbouring pixels are alike: white noise convolved with a Gaussian of `size` pixels, sigma = size / 6, channel by
// channel; outside there is nothing. An even size counts as the next odd one.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::experiments {

inline std::vector<double> correlation_kernel(int size) {
  int const odd = size % 2 == 0 ? size + 1 : size;
  std::vector<double> kernel(static_cast<std::size_t>(odd));
  double sum = 0;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    double const x = (static_cast<double>(i) - (odd - 1) / 2.0) / (odd / 6.0);
    sum += kernel[i] = std::exp(-x * x / 2);
  }
  for (double& k : kernel) k /= sum;
  return kernel;
}

// A plane (H,W), along both.
inline void correlate_in_space(std::span<double> plane, std::int64_t height, std::int64_t width, int size) {
  std::vector<double> const kernel = correlation_kernel(size);
  auto const half = static_cast<std::int64_t>(kernel.size() / 2);
  std::vector<double> line;
  auto const along = [&](double* x, std::int64_t n, std::int64_t step) {
    line.assign(static_cast<std::size_t>(n), 0.0);
    for (std::int64_t i = 0; i < n; ++i) {
      for (std::int64_t k = std::max<std::int64_t>(0, i - half); k <= std::min(n - 1, i + half); ++k) {
        line[static_cast<std::size_t>(i)] += kernel[static_cast<std::size_t>(k - i + half)] * x[k * step];
      }
    }
    for (std::int64_t i = 0; i < n; ++i) x[i * step] = line[static_cast<std::size_t>(i)];
  };
  for (std::int64_t y = 0; y < height; ++y) along(plane.data() + y * width, width, 1);
  for (std::int64_t x = 0; x < width; ++x) along(plane.data() + x, height, width);
}

}  // namespace dynvision::experiments

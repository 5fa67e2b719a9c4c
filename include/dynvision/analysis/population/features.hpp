// Features of a layer's response (C,Y,X), the same for every image and step: what decoders and similarities are computed of.
//
//   channel_means(units, C)                    (C): means over places
//   block_means(units, C, Y, X, 4)             (C * ceil(Y/4) * ceil(X/4)): means of 4 x 4 places; blocks at the edge have fewer
//   SignProjection({n_units, 512, seed})(units)   (512): y = S u / sqrt(512), S of signs drawn by the seed; up to 512 units
//                                              are what they are
//
// S keeps the distances between patterns up to a relative error of about sqrt(2 / 512), whatever the patterns (Achlioptas 2003).
// Its signs are drawn in blocks of units while it is applied; memory does not grow with their number.
// Source: Achlioptas 2003, "Database-friendly random projections".
// Errors: analysis.125.
#pragma once
#include <dynvision/analysis/population/patterns.hpp>
#include <dynvision/kernels/random/philox.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::analysis {

// (C,Y,X) -> (C * blocks): means of size x size places.
inline std::vector<double> block_means(std::span<double const> units, std::size_t n_channels, std::size_t height,
                                       std::size_t width, std::size_t size) {
  if (units.empty() || n_channels * height * width != units.size() || size == 0) {
    fail("analysis", 125,
         {units.size(), " units for ", n_channels, " channels of ", height, " x ", width, " places, in blocks of ",
          size, ": expected a number for each place, and blocks of at least one"});
  }
  std::vector<double> means;
  for (std::size_t c = 0; c < n_channels; ++c) {
    double const* const channel = units.data() + c * height * width;
    for (std::size_t top = 0; top < height; top += size) {
      for (std::size_t left = 0; left < width; left += size) {
        std::size_t const bottom = std::min(top + size, height), right = std::min(left + size, width);
        double sum = 0;
        for (std::size_t y = top; y < bottom; ++y) {
          for (std::size_t x = left; x < right; ++x) sum += channel[y * width + x];
        }
        means.push_back(sum / static_cast<double>((bottom - top) * (right - left)));
      }
    }
  }
  return means;
}

inline std::vector<double> channel_means(std::span<double const> units, std::size_t n_channels) {
  if (n_channels == 0 || units.size() % n_channels != 0) {
    fail("analysis", 125, {units.size(), " units of ", n_channels, " channels: expected as many for each channel"});
  }
  std::size_t const places = units.size() / n_channels;
  return block_means(units, n_channels, 1, places, std::max<std::size_t>(places, 1));
}

struct ProjectionSettings {
  std::size_t n_units = 0, n_features = 512;
  std::uint64_t seed = 0;
};

class SignProjection {
 public:
  explicit SignProjection(ProjectionSettings const& settings) : settings_(settings) {
    if (settings.n_units == 0 || settings.n_features == 0) {
      fail("analysis", 125,
           {"a projection of ", settings.n_units, " units to ", settings.n_features,
            " features: expected at least one of each"});
    }
  }
  std::size_t n_features() const { return std::min(settings_.n_units, settings_.n_features); }

  // Of several patterns (N,U) at once: signs are drawn once for all of them. (N,F)
  PatternMatrix operator()(Eigen::Ref<PatternMatrix const> const& units) const {
    if (static_cast<std::size_t>(units.cols()) != settings_.n_units) {
      fail("analysis", 125, {"a projection of ", settings_.n_units, " units for ", units.cols(), ": expected as many"});
    }
    if (settings_.n_units <= settings_.n_features) return units;
    constexpr Eigen::Index block = 256;
    auto const F = static_cast<Eigen::Index>(settings_.n_features);
    PatternMatrix projected = PatternMatrix::Zero(units.rows(), F), signs(block, F);
    for (Eigen::Index first = 0; first < units.cols(); first += block) {
      Eigen::Index const n = std::min(block, units.cols() - first);
      for (Eigen::Index u = 0; u < n; ++u) draw(static_cast<std::uint64_t>(first + u), signs.row(u).data());
      projected.noalias() += units.middleCols(first, n) * signs.topRows(n);
    }
    return projected / std::sqrt(static_cast<double>(F));
  }
  std::vector<double> operator()(std::span<double const> units) const {
    PatternMatrix const one = (*this)(Patterns{units, units.size()}.matrix());
    return {one.data(), one.data() + one.size()};
  }

 private:
  void draw(std::uint64_t unit, double* signs) const {  // 128 signs of a counter
    auto const low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    kernels::PhiloxKey const key{{low(settings_.seed), low(settings_.seed >> 32)}};
    for (std::size_t f = 0; f < settings_.n_features; f += 128) {
      kernels::PhiloxCounter const bits = kernels::philox({{low(f / 128), 0, low(unit), low(unit >> 32)}}, key);
      for (std::size_t k = 0; k < std::min<std::size_t>(128, settings_.n_features - f); ++k) {
        signs[f + k] = (bits.word[k / 32] >> (k % 32)) & 1 ? 1 : -1;
      }
    }
  }
  ProjectionSettings settings_;
};

}  // namespace dynvision::analysis

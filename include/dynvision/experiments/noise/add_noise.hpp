// Noise on images, of every kind of the Python toolbox (its data/noise.py).
//
//   uniform         x + (u - 1/2) sqrt(12 P_n)                         u uniform in [0, 1)
//   gaussian        x + z sqrt(P_n)                                    z standard normal
//                   spatially correlated: z convolved with a Gaussian, then scaled to the variance P_n
//   saltpepper      the largest pixel (salt) or the smallest, with a share s of salt, where u < p;
//                   p = min(1, P_n / (s mean((max - x)^2) + (1 - s) mean((min - x)^2)))
//   poisson         y = max(x + |min| + 0.1, 0.1), l = clamp(y max(sqrt(P_n), 0.01) + 0.1, 0.1, 10^6), q ~ Poisson(l);
//                   (q - l) / sqrt(l), scaled to the variance P_n; x + that between -6 and 8
//   phasescrambled  x + the pattern of noise/phase_scrambling.hpp, scaled to the variance P_n
//
// P_n = P_s (1 - SSNR) / SSNR, P_s the unbiased variance of x. At SSNR 0 there is noise alone, of the variance P_s: in place of x
// (salt and pepper: about 0). Statistics are those of a block: one image, or the whole batch.
// `Draws`: experiments/noise/draws.hpp, or whatever has its functions.
#pragma once
#include <dynvision/experiments/noise/noise.hpp>
#include <dynvision/experiments/noise/phase_scrambling.hpp>
#include <dynvision/experiments/noise/spatial_correlation.hpp>
#include <dynvision/experiments/noise/statistics.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace dynvision::experiments {

// Images (n,C,H,W), one after the other.
struct Block {
  std::int64_t n, channels, height, width;
  std::int64_t plane() const { return height * width; }
  std::int64_t image() const { return channels * plane(); }
};

template <class Draws> class BlockNoise {
 public:
  BlockNoise(Noise const& noise, Block const& block, Draws& draws, std::span<double> x)
      : noise_(noise), block_(block), draws_(draws), x_(x), before_(statistics_of(x)) {}

  // x becomes x with noise. The result: what was added to it, before it was limited.
  std::vector<double> add() {
    if (!noise_.shows() || before_.variance == 0) return std::vector<double>(x_.size(), 0.0);
    bool const alone = noise_.ssnr <= 0;
    power_ = before_.variance / (alone ? 1 : noise_.snr());
    if (noise_.type == NoiseType::saltpepper && !alone) return saltpepper();
    std::vector<double> pattern = this->pattern();
    for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = (alone ? 0 : x_[i]) + pattern[i];
    if (noise_.type == NoiseType::poisson) {
      for (double& x : x_) x = std::clamp(x, -6.0, 8.0);
    }
    return pattern;
  }

 private:
  std::vector<double> pattern() {
    switch (noise_.type) {
      case NoiseType::uniform:
        return uniform();
      case NoiseType::gaussian:
        return gaussian();
      case NoiseType::poisson:
        return poisson();
      case NoiseType::phasescrambled:
        return phasescrambled();
      default:
        return saltpepper_alone();
    }
  }

  std::vector<float> floats(bool normal) {
    std::vector<float> all(x_.size());
    normal ? draws_.normal(0, block_.n, block_.image(), all.data())
           : draws_.uniform(0, block_.n, block_.image(), all.data());
    return all;
  }
  void scale_to_power(std::vector<double>& pattern) const {
    double const variance = statistics_of(pattern).variance;
    if (variance > 0) {
      for (double& p : pattern) p *= std::sqrt(power_ / variance);
    }
  }

  std::vector<double> uniform() {
    std::vector<float> const u = floats(false);
    std::vector<double> pattern(u.begin(), u.end());
    for (double& p : pattern) p = (p - 0.5) * std::sqrt(12 * power_);
    return pattern;
  }

  std::vector<double> gaussian() {
    std::vector<float> const z = floats(true);
    std::vector<double> pattern(z.begin(), z.end());
    if (!noise_.spatially_correlated) {
      for (double& p : pattern) p *= std::sqrt(power_);
      return pattern;
    }
    auto const plane = static_cast<std::size_t>(block_.plane());
    for (std::size_t i = 0; i < pattern.size(); i += plane) {
      correlate_in_space(std::span(pattern).subspan(i, plane), block_.height, block_.width,
                         noise_.correlation_kernel_size);
    }
    scale_to_power(pattern);
    return pattern;
  }

  std::vector<double> saltpepper() {
    double const s = noise_.salt_vs_pepper;
    double salt_power = 0, pepper_power = 0;
    for (double const x : x_) {
      salt_power += (before_.largest - x) * (before_.largest - x);
      pepper_power += (before_.least - x) * (before_.least - x);
    }
    double const all = (s * salt_power + (1 - s) * pepper_power) / static_cast<double>(x_.size());
    double const p = all > 0 ? std::min(1.0, power_ / all) : 1;
    std::vector<float> const where = floats(false), salt = floats(false);
    std::vector<double> pattern(x_.size(), 0.0);
    for (std::size_t i = 0; i < x_.size(); ++i) {
      if (!(where[i] < static_cast<float>(p))) continue;
      double const now = salt[i] < static_cast<float>(s) ? before_.largest : before_.least;
      pattern[i] = now - x_[i];
      x_[i] = now;
    }
    return pattern;
  }
  std::vector<double> saltpepper_alone() {
    double const s = noise_.salt_vs_pepper, deviation = std::sqrt(s * (1 - s));
    floats(false);
    std::vector<float> const salt = floats(false);
    std::vector<double> pattern(x_.size(), 0.0);
    if (deviation == 0) return pattern;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      pattern[i] = ((salt[i] < static_cast<float>(s) ? 1 : 0) - s) / deviation * std::sqrt(power_);
    }
    return pattern;
  }

  std::vector<double> poisson() {
    double const shift = std::abs(before_.least) + 0.1, scale = std::max(std::sqrt(power_), 0.01);
    std::vector<double> mean(x_.size()), q(x_.size());
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] = std::clamp(std::max(x_[i] + shift, 0.1) * scale + 0.1, 0.1, 1e6);
    }
    draws_.poisson(0, block_.n, block_.image(), mean.data(), q.data());
    for (std::size_t i = 0; i < q.size(); ++i) q[i] = (q[i] - mean[i]) / std::sqrt(mean[i] + 1e-8);
    scale_to_power(q);
    return q;
  }

  std::vector<double> phasescrambled() {
    std::int64_t const h = block_.height, w = block_.width;
    auto const plane = static_cast<std::size_t>(block_.plane());
    std::vector<double> amplitude = power_law(h, w, noise_.spectral_exponent);
    if (noise_.use_image_spectrum) {
      std::fill(amplitude.begin(), amplitude.end(), 0.0);
      for (std::size_t i = 0; i < x_.size(); i += plane) add_amplitudes(x_.subspan(i, plane), h, w, amplitude);
      for (double& a : amplitude) a /= static_cast<double>(block_.n * block_.channels);
    }
    std::vector<double> pattern(x_.size());
    std::vector<float> a(plane), b(plane);
    for (std::int64_t i = 0; i < block_.n * block_.channels; ++i) {
      std::int64_t const image = i / block_.channels, each = block_.plane();
      std::vector<Complex> z;
      if (noise_.use_image_spectrum) {
        draws_.uniform(image, 1, each, a.data());
        z = spectrum_of_phases(amplitude, a);
      } else {
        draws_.normal(image, 1, each, a.data());
        draws_.normal(image, 1, each, b.data());
        z = spectrum_of_normal(amplitude, a, b);
      }
      make_hermitian(z, h, w);
      transform_plane(z, h, w, false);
      std::transform(z.begin(), z.end(), pattern.begin() + i * each, [](Complex const& c) { return c.real(); });
    }
    scale_to_power(pattern);
    return pattern;
  }

  Noise const& noise_;
  Block const& block_;
  Draws& draws_;
  std::span<double> x_;
  Statistics before_;
  double power_ = 0;
};

template <class Draws>
std::vector<double> add_noise(Noise const& noise, Block const& block, Draws& draws, std::span<double> x) {
  return BlockNoise<Draws>(noise, block, draws, x).add();
}

}  // namespace dynvision::experiments

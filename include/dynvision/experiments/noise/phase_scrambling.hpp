// Noise with a given spectrum of amplitudes and random phases.
//
//   of the image       Z = A exp(i phi)              A: mean of |FFT2| over the channels, phi uniform
//   synthetic          Z = (a + i b) f^(e / 2)       a, b standard normal, f [cycles/pixel] the radial frequency, e the exponent
//
// Z is made Hermitian, Z(-k) = conj Z(k), so that the pattern is real and keeps its amplitudes: of each pair of frequencies
// the one that comes first in the order of rows gives the phase of both. It has no mean: Z(0) = 0.
// The transform is that of Eigen (kissfft), plane by plane, in double: it does not depend on threads.
#pragma once
#include <unsupported/Eigen/FFT>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <vector>

namespace dynvision::experiments {

using Complex = std::complex<double>;

// Of a plane (H,W), forward or inverse (with its factor 1 / (H W)).
inline void transform_plane(std::vector<Complex>& z, std::int64_t height, std::int64_t width, bool forward) {
  Eigen::FFT<double> fft;
  std::vector<Complex> line, made;
  auto const along = [&](std::int64_t first, std::int64_t n, std::int64_t step) {
    if (n < 2) return;
    line.resize(static_cast<std::size_t>(n));
    for (std::int64_t i = 0; i < n; ++i)
      line[static_cast<std::size_t>(i)] = z[static_cast<std::size_t>(first + i * step)];
    forward ? fft.fwd(made, line) : fft.inv(made, line);
    for (std::int64_t i = 0; i < n; ++i)
      z[static_cast<std::size_t>(first + i * step)] = made[static_cast<std::size_t>(i)];
  };
  for (std::int64_t y = 0; y < height; ++y) along(y * width, width, 1);
  for (std::int64_t x = 0; x < width; ++x) along(x, height, width);
}

// |FFT2|, added to `sum`.
inline void add_amplitudes(std::span<double const> plane, std::int64_t height, std::int64_t width,
                           std::vector<double>& sum) {
  std::vector<Complex> z(plane.begin(), plane.end());
  transform_plane(z, height, width, true);
  for (std::size_t i = 0; i < z.size(); ++i) sum[i] += std::abs(z[i]);
}

// f^(exponent / 2) of each frequency; 0 at none.
inline std::vector<double> power_law(std::int64_t height, std::int64_t width, double exponent) {
  std::vector<double> all(static_cast<std::size_t>(height * width));
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      double const fy = static_cast<double>(std::min(y, height - y)) / static_cast<double>(height);
      double const fx = static_cast<double>(std::min(x, width - x)) / static_cast<double>(width);
      double const f = std::hypot(fy, fx);
      all[static_cast<std::size_t>(y * width + x)] = f > 0 ? std::pow(f, exponent / 2) : 0;
    }
  }
  return all;
}

// Z(-k) = conj Z(k), Z(0) = 0. Frequencies that are their own opposites keep their amplitudes, with a sign for a phase.
inline void make_hermitian(std::vector<Complex>& z, std::int64_t height, std::int64_t width) {
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      std::int64_t const i = y * width + x, opposite = (height - y) % height * width + (width - x) % width;
      Complex& here = z[static_cast<std::size_t>(i)];
      if (opposite == i) {
        here = std::copysign(std::abs(here), here.real());
      } else if (opposite > i) {
        z[static_cast<std::size_t>(opposite)] = std::conj(here);
      }
    }
  }
  if (!z.empty()) z[0] = 0;
}

// A plane from its amplitudes and numbers: phases / 2 pi, or real parts and imaginary parts.
inline std::vector<Complex> spectrum_of_phases(std::span<double const> amplitude, std::span<float const> phase) {
  std::vector<Complex> z(amplitude.size());
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] = std::polar(amplitude[i], 2 * std::numbers::pi * static_cast<double>(phase[i]));
  }
  return z;
}
inline std::vector<Complex> spectrum_of_normal(std::span<double const> amplitude, std::span<float const> real,
                                               std::span<float const> imaginary) {
  std::vector<Complex> z(amplitude.size());
  for (std::size_t i = 0; i < z.size(); ++i) {
    z[i] = amplitude[i] * Complex(static_cast<double>(real[i]), static_cast<double>(imaginary[i]));
  }
  return z;
}

}  // namespace dynvision::experiments

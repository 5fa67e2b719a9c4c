// Noise: what is added to an image. Part of a segment (experiments/protocol/segment.hpp), and of a frame's identity.
//
//   Noise{.type = NoiseType::gaussian, .ssnr = 0.4, .temporal = Temporal::dynamic, .seed = 1}
//
// Level: SSNR = P_s / (P_s + P_n), from 0 (noise alone, with the power of the image) to 1 (the image as it is). P_s is the unbiased
// variance of the image that the noise is added to, P_n = P_s (1 - SSNR) / SSNR that of the noise. SNR = P_s / P_n = SSNR / (1 - SSNR).
// As in the Python toolbox an SNR above 1000 is no noise.
// Draws are functions of seed, image, frame, channel and pixel (experiments/noise/draws.hpp): not of the level.
#pragma once
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace dynvision::experiments {

enum class NoiseType { none, saltpepper, poisson, uniform, gaussian, phasescrambled };
// One pattern for all frames; a new one for each; each drawn near the one before.
enum class Temporal { fixed, dynamic, correlated };
// Whose variance the power is taken from: each image's own, or that of the whole batch (as the Python toolbox does).
enum class NoisePower { image, batch };

inline constexpr std::array<std::string_view, 6> noise_types{"none",    "saltpepper", "poisson",
                                                             "uniform", "gaussian",   "phasescrambled"};
inline constexpr std::array<std::string_view, 3> temporal_modes{"static", "dynamic", "correlated"};
inline constexpr std::array<std::string_view, 2> noise_powers{"image", "batch"};

inline constexpr double largest_snr = 1000;  // above it an image is shown as it is

struct Noise {
  NoiseType type = NoiseType::none;
  double ssnr = 0.5;
  Temporal temporal = Temporal::dynamic;
  std::uint64_t seed = 0;
  double t_correlation = 10;  // [ms] of Temporal::correlated: exp(-t / t_correlation)
  NoisePower power = NoisePower::image;
  double salt_vs_pepper = 0.5;        // of saltpepper: the share of salt
  bool spatially_correlated = false;  // of gaussian
  int correlation_kernel_size = 7;    // [pixels]
  bool use_image_spectrum = false;    // of phasescrambled: amplitudes of the image; else f^(spectral_exponent / 2)
  double spectral_exponent = -1;

  bool operator==(Noise const&) const = default;

  double snr() const { return ssnr >= 1 ? HUGE_VAL : ssnr / (1 - ssnr); }
  // Whether there is any.
  bool shows() const { return type != NoiseType::none && !(snr() > largest_snr); }
};

}  // namespace dynvision::experiments

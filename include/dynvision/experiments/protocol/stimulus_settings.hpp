// How images are shown: a loader of the Python toolbox and its arguments, with its defaults.
//
//   StandardDataLoader   the image in all steps (1)
//   StimulusRepetition   the same (20)
//   StimulusDuration     of 30 steps: intro_duration blank (1), stimulus_duration image (20), the rest blank
//   StimulusInterval     of 30 steps: intro (0), image (2), interval_duration blank (2), image (2), the rest blank
//   StimulusContrast     of 15 steps: intro (2), image (10) times stimulus_contrast (1), the rest blank
//   StimulusNoise        of 20 steps: intro (0), image with noise for the rest, or for stimulus_duration
//
// What is not given is the loader's own. schedule_of (experiments/protocol/loader.hpp) makes segments of them.
#pragma once
#include <dynvision/experiments/protocol/duration.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dynvision::experiments {

inline constexpr std::array<std::string_view, 6> loaders{"StandardDataLoader", "StimulusRepetition", "StimulusDuration",
                                                         "StimulusInterval",   "StimulusContrast",   "StimulusNoise"};

struct StimulusSettings {
  std::string data_loader = "StandardDataLoader";
  std::optional<Duration> data_timesteps{};     // of a trial
  std::optional<Duration> stimulus_duration{};  // how long an image is shown
  std::optional<Duration> intro_duration{};     // blank before
  std::optional<Duration> interval_duration{};  // blank between two showings
  double stimulus_contrast = 1;
  std::string noise_type = "uniform";
  double ssnr = 0.5;
  std::optional<double> snr{};  // in place of ssnr
  std::uint64_t noise_seed = 0;
  std::string temporal_mode = "dynamic";
  double t_correlation = 10;  // [ms] of the mode "correlated"
  std::string noise_power = "image";
  double salt_vs_pepper = 0.5;
  bool spatially_correlated = false;
  int correlation_kernel_size = 7;  // [pixels]
  bool use_image_spectrum = false;
  double spectral_exponent = -1;
};

}  // namespace dynvision::experiments

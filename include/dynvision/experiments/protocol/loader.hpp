// A loader of the Python toolbox as segments.
//
//   Schedule const s = schedule_of({.data_loader = "StimulusDuration", .stimulus_duration = 5});
//
// Errors: experiments.107.
#pragma once
#include <dynvision/experiments/protocol/schedule.hpp>
#include <dynvision/experiments/protocol/stimulus_settings.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace dynvision::experiments {

namespace loading {

// The word's place in a list of them.
template <class Enum, class Words> Enum one_of(std::string_view what, std::string_view word, Words const& words) {
  auto const found = std::find(words.begin(), words.end(), word);
  if (found == words.end()) {
    fail("experiments", 107, {what, " = \"", word, "\": ", expected_one_of(word, words)});
  }
  return static_cast<Enum>(found - words.begin());
}

}  // namespace loading

inline Noise noise_of(StimulusSettings const& s) {
  Noise n{.type = loading::one_of<NoiseType>("noise_type", s.noise_type, noise_types), .ssnr = s.ssnr};
  if (s.snr) n.ssnr = std::isinf(*s.snr) ? 1 : *s.snr / (1 + *s.snr);
  n.temporal = loading::one_of<Temporal>("temporal_mode", s.temporal_mode, temporal_modes);
  n.power = loading::one_of<NoisePower>("noise_power", s.noise_power, noise_powers);
  n.seed = s.noise_seed, n.t_correlation = s.t_correlation, n.salt_vs_pepper = s.salt_vs_pepper;
  n.spatially_correlated = s.spatially_correlated, n.correlation_kernel_size = s.correlation_kernel_size;
  n.use_image_spectrum = s.use_image_spectrum, n.spectral_exponent = s.spectral_exponent;
  return n;
}

inline Schedule schedule_of(StimulusSettings const& s) {
  auto const loader = loading::one_of<std::size_t>("data_loader", s.data_loader, loaders);
  enum : std::size_t { standard, repetition, duration, interval, contrast, noise };
  constexpr int steps[]{1, 20, 30, 30, 15, 20}, intro[]{0, 0, 1, 0, 2, 0}, shown[]{0, 0, 20, 2, 10, 0};
  Schedule schedule{.n_timesteps = s.data_timesteps.value_or(steps[loader])};
  Segment image{.show = Show::image, .duration = s.stimulus_duration.value_or(shown[loader])};
  if (loader == standard || loader == repetition) {
    image.duration = schedule.n_timesteps;
    schedule.segments = {std::move(image)};
    return schedule;
  }
  Segment const before{.duration = s.intro_duration.value_or(intro[loader])};
  if (loader == contrast) image.contrast = s.stimulus_contrast;
  if (loader == noise) {
    image.noise = noise_of(s);
    image.to_the_end = !s.stimulus_duration;
  }
  schedule.segments = {before, image};
  if (loader == interval) {
    Segment again = image;
    again.interval = s.interval_duration.value_or(2);
    schedule.segments.push_back(std::move(again));
  }
  return schedule;
}

}  // namespace dynvision::experiments

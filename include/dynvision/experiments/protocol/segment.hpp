// Segment: a stretch of a trial in which one thing is shown, or several segments that are repeated together.
//
//   Segment{.show = Show::image, .duration = 5}                                  5 steps
//   Segment{.duration = Duration::of_ms(10)}                                     10 ms of blank
//   Segment{.show = Show::mask, .duration = 5, .soa = Duration(8)}               8 steps after the onset of what was shown before
//   Segment{.repeat = 6, .segments = {{.show = Show::image, .duration = 5}, {.duration = 2}}}
//
// In a configuration file: {"show": "image", "steps": 5}, {"show": "void", "ms": 10} (config/experiments/segments.hpp).
#pragma once
#include <dynvision/experiments/protocol/duration.hpp>
#include <dynvision/experiments/protocol/frame.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::experiments {

// What a mask is: an image of another class, the phase-scrambled image itself, or Gaussian noise.
enum class Mask { other, phasescrambled, noise };
inline constexpr std::array<std::string_view, 3> masks{"other", "phasescrambled", "noise"};

struct Segment {
  Show show = Show::blank;
  Duration duration = 0;
  double contrast = 1;
  Noise noise{};
  Occlusion occlusion{};
  Shift shift{};
  int image = 0;                       // of `image` and `noise`: 0: the sample; k: the k-th image of another class
  Mask mask = Mask::other;             // of `mask`
  std::optional<Duration> interval{};  // blank steps before it
  std::optional<Duration> soa{};       // from the onset of what was shown before to its own: blank steps in between
  bool left_out = false;               // interval or soa is infinite: no probe, no mask
  bool to_the_end = false;             // in place of a duration: the rest of the trial
  int repeat = 1;
  std::vector<Segment> segments{};  // in place of all but interval, soa and repeat

  bool operator==(Segment const&) const = default;

  // What it shows in the n-th frame with noise of the trial.
  Frame frame(double dt, int noise_frame, bool blank_is_zero) const {
    Frame f{.show = show, .image = image, .contrast = contrast, .noise = noise, .noise_frame = noise_frame};
    f.occlusion = occlusion, f.shift = shift;
    if (show == Show::mask) {
      f.show = mask == Mask::other ? Show::image : Show::noise;
      if (mask == Mask::other) {
        f.image = image == 0 ? 1 : image;
      } else {
        f.noise.type = mask == Mask::noise ? NoiseType::gaussian : NoiseType::phasescrambled;
        f.noise.use_image_spectrum = mask == Mask::phasescrambled;
        f.noise.temporal = Temporal::fixed;
      }
    } else if (show == Show::noise && noise.type == NoiseType::none) {
      f.noise.type = NoiseType::uniform;
    }
    if (f.noise.temporal == Temporal::correlated) f.noise_correlation = std::exp(-dt / f.noise.t_correlation);
    return f.canonical(blank_is_zero);
  }
  // "image, 20 steps"
  std::string text() const {
    if (!segments.empty())
      return "group of " + number_text(segments.size()) + ", repeated " + number_text(repeat) + " times";
    return std::string(shows[static_cast<std::size_t>(show)]) + ", " + (to_the_end ? "the rest" : duration.text());
  }
};

}  // namespace dynvision::experiments

// Frame: what is shown in one time step, without pixels: frames that are equal show the same, whatever image it is of.
//
//   image -> shift -> occlusion -> x contrast -> + noise
//
// An experiment runs what its conditions have in common once (experiments/plan), and finds it by comparing frames. So a frame
// says nothing that has no effect: the noise of a blank, the frame counter of a static pattern, noise at SSNR 1 (canonical()).
#pragma once
#include <dynvision/experiments/noise/noise.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <type_traits>

namespace dynvision::experiments {

// What is shown. A mask is a segment's word for an image of another class, or noise; frames are `blank`, `image` or `noise`.
enum class Show { blank, image, mask, noise };
inline constexpr std::array<std::string_view, 4> shows{"void", "image", "mask", "noise"};

enum class OcclusionKind { bars, patches };
inline constexpr std::array<std::string_view, 2> occlusion_kinds{"bars", "patches"};

// A share of the pixels is blank (experiments/protocol/occluded.hpp).
struct Occlusion {
  double fraction = 0;
  OcclusionKind kind = OcclusionKind::bars;
  std::uint64_t seed = 0;
  bool operator==(Occlusion const&) const = default;
};

// [pixels] down and to the right; what comes in from outside is blank.
struct Shift {
  int dy = 0, dx = 0;
  bool operator==(Shift const&) const = default;
};

struct Frame {
  Show show = Show::blank;
  int image = 0;  // 0: the sample; k: the k-th image of another class (experiments/protocol/derangement.hpp)
  double contrast = 1;
  Noise noise{};
  int noise_frame = 0;           // frames with noise before this one, unless the pattern is static
  double noise_correlation = 0;  // of a pattern with the one before, where it is correlated
  Occlusion occlusion{};
  Shift shift{};

  bool operator==(Frame const&) const = default;
  bool is_blank() const { return show == Show::blank; }

  // Without what has no effect. `blank_is_zero`: an image at contrast 0 is a blank.
  Frame canonical(bool blank_is_zero = true) const {
    Frame f = *this;
    if (f.show == Show::image && f.noise.shows() && f.noise.ssnr <= 0) f.show = Show::noise;
    if (f.show == Show::noise) f.noise.ssnr = 0;
    if (!f.noise.shows()) {
      f.noise = {}, f.noise_frame = 0;
      if (f.show == Show::noise) f.show = Show::blank;
    }
    if (f.contrast == 0 && blank_is_zero) f.show = Show::blank;
    if (f.show == Show::blank) return {};
    if (f.noise.temporal == Temporal::fixed) f.noise_frame = 0;
    if (f.noise.temporal != Temporal::correlated)
      f.noise_correlation = 0, f.noise.t_correlation = Noise{}.t_correlation;
    if (f.noise.type != NoiseType::saltpepper) f.noise.salt_vs_pepper = Noise{}.salt_vs_pepper;
    if (f.noise.type != NoiseType::gaussian) f.noise.spatially_correlated = false;
    if (!f.noise.spatially_correlated) f.noise.correlation_kernel_size = Noise{}.correlation_kernel_size;
    if (f.noise.type != NoiseType::phasescrambled) f.noise.use_image_spectrum = false;
    if (f.noise.type != NoiseType::phasescrambled || f.noise.use_image_spectrum)
      f.noise.spectral_exponent = Noise{}.spectral_exponent;
    if (!(f.occlusion.fraction > 0)) f.occlusion = {};
    return f;
  }
};

// 64 bits; equal frames have equal ones.
inline std::size_t hash_of(Frame const& f) {
  std::size_t all = 0;
  auto const add = [&all](auto const& x) {
    all ^= std::hash<std::remove_cvref_t<decltype(x)>>{}(x) + 0x9e3779b97f4a7c15U + (all << 6U) + (all >> 2U);
  };
  add(f.show), add(f.image), add(f.contrast), add(f.noise_frame), add(f.noise_correlation);
  add(f.noise.type), add(f.noise.ssnr), add(f.noise.temporal), add(f.noise.seed), add(f.noise.power);
  add(f.noise.salt_vs_pepper), add(f.noise.spatially_correlated), add(f.noise.correlation_kernel_size);
  add(f.noise.use_image_spectrum), add(f.noise.spectral_exponent), add(f.noise.t_correlation);
  add(f.occlusion.fraction), add(f.occlusion.kind), add(f.occlusion.seed), add(f.shift.dy), add(f.shift.dx);
  return all;
}

}  // namespace dynvision::experiments

template <> struct std::hash<dynvision::experiments::Frame> {
  std::size_t operator()(dynvision::experiments::Frame const& f) const { return dynvision::experiments::hash_of(f); }
};

// Stimulus: what is shown at each time step, without repeating what stays the same.
//
//   frames (B,F,C,H,W), shown[t] = index of the frame at step t, `blank` (null input) or `nothing` (no input at all)
//
// A still image is one frame shown T times; consecutive equal indices are known to be the same frame.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>

#include <vector>

namespace dynvision::run {

inline constexpr int blank = -1;    // every pixel has the null value
inline constexpr int nothing = -2;  // the input is absent

struct Stimulus {
  Tensor frames;               // (B,F,C,H,W)
  std::vector<int> shown;      // [T]
  double non_input_value = 0;  // of every pixel of a blank frame

  int n_timesteps() const { return static_cast<int>(shown.size()); }

  Tensor frame(int index) const {  // (B,C,H,W), or absent
    if (index == nothing) return {};
    if (index == blank)
      return full({frames.size(0), frames.size(2), frames.size(3), frames.size(4)}, non_input_value,
                  frames.options().requires_grad(false));
    return frames.select(1, index);
  }

  Tensor expanded() const {  // (B,T,C,H,W): every step, absent input as blanks
    std::vector<Tensor> steps;
    for (int const index : shown) steps.push_back(frame(index == nothing ? blank : index));
    return stack_along(steps, 1);
  }

  // Shows a blank where `mask` is false.
  Stimulus& masked(std::vector<bool> const& mask) {
    if (mask.size() != shown.size()) {
      fail("run", 111,
           {"mask of ", mask.size(), " steps for a stimulus of ", shown.size(), " steps: expected the same number"});
    }
    for (std::size_t t = 0; t < mask.size(); ++t) {
      if (!mask[t]) shown[t] = blank;
    }
    return *this;
  }

  // Appends n blank steps.
  Stimulus& then_blank(int n) {
    shown.insert(shown.end(), static_cast<std::size_t>(n), blank);
    return *this;
  }
};

// Images of rank 2, 3, 4, 5 as (1,1,1,H,W), (B,1,1,H,W), (B,1,C,H,W), (B,T,C,H,W), presented for n steps:
// a single frame is shown n times; of several frames there must be n (n = 1 means as many as there are).
[[gnu::cold]] inline Stimulus present(Tensor const& images, int n_timesteps = 1, double non_input_value = 0) {
  if (!images.defined()) fail("run", 112, "no images: expected a tensor (B,C,H,W) or (B,T,C,H,W)");
  if (!images.is_floating_point()) {
    fail("run", 113,
         {"images of dtype ", c10::toString(images.scalar_type()),
          ": expected a floating-point tensor, scaled by the data set"});
  }
  if (n_timesteps < 1) {
    fail("run", 114, {"n_timesteps = ", n_timesteps, ": expected at least 1"});
  }
  if (images.dim() < 2 || images.dim() > 5) {
    fail("run", 115,
         {"images of shape ", shape_text(images.sizes()), ": expected (H,W), (B,H,W), (B,C,H,W) or (B,T,C,H,W)"});
  }
  if (images.numel() == 0) {
    fail("run", 116, {"images of shape ", shape_text(images.sizes()), ": expected at least one of each"});
  }
  Tensor frames = images;
  while (frames.dim() < 5) frames = frames.unsqueeze(frames.dim() == 2 ? 0 : 1);
  auto const n_frames = static_cast<int>(frames.size(1));
  if (n_frames > 1 && n_timesteps > 1 && n_frames != n_timesteps) {
    fail("run", 117,
         {"images with ", n_frames, " time steps and n_timesteps = ", n_timesteps,
          ": expected the same number, or one of them 1"});
  }
  Stimulus stimulus{frames, {}, non_input_value};
  for (int t = 0; t < std::max(n_frames, n_timesteps); ++t) stimulus.shown.push_back(n_frames == 1 ? 0 : t);
  return stimulus;
}

}  // namespace dynvision::run

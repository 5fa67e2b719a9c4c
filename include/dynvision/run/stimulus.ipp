// Frames by step.
#pragma once
#include <dynvision/run/stimulus.hpp>

namespace dynvision::run {

DYNVISION_INLINE Tensor Stimulus::frame(int index) const {
  if (index == nothing) return {};
  if (index == blank)
    return full({frames.size(0), frames.size(2), frames.size(3), frames.size(4)}, non_input_value,
                frames.options().requires_grad(false));
  return frames.select(1, index);
}

DYNVISION_INLINE Tensor Stimulus::expanded() const {
  std::vector<Tensor> steps;
  for (int const index : shown) steps.push_back(frame(index == nothing ? blank : index));
  return stack_along(steps, 1);
}

DYNVISION_INLINE Stimulus& Stimulus::masked(std::vector<bool> const& mask) {
  if (mask.size() != shown.size()) {
    fail("run", 111,
         {"mask of ", mask.size(), " steps for a stimulus of ", shown.size(), " steps: expected the same number"});
  }
  for (std::size_t t = 0; t < mask.size(); ++t) {
    if (!mask[t]) shown[t] = blank;
  }
  return *this;
}

DYNVISION_INLINE Stimulus& Stimulus::then_blank(int n) {
  if (n < 0) fail("run", 105, {"then_blank(", n, "): expected at least 0 steps"});
  shown.insert(shown.end(), static_cast<std::size_t>(n), blank);
  return *this;
}

DYNVISION_INLINE Tensor with_places(Tensor const& x) {
  bool const has_none = x.defined() && (x.dim() == 2 || x.dim() == 3);
  return has_none ? x.unsqueeze(-1).unsqueeze(-1) : x;
}

DYNVISION_INLINE Stimulus present(Tensor const& images, int n_timesteps, double non_input_value) {
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

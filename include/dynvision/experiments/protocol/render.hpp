// render: the pixels of a frame, for a batch of images.
//
//   render(frame, {.images = x, .indices = indices}, out);          x, out (B,C,H,W)
//
//   image -> shift -> occlusion (blank) -> x contrast -> + noise
//
// Images are normalised ones, on any device, of any floating type; `out` has their shape. A blank pixel is `non_input_value`.
// Computed on the host, each image in double and rounded once; without noise, shift, occlusion and contrast an image is copied as
// it is. What is drawn depends on the image's index and the frame, not on the batch (experiments/noise/draws.hpp).
//
// Errors: experiments.111 … experiments.113.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/experiments/noise/add_noise.hpp>
#include <dynvision/experiments/noise/draws.hpp>
#include <dynvision/experiments/protocol/occluded.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace dynvision::experiments {

// What frames show.
struct Pictures {
  Tensor images{};                      // (B,C,H,W) of the samples
  std::vector<Tensor> others{};         // [k - 1]: (B,C,H,W), the k-th image of another class of each
  std::vector<std::int64_t> indices{};  // [B] of the samples in their data set; empty: 0 ... B - 1

  Tensor const& of(int image) const {
    if (image > 0 && static_cast<std::size_t>(image) > others.size()) {
      fail("experiments", 111,
           {"a frame shows other image ", image, " of a sample: expected at most ", others.size(),
            ", as many as there are"});
    }
    return image <= 0 ? images : others[static_cast<std::size_t>(image) - 1];
  }
};

namespace rendering {

// x, one image (C,H,W): shifted, occluded, at its contrast.
inline void change(Frame const& frame, Block const& block, std::int64_t index, double blank, std::span<double> x) {
  std::int64_t const h = block.height, w = block.width;
  if (!(frame.shift == Shift{})) {
    std::vector<double> const before(x.begin(), x.end());
    for (std::int64_t i = 0; i < block.image(); ++i) {
      std::int64_t const from_y = i / w % h - frame.shift.dy, from_x = i % w - frame.shift.dx;
      bool const inside = from_y >= 0 && from_y < h && from_x >= 0 && from_x < w;
      std::int64_t const from = i - frame.shift.dy * w - frame.shift.dx;
      x[static_cast<std::size_t>(i)] = inside ? before[static_cast<std::size_t>(from)] : blank;
    }
  }
  if (frame.occlusion.fraction > 0) {
    std::vector<char> const covered = occluded(frame.occlusion, h, w, index);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (covered[i % covered.size()] != 0) x[i] = blank;
    }
  }
  if (frame.contrast != 1) {
    for (double& a : x) a *= frame.contrast;
  }
}

// Images [first, first + block.n) of a batch, whose noise has one power.
template <class T>
void one_block(Frame const& frame, Block const& block, std::int64_t first, std::span<std::int64_t const> indices,
               double blank, T const* from, T* to) {
  auto const each = static_cast<std::size_t>(block.image());
  from += static_cast<std::size_t>(first) * each, to += static_cast<std::size_t>(first) * each;
  std::vector<double> x(from, from + static_cast<std::size_t>(block.n) * each);
  std::span<std::int64_t const> const own =
      indices.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(block.n));
  for (std::size_t i = 0; i < own.size(); ++i)
    change(frame, block, own[i], blank, std::span(x).subspan(i * each, each));
  if (frame.noise.shows()) {
    Draws draws({.seed = frame.noise.seed,
                 .images = own,
                 .frame = frame.noise_frame,
                 .correlation = frame.noise_correlation,
                 .correlated = frame.noise.temporal == Temporal::correlated});
    add_noise(frame.noise, block, draws, x);
  }
  std::transform(x.begin(), x.end(), to, [](double a) { return static_cast<T>(a); });
}

template <class T>
void all(Frame const& frame, Tensor const& images, std::span<std::int64_t const> indices, double blank,
         Tensor const& out) {
  std::int64_t const n = images.size(0);
  Block block{1, images.size(1), images.size(2), images.size(3)};
  T const* const from = images.const_data_ptr<T>();
  T* const to = out.mutable_data_ptr<T>();
  if (frame.noise.shows() && frame.noise.power == NoisePower::batch) {
    block.n = n;
    return one_block(frame, block, 0, indices, blank, from, to);
  }
  kernels::parallel_pieces(n, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) one_block(frame, block, i, indices, blank, from, to);
  });
}

}  // namespace rendering

inline void render(Frame const& frame, Pictures const& pictures, Tensor const& out, double non_input_value = 0) {
  Tensor const& images = pictures.of(frame.image);
  auto const n = static_cast<std::size_t>(out.defined() && out.dim() > 0 ? out.size(0) : 0);
  if (!images.defined() || images.dim() != 4 || !out.defined() || out.sizes() != images.sizes() ||
      !images.is_floating_point() || !out.is_floating_point()) {
    fail("experiments", 112,
         {"images of shape ", images.defined() ? shape_text(images.sizes()) : "none", " for a frame of shape ",
          out.defined() ? shape_text(out.sizes()) : "none", ": expected (B,C,H,W) of floating point numbers for both"});
  }
  if (!pictures.indices.empty() && pictures.indices.size() != n) {
    fail("experiments", 113, {"indices of ", pictures.indices.size(), " images for ", n, ": expected one of each"});
  }
  if (frame.is_blank()) {
    out.fill_(non_input_value);
    return;
  }
  if (frame == Frame{.show = Show::image, .image = frame.image}) {
    out.copy_(images);
    return;
  }
  std::vector<std::int64_t> indices = pictures.indices;
  if (indices.empty()) indices.resize(n), std::iota(indices.begin(), indices.end(), std::int64_t{0});
  auto const dtype = images.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  Tensor const here = images.detach().to(at::kCPU, dtype).contiguous();
  bool const direct = out.is_cpu() && out.scalar_type() == dtype && out.is_contiguous();
  Tensor const to = direct ? out : host_tensor(here.sizes(), here.scalar_type());
  if (dtype == at::kDouble) {
    rendering::all<double>(frame, here, indices, non_input_value, to);
  } else {
    rendering::all<float>(frame, here, indices, non_input_value, to);
  }
  if (!direct) out.copy_(to);
}

}  // namespace dynvision::experiments

// Topographic plane: the channels of a layer laid out side by side as one image.
//
// C = f^2 channels at (y,x) form an f x f tile (channel c: row c div f, column c mod f). For odd x the tile is mirrored
// left-right, for odd y top-bottom, so that neighbouring tiles meet with equal channels. Plane: (B,1,fH,fW).
// If C is no square, channels are appended up to the next square by reflection: C+i is C-1-i.
// Mirroring is a permutation of rows and of columns that is its own inverse, so both ways are one index_select an axis.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/core/size.hpp>

#include <cmath>
#include <vector>

namespace dynvision {

struct TopographicPlane {
  std::int64_t channels;  // C

  std::int64_t side() const {  // f = ceil(sqrt(C))
    auto f = static_cast<std::int64_t>(std::sqrt(static_cast<double>(channels)));
    while (f * f < channels) ++f;
    return f;
  }

  // Channel of the layer that each channel of the extended layer (f^2) copies.
  std::vector<std::int64_t> extension() const {
    std::vector<std::int64_t> of(static_cast<std::size_t>(side() * side()));
    for (std::int64_t c = 0; c < side() * side(); ++c) {
      of[static_cast<std::size_t>(c)] = c < channels ? c : 2 * channels - 1 - c;
    }
    return of;
  }

  // Unmirrored row (or column) of each of the plane's f*n rows, continued by reflection `margin` beyond both ends.
  std::vector<std::int64_t> mirrored(std::int64_t n, std::int64_t margin = 0) const {
    std::int64_t const f = side(), length = f * n, period = 2 * std::max<std::int64_t>(length - 1, 1);
    std::vector<std::int64_t> of;
    for (std::int64_t i = -margin; i < length + margin; ++i) {
      std::int64_t row = ((i % period) + period) % period;
      if (row >= length) row = length == 1 ? 0 : period - row;
      std::int64_t const tile = row / f, inside = row % f;
      of.push_back(tile * f + (tile % 2 ? f - 1 - inside : inside));
    }
    return of;
  }

  // (B,C,H,W) -> (B,1,fH + 2 margin,fW + 2 margin)
  Tensor from_layer(Tensor const& x, std::int64_t margin = 0) const {
    std::int64_t const f = side(), b = x.size(0), h = x.size(2), w = x.size(3);
    Tensor const full_square = f * f == channels ? x : x.index_select(1, indices(extension(), x));
    return full_square.reshape({b, f, f, h, w})
        .permute({0, 3, 1, 4, 2})  // (B,H,f,W,f)
        .reshape({b, 1, f * h, f * w})
        .index_select(2, indices(mirrored(h, margin), x))
        .index_select(3, indices(mirrored(w, margin), x));
  }

  // (B,1,fH,fW) -> (B,C,H,W); appended channels are dropped
  Tensor to_layer(Tensor const& plane, Size size) const {
    std::int64_t const f = side(), b = plane.size(0), h = size.height, w = size.width;
    Tensor const x = plane.index_select(2, indices(mirrored(h), plane))
                         .index_select(3, indices(mirrored(w), plane))
                         .reshape({b, h, f, w, f})
                         .permute({0, 2, 4, 1, 3})  // (B,f,f,H,W)
                         .reshape({b, f * f, h, w});
    return f * f == channels ? x : x.narrow(1, 0, channels);
  }
};

}  // namespace dynvision

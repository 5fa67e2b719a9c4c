// Topographic plane: the channels of a layer laid out side by side as one image.
//
// C = f^2 channels at (y,x) form an f x f tile (channel c: row c div f, column c mod f). For odd x the tile is mirrored
// left-right, for odd y top-bottom, so that neighbouring tiles meet with equal channels. Plane: (B,1,fH,fW).
// If C is no square, channels are appended up to the next square by reflection: C+i is C-1-i.
// Mirroring is a permutation of rows and of columns that is its own inverse, so both ways are one index_select an axis.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/core/size.hpp>

#include <cmath>
#include <vector>

namespace dynvision {

struct TopographicPlane {
  std::int64_t channels;  // C

  std::int64_t side() const;  // f = ceil(sqrt(C))

  // Channel of the layer that each channel of the extended layer (f^2) copies.
  std::vector<std::int64_t> extension() const;

  // Unmirrored row (or column) of each of the plane's f*n rows, continued by reflection `margin` beyond both ends.
  std::vector<std::int64_t> mirrored(std::int64_t n, std::int64_t margin = 0) const;

  // (B,C,H,W) -> (B,1,fH + 2 margin,fW + 2 margin)
  Tensor from_layer(Tensor const& x, std::int64_t margin = 0) const;

  // (B,1,fH,fW) -> (B,C,H,W); appended channels are dropped
  Tensor to_layer(Tensor const& plane, Size size) const;
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/connections/topographic_plane.ipp>
#endif

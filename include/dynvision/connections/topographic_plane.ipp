// The plane's rows and columns.
#pragma once
#include <dynvision/connections/topographic_plane.hpp>

namespace dynvision {

DYNVISION_INLINE std::int64_t TopographicPlane::side() const {
  auto f = static_cast<std::int64_t>(std::sqrt(static_cast<double>(channels)));
  while (f * f < channels) ++f;
  return f;
}

DYNVISION_INLINE std::vector<std::int64_t> TopographicPlane::extension() const {
  std::vector<std::int64_t> of(static_cast<std::size_t>(side() * side()));
  for (std::int64_t c = 0; c < side() * side(); ++c) {
    of[static_cast<std::size_t>(c)] = c < channels ? c : 2 * channels - 1 - c;
  }
  return of;
}

DYNVISION_INLINE std::vector<std::int64_t> TopographicPlane::mirrored(std::int64_t n, std::int64_t margin) const {
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

DYNVISION_INLINE Tensor TopographicPlane::from_layer(Tensor const& x, std::int64_t margin) const {
  std::int64_t const f = side(), b = x.size(0), h = x.size(2), w = x.size(3);
  Tensor const full_square = f * f == channels ? x : x.index_select(1, indices(extension(), x));
  return full_square.reshape({b, f, f, h, w})
      .permute({0, 3, 1, 4, 2})  // (B,H,f,W,f)
      .reshape({b, 1, f * h, f * w})
      .index_select(2, indices(mirrored(h, margin), x))
      .index_select(3, indices(mirrored(w, margin), x));
}

DYNVISION_INLINE Tensor TopographicPlane::to_layer(Tensor const& plane, Size size) const {
  std::int64_t const f = side(), b = plane.size(0), h = size.height, w = size.width;
  Tensor const x = plane.index_select(2, indices(mirrored(h), plane))
                       .index_select(3, indices(mirrored(w), plane))
                       .reshape({b, h, f, w, f})
                       .permute({0, 2, 4, 1, 3})  // (B,f,f,H,W)
                       .reshape({b, f * f, h, w});
  return f * f == channels ? x : x.narrow(1, 0, channels);
}

}  // namespace dynvision

// Places of the topographic plane.
#pragma once
#include <dynvision/connections/topographic_plane.hpp>
#include <dynvision/run/compiled/functions/plane_map.hpp>

namespace dynvision::run {

DYNVISION_INLINE kernels::PlaneMap plane_map(kernels::Shape const& shape, int kernel, kernels::Layout layout) {
  TopographicPlane const plane{shape.channels};
  std::int64_t const f = plane.side();
  kernels::PlaneMap map{f * shape.height, f * shape.width, kernel, shape.size()};
  std::vector<std::int64_t> const channel = plane.extension();
  auto const offset = [&](std::int64_t index, std::int64_t y, std::int64_t x) {
    std::int64_t const c = channel[static_cast<std::size_t>(index)];
    return static_cast<std::int32_t>(layout.channels_last ? (y * shape.width + x) * shape.channels + c
                                                          : (c * shape.height + y) * shape.width + x);
  };
  auto const fill = [&](std::vector<std::int32_t>& places, std::int64_t margin, bool extended) {
    std::vector<std::int64_t> const columns = plane.mirrored(shape.width, margin);
    for (std::int64_t const u : plane.mirrored(shape.height, margin)) {  // unmirrored row
      for (std::int64_t const v : columns) {
        std::int64_t const index = u % f * f + v % f;
        places.push_back(extended || index < shape.channels ? offset(index, u / f, v / f) : -1);
      }
    }
  };
  fill(map.padded, map.margin(), true);
  fill(map.inner, 0, false);
  return map;
}

}  // namespace dynvision::run

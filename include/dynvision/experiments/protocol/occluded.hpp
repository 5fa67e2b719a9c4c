// Which pixels are occluded: a share of them, behind bars or patches.
//
//   bars      columns, in bars as wide as an eighth of the image
//   patches   squares, as wide as an eighth of its shorter side
//
// Bars and patches are covered one after the other in an order that seed and image give; the last one in part, so that
// round(fraction n) columns or pixels are covered. What is covered at one fraction is covered at every larger one.
#pragma once
#include <dynvision/experiments/protocol/frame.hpp>
#include <dynvision/kernels/random/philox.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace dynvision::experiments {

// 0 ... n - 1 in an order that seed and image give.
inline std::vector<std::int64_t> drawn_order(std::int64_t n, std::uint64_t seed, std::int64_t image) {
  constexpr std::uint32_t place = 0x6f63636c;  // others than those of noise
  std::vector<std::uint32_t> rank(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < rank.size(); ++i) {
    rank[i] = kernels::philox({{static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(image), 0, place}},
                              {{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)}})
                  .word[0];
  }
  std::vector<std::int64_t> order(rank.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) {
    return rank[static_cast<std::size_t>(a)] < rank[static_cast<std::size_t>(b)];
  });
  return order;
}

// [H W], 1 where it is covered.
inline std::vector<char> occluded(Occlusion const& occlusion, std::int64_t height, std::int64_t width,
                                  std::int64_t image) {
  std::vector<char> covered(static_cast<std::size_t>(height * width), 0);
  bool const bars = occlusion.kind == OcclusionKind::bars;
  std::int64_t const wide = std::max<std::int64_t>(1, (bars ? width : std::min(height, width)) / 8);
  std::int64_t const high = bars ? height : wide;
  std::int64_t const across = (width + wide - 1) / wide, down = (height + high - 1) / high;
  std::int64_t left =
      std::llround(std::clamp(occlusion.fraction, 0.0, 1.0) * static_cast<double>(bars ? width : height * width));
  if (bars) left *= height;
  for (std::int64_t const tile : drawn_order(across * down, occlusion.seed, image)) {
    std::int64_t const y = tile / across * high, x = tile % across * wide;
    for (std::int64_t j = x; j < std::min(x + wide, width); ++j) {
      for (std::int64_t i = y; i < std::min(y + high, height) && left > 0; ++i, --left) {
        covered[static_cast<std::size_t>(i * width + j)] = 1;
      }
    }
  }
  return covered;
}

}  // namespace dynvision::experiments

// Height and width of a signal, and what convolutions and pooling make of them.
#pragma once
#include <cstdint>

namespace dynvision {

struct Size {
  std::int64_t height = 0;
  std::int64_t width = 0;
  friend constexpr bool operator==(Size, Size) = default;
};

// floor((n + 2 padding - kernel) / stride) + 1, 0 where nothing is left
constexpr std::int64_t shrunk(std::int64_t n, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  std::int64_t const room = n + 2 * padding - kernel;
  return room < 0 ? 0 : room / stride + 1;
}
constexpr Size shrunk(Size in, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  return {shrunk(in.height, kernel, stride, padding), shrunk(in.width, kernel, stride, padding)};
}

}  // namespace dynvision

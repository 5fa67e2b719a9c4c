// How many bytes a dense array of a shape takes, for readers that must know before they take memory.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <c10/core/ScalarType.h>

#include <algorithm>
#include <cstdint>
#include <optional>

namespace dynvision {

// Nothing where 63 bits cannot hold the number. An empty dimension counts as 1 there, as it does in strides, which must not
// overflow either; the array itself then takes no bytes.
inline std::optional<std::int64_t> shape_bytes(at::IntArrayRef sizes, c10::ScalarType dtype) {
  auto extent = static_cast<std::int64_t>(c10::elementSize(dtype));
  for (std::int64_t const n : sizes) {
    if (__builtin_mul_overflow(extent, std::max<std::int64_t>(n, 1), &extent)) return std::nullopt;
  }
  return std::find(sizes.begin(), sizes.end(), 0) == sizes.end() ? extent : 0;
}

}  // namespace dynvision

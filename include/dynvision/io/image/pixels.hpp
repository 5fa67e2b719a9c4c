// The pixels of an image file: rows of interleaved bytes, grey or red, green, blue; and the limits of what is read.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/io/file/input_file.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>  // jpeglib.h needs it and does not include it
#include <string>
#include <vector>

namespace dynvision {

inline constexpr std::uint64_t image_largest_file = std::uint64_t{1} << 28U;  // [bytes]
inline constexpr std::uint64_t image_most_pixels = std::uint64_t{1} << 26U;

struct ImagePixels {
  std::size_t height = 0, width = 0, channels = 0;  // 1 or 3
  std::vector<unsigned char> bytes{};               // (H,W,C)
  std::string problem{};                            // of the library that reads them; empty: none

  // Before memory is taken.
  bool fits() const {
    return height > 0 && width > 0 && height <= image_most_pixels / width && (channels == 1 || channels == 3);
  }
};

}  // namespace dynvision

// An image file as a tensor: PNG or JPEG, by its content. Needs the component images (libpng, libjpeg).
//
//   Tensor const image = read_image_file("cat.png");        (C,H,W) uint8, C = 1 (grey) or 3 (red, green, blue)
//
// Errors: io.291, io.292.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/io/image/jpeg_file.hpp>
#include <dynvision/io/image/png_file.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace dynvision {

inline bool is_image_file(std::filesystem::path const& path) {
  InputFile const file(path);
  char start[8]{};
  file.read(0, start, std::min<std::uint64_t>(file.size(), sizeof start));
  std::string_view const bytes(start, sizeof start);
  return is_png(bytes) || is_jpeg(bytes);
}

inline Tensor read_image_file(std::filesystem::path const& path) {
  InputFile const file(path);
  if (file.size() > image_largest_file || !is_image_file(path)) {
    fail("io", 291,
         {path.string(), ": expected a PNG or JPEG image of at most ", image_largest_file, " bytes, found ",
          file.size() > image_largest_file ? "a larger file" : "another format"});
  }
  std::string const bytes = file.text();
  ImagePixels const image = is_png(bytes) ? read_png(bytes) : read_jpeg(bytes);
  if (!image.problem.empty()) {
    fail("io", 292, {path.string(), ": the image is damaged, or of a kind that is not read: ", image.problem});
  }
  auto const size = [](std::size_t n) { return static_cast<std::int64_t>(n); };
  Tensor pixels = host_tensor({size(image.height), size(image.width), size(image.channels)}, at::kByte);
  std::copy(image.bytes.begin(), image.bytes.end(), pixels.mutable_data_ptr<std::uint8_t>());
  return pixels.permute({2, 0, 1}).contiguous();
}

}  // namespace dynvision

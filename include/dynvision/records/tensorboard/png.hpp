// An image as the bytes of a PNG file.
//
// (H,W), (1,H,W): grey; (3,H,W): red, green, blue. Numbers of floating-point dtypes from 0 to 1, others clipped, nan black;
// uint8 as it is. Source: PNG Specification (ISO/IEC 15948), 8 bits a sample, filter 0.
//
// Errors: records.203.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <zlib.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

namespace dynvision {

struct PngImage {
  std::int64_t height = 0, width = 0, channels = 0;
  std::string bytes;
};

namespace detail {

inline std::string big_endian(std::uint32_t value) {
  std::string bytes;
  for (unsigned shift = 32; shift > 0; shift -= 8) bytes += static_cast<char>(value >> (shift - 8) & 0xFFU);
  return bytes;
}

inline std::string png_chunk(std::string_view type, std::string_view data) {
  std::string const body = std::string(type) + std::string(data);
  auto const crc = ::crc32(0, reinterpret_cast<Bytef const*>(body.data()), static_cast<uInt>(body.size()));
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + big_endian(static_cast<std::uint32_t>(crc));
}

}  // namespace detail

inline PngImage png(Tensor const& given) {
  bool const sound =
      given.defined() && (given.dim() == 2 || (given.dim() == 3 && (given.size(0) == 1 || given.size(0) == 3)));
  bool const bytes = sound && given.scalar_type() == at::kByte;
  if (!sound || given.numel() == 0 || given.numel() > (std::int64_t{1} << 28) ||
      !(bytes || given.is_floating_point())) {
    fail("records", 203,
         {"image: expected (H,W), (1,H,W) or (3,H,W) of floating-point numbers or uint8, found ",
          given.defined() ? shape_text(given.sizes()) + " " + c10::toString(given.scalar_type()) : "none"});
  }
  Tensor const x = (given.dim() == 2 ? given.unsqueeze(0) : given).detach().to(at::kCPU, at::kFloat).contiguous();
  PngImage image{x.size(1), x.size(2), x.size(0), {}};
  auto const* const from = x.const_data_ptr<float>();
  std::string rows;
  for (std::int64_t i = 0; i < image.height; ++i) {
    rows += '\0';
    for (std::int64_t j = 0; j < image.width; ++j) {
      for (std::int64_t c = 0; c < image.channels; ++c) {
        float const value = from[(c * image.height + i) * image.width + j] * (bytes ? 1 : 255);
        rows += static_cast<char>(static_cast<unsigned char>(value > 0 ? std::lround(std::min(value, 255.0F)) : 0));
      }
    }
  }
  uLongf size = ::compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  if (::compress(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<Bytef const*>(rows.data()),
                 static_cast<uLong>(rows.size())) != Z_OK) {
    fail("records", 203, "image: cannot be compressed: expected more memory");
  }
  packed.resize(size);
  std::string head = detail::big_endian(static_cast<std::uint32_t>(image.width)) +
                     detail::big_endian(static_cast<std::uint32_t>(image.height));
  head += '\x08';
  head += image.channels == 3 ? '\x02' : '\0';
  head += std::string(3, '\0');
  image.bytes = "\x89PNG\r\n\x1a\n" + detail::png_chunk("IHDR", head) + detail::png_chunk("IDAT", packed) +
                detail::png_chunk("IEND", "");
  return image;
}

}  // namespace dynvision

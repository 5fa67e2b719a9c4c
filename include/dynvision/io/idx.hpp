// IDX files, plain or gzip: the array format of the MNIST family.
//
// Format: 0x00 0x00 <type> <number of dimensions>, each length as big-endian uint32, then the elements, row-major and
// big-endian; types 0x08 uint8, 0x09 int8, 0x0B int16, 0x0C int32, 0x0D float32, 0x0E float64.
// Source: LeCun, Cortes & Burges 1998, "The MNIST database", file formats.
// Memory is taken only for sizes that the file can hold: a plain file must be as long as its header says, a compressed one is
// at most 1032 times smaller (the limit of deflate), and nothing above `most_bytes` is read.
//
// Errors: io.161 … io.168.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/input_file.hpp>

#include <zlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace dynvision {

inline Tensor read_idx(std::filesystem::path const& path, std::uint64_t most_bytes = std::uint64_t{1} << 34U) {
  std::string const name = path.string();
  std::uint64_t const size = InputFile(path).size();  // the errors of a missing file or a folder
  struct Close {
    void operator()(gzFile file) const { gzclose_r(file); }
  };
  std::unique_ptr<gzFile_s, Close> const file(gzopen(path.c_str(), "rb"));
  if (!file) fail("io", 161, {name, ": cannot be opened"});
  gzbuffer(file.get(), 1U << 18U);
  auto const read = [&](void* bytes, std::uint64_t count) {
    std::uint64_t got = 0;
    while (got < count) {
      auto const part = static_cast<unsigned>(std::min<std::uint64_t>(count - got, 1U << 30U));
      int const n = gzread(file.get(), static_cast<char*>(bytes) + got, part);
      int number = Z_OK;
      char const* const reason = n > 0 ? "" : gzerror(file.get(), &number);
      if (n < 0 || (number != Z_OK && number != Z_STREAM_END)) fail("io", 162, {name, ": damaged gzip data: ", reason});
      if (n == 0) break;
      got += static_cast<std::uint64_t>(n);
    }
    return got;
  };
  auto const big_endian = [](unsigned char const* at) {
    return std::uint32_t{at[0]} << 24U | std::uint32_t{at[1]} << 16U | std::uint32_t{at[2]} << 8U |
           std::uint32_t{at[3]};
  };

  std::array<unsigned char, 4> magic{};
  std::uint64_t const n_magic = read(magic.data(), magic.size());
  if (n_magic != magic.size() || magic[0] != 0 || magic[1] != 0) {
    fail("io", 163,
         {name, ": expected an IDX file (first bytes 0 0), found ",
          n_magic < 4 ? "only " + number_text(n_magic) + " bytes"
                      : number_text(magic[0]) + " " + number_text(magic[1])});
  }
  at::ScalarType dtype{};
  switch (magic[2]) {
    case 0x08:
      dtype = at::kByte;
      break;
    case 0x09:
      dtype = at::kChar;
      break;
    case 0x0B:
      dtype = at::kShort;
      break;
    case 0x0C:
      dtype = at::kInt;
      break;
    case 0x0D:
      dtype = at::kFloat;
      break;
    case 0x0E:
      dtype = at::kDouble;
      break;
    default:
      fail("io", 164, {name, ": expected an IDX type 8, 9, 11, 12, 13 or 14, found ", magic[2]});
  }
  std::vector<unsigned char> raw(std::size_t{4} * magic[3]);
  if (read(raw.data(), raw.size()) != raw.size()) {
    fail("io", 165, {name, ": expected ", magic[3], " dimensions, found the end of the file"});
  }
  std::vector<std::int64_t> shape;
  std::size_t const element = c10::elementSize(dtype);
  auto extent = static_cast<std::uint64_t>(element);  // with empty dimensions as 1, as strides count them
  bool empty = false;
  for (std::size_t d = 0; d < magic[3]; ++d) {
    shape.push_back(big_endian(&raw[4 * d]));
    empty = empty || shape.back() == 0;
    if (__builtin_mul_overflow(extent, std::max<std::uint64_t>(static_cast<std::uint64_t>(shape.back()), 1), &extent) ||
        extent > most_bytes) {
      fail("io", 166, {name, ": expected at most ", most_bytes, " bytes, found a header that says more"});
    }
  }
  std::uint64_t const n_bytes = empty ? 0 : extent;
  std::uint64_t const most_there = gzdirect(file.get()) ? size : 1032 * size;
  if (n_bytes > most_there) {
    fail("io", 167,
         {name, ": expected ", n_bytes, " bytes of elements, found a file of ", size, " bytes (is it complete?)"});
  }

  Tensor tensor = host_tensor(shape, dtype);
  auto* const bytes = n_bytes ? static_cast<unsigned char*>(tensor.mutable_data_ptr()) : raw.data();
  if (std::uint64_t const got = read(bytes, n_bytes); got != n_bytes) {
    fail("io", 167, {name, ": expected ", n_bytes, " bytes of elements, found ", got});
  }
  unsigned char extra = 0;
  if (read(&extra, 1) != 0) {
    fail("io", 168, {name, ": expected the end after ", n_bytes, " bytes of elements, found more"});
  }
  if constexpr (std::endian::native == std::endian::little) {
    if (element > 1) {
      for (std::uint64_t at = 0; at < n_bytes; at += element) std::reverse(bytes + at, bytes + at + element);
    }
  }
  return tensor;
}

}  // namespace dynvision

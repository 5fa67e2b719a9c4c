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
#include <dynvision/core/shape_bytes.hpp>
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

struct IdxDtype {
  unsigned char code;
  at::ScalarType type;
};
inline constexpr std::array<IdxDtype, 6> idx_dtypes{{{0x08, at::kByte},
                                                     {0x09, at::kChar},
                                                     {0x0B, at::kShort},
                                                     {0x0C, at::kInt},
                                                     {0x0D, at::kFloat},
                                                     {0x0E, at::kDouble}}};

struct IdxHeader {
  at::ScalarType dtype{};
  std::vector<std::int64_t> shape;
};

class IdxReader {
 public:
  explicit IdxReader(std::filesystem::path const& path)
      : name_(path.string()),
        size_(InputFile(path).size()),  // the errors of a missing file or a folder
        file_(gzopen(path.c_str(), "rb")) {
    if (!file_) fail("io", 161, {name_, ": cannot be opened"});
    gzbuffer(file_.get(), 1U << 18U);
  }

  IdxHeader header() {
    std::array<unsigned char, 4> magic{};
    std::uint64_t const n_magic = read(magic.data(), magic.size());
    if (n_magic != magic.size() || magic[0] != 0 || magic[1] != 0) {
      fail("io", 163,
           {name_, ": expected an IDX file (first bytes 0 0), found ",
            n_magic < 4 ? joined({"only ", n_magic, " bytes"}) : joined({magic[0], " ", magic[1]})});
    }
    auto const* const dtype = std::find_if(idx_dtypes.begin(), idx_dtypes.end(),
                                           [&](IdxDtype const& known) { return known.code == magic[2]; });
    if (dtype == idx_dtypes.end()) {
      fail("io", 164, {name_, ": expected an IDX type 8, 9, 11, 12, 13 or 14, found ", magic[2]});
    }
    IdxHeader header{dtype->type, {}};
    std::vector<unsigned char> raw(std::size_t{4} * magic[3]);
    if (read(raw.data(), raw.size()) != raw.size()) {
      fail("io", 165, {name_, ": expected ", magic[3], " dimensions, found the end of the file"});
    }
    for (std::size_t at = 0; at < raw.size(); at += 4) {
      header.shape.push_back(std::int64_t{raw[at]} << 24U | std::int64_t{raw[at + 1]} << 16U |
                             std::int64_t{raw[at + 2]} << 8U | std::int64_t{raw[at + 3]});
    }
    return header;
  }

  // The bytes that the elements take: no more than `most`, and than the file can hold.
  std::uint64_t n_bytes(IdxHeader const& header, std::uint64_t most) const {
    auto const extent = shape_bytes(header.shape, header.dtype);
    if (!extent || static_cast<std::uint64_t>(*extent) > most) {
      fail("io", 166, {name_, ": expected at most ", most, " bytes, found a header that says more"});
    }
    auto const n = static_cast<std::uint64_t>(*extent);
    if (n > (gzdirect(file_.get()) ? size_ : 1032 * size_)) {
      fail("io", 167,
           {name_, ": expected ", n, " bytes of elements, found a file of ", size_, " bytes (is it complete?)"});
    }
    return n;
  }

  Tensor elements(IdxHeader const& header, std::uint64_t n_bytes) {
    Tensor tensor = host_tensor(header.shape, header.dtype);
    unsigned char extra = 0;
    auto* const bytes = n_bytes > 0 ? static_cast<unsigned char*>(tensor.mutable_data_ptr()) : &extra;
    if (std::uint64_t const got = read(bytes, n_bytes); got != n_bytes) {
      fail("io", 167, {name_, ": expected ", n_bytes, " bytes of elements, found ", got});
    }
    if (read(&extra, 1) != 0) {
      fail("io", 168, {name_, ": expected the end after ", n_bytes, " bytes of elements, found more"});
    }
    std::size_t const element = c10::elementSize(header.dtype);
    if (std::endian::native == std::endian::little && element > 1) {
      for (std::uint64_t at = 0; at < n_bytes; at += element) std::reverse(bytes + at, bytes + at + element);
    }
    return tensor;
  }

 private:
  struct Close {
    void operator()(gzFile file) const { gzclose_r(file); }
  };

  // How many of `count` bytes are there.
  std::uint64_t read(void* bytes, std::uint64_t count) {
    std::uint64_t got = 0;
    while (got < count) {
      auto const part = static_cast<unsigned>(std::min<std::uint64_t>(count - got, 1U << 30U));
      int const n = gzread(file_.get(), static_cast<char*>(bytes) + got, part);
      int number = Z_OK;
      char const* const reason = n > 0 ? "" : gzerror(file_.get(), &number);
      if (n < 0 || (number != Z_OK && number != Z_STREAM_END))
        fail("io", 162, {name_, ": damaged gzip data: ", reason});
      if (n == 0) break;
      got += static_cast<std::uint64_t>(n);
    }
    return got;
  }

  std::string name_;
  std::uint64_t size_;  // [bytes] of the file
  std::unique_ptr<gzFile_s, Close> file_;
};

inline Tensor read_idx(std::filesystem::path const& path, std::uint64_t most_bytes = std::uint64_t{1} << 34U) {
  IdxReader file(path);
  IdxHeader const header = file.header();
  return file.elements(header, file.n_bytes(header, most_bytes));
}

}  // namespace dynvision

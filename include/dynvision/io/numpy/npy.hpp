// NPY files: one array of NumPy, read and written.
//
// Format: "\x93NUMPY", major and minor version, length of the header (2 bytes, from version 2 on 4), the header,
// a dictionary of Python {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }, padded to a multiple of 64; then the
// numbers. Both byte orders and both orders of axes are read; objects, texts and records are refused by their name (objects
// would be pickles). Written are little-endian rows, version 1.0.
// Source: numpy.lib.format.
//
// Errors: io.261 … io.266.
#pragma once
#include <dynvision/core/host_tensor.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/shape_bytes.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/io/file/input_file.hpp>
#include <dynvision/io/numpy/npy_header.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

// An array in the bytes that read(offset, bytes, count) gives: its header first, its numbers where they are wanted.
template <class Read> class NpyReader {
 public:
  // `where` begins every message.
  NpyReader(Read read, std::uint64_t size, std::string where)
      : read_(std::move(read)), size_(size), where_(std::move(where)) {
    char start[12]{};
    read_(0, start, std::min<std::uint64_t>(size, sizeof start));
    int const major = start[6];
    begin_ = major == 1 ? 10 : 12;
    if (size < begin_ || std::string_view(start, 6) != "\x93NUMPY" || major < 1 || major > 3) {
      fail("io", 261, {where_, "expected an NPY array (version 1, 2 or 3), found another format"});
    }
    std::uint64_t length = 0;
    for (std::uint64_t i = begin_; i-- > 8;) length = length << 8U | static_cast<unsigned char>(start[i]);
    if (length > size - begin_ || length > npy_longest_header) {
      fail("io", 262,
           {where_, "expected a header of at most ", std::min(size - begin_, npy_longest_header), " bytes, found ",
            length});
    }
    std::string text(length, ' ');
    read_(begin_, text.data(), text.size());
    begin_ += length;
    header_ = NpyHeaderReader(text, where_).read();
  }

  NpyHeader const& header() const noexcept { return header_; }
  std::uint64_t begin() const noexcept { return begin_; }  // [bytes] of the array's contents

  Tensor numbers() const {
    if (!header_.dtype) {
      fail("io", 264,
           {where_, "expected numbers such as \"<f4\", \"<i8\", \"|b1\", \"<c8\", found \"", header_.descr, "\"",
            header_.descr == "|O" ? " (objects of Python are never read)" : ""});
    }
    auto const n_bytes = shape_bytes(header_.shape, *header_.dtype);
    if (!n_bytes) fail("io", 265, {where_, "expected fewer than 2^63 bytes"});
    if (size_ - begin_ != static_cast<std::uint64_t>(*n_bytes)) {
      fail("io", 265,
           {where_, "expected ", *n_bytes, " bytes for the shape ", shape_text(header_.shape), ", found ",
            size_ - begin_});
    }
    std::vector<std::int64_t> shape = header_.shape;
    if (header_.fortran_order) std::reverse(shape.begin(), shape.end());
    Tensor tensor = host_tensor(shape, *header_.dtype);
    if (*n_bytes > 0) {
      auto* const bytes = static_cast<unsigned char*>(tensor.mutable_data_ptr());
      auto const size = static_cast<std::size_t>(*n_bytes);
      read_(begin_, bytes, size);
      // The parts of a complex number are swapped one by one.
      std::size_t const part = c10::elementSize(*header_.dtype) / (c10::isComplexType(*header_.dtype) ? 2 : 1);
      for (std::size_t at = 0; header_.swapped && part > 1 && at < size; at += part) {
        std::reverse(bytes + at, bytes + at + part);
      }
      make_valid_bools(tensor);
    }
    if (!header_.fortran_order) return tensor;
    std::vector<std::int64_t> axes(shape.size());
    std::iota(axes.rbegin(), axes.rend(), 0);
    return tensor.permute(axes).contiguous();
  }

 private:
  Read read_;
  std::uint64_t size_, begin_ = 0;  // [bytes] of all, before the numbers
  std::string where_;
  NpyHeader header_;
};

inline Tensor read_npy(std::filesystem::path const& path) {
  InputFile const file(path);
  auto const read = [&](std::uint64_t offset, void* bytes, std::size_t size) { file.read(offset, bytes, size); };
  return NpyReader(read, file.size(), path.string() + ": ").numbers();
}

// What stands before the numbers; descr: "<f4".
inline std::string npy_start(std::string_view descr, at::IntArrayRef sizes) {
  std::string shape;
  for (std::int64_t const n : sizes) shape += number_text(n) + ", ";
  if (sizes.size() > 1) shape.resize(shape.size() - 2);
  if (sizes.size() == 1) shape.pop_back();
  std::string header = "{'descr': '" + std::string(descr) + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.append(64 - (10 + header.size() + 1) % 64, ' ');
  header += '\n';
  std::string start = "\x93NUMPY\1";
  start += '\0';
  start += static_cast<char>(header.size() % 256);
  start += static_cast<char>(header.size() / 256);
  return start + header;
}

// "<f4"; a type that NumPy does not have is an error.
inline std::string npy_descr(at::ScalarType type, std::string const& where) {
  auto const* const dtype =
      std::find_if(npy_dtypes.begin(), npy_dtypes.end(), [&](NpyDtype const& known) { return known.type == type; });
  if (dtype == npy_dtypes.end()) {
    fail("io", 266, {where, "expected a dense tensor of a type that NumPy has, found ", c10::toString(type)});
  }
  return (c10::elementSize(type) == 1 ? "|" : "<") + std::string(dtype->name);
}

inline std::string npy_start(Tensor const& tensor, std::string const& where) {
  if (!tensor.defined() || tensor.layout() != at::kStrided) {
    fail("io", 266,
         {where, "expected a dense tensor of a type that NumPy has, found ",
          tensor.defined() ? c10::toString(tensor.scalar_type()) : "none"});
  }
  return npy_start(npy_descr(tensor.scalar_type(), where), tensor.sizes());
}

inline void write_npy(std::filesystem::path const& path, Tensor const& tensor) {
  std::string const start = npy_start(tensor, path.string() + ": ");
  Tensor const host = tensor.detach().to(at::kCPU).resolve_conj().resolve_neg().contiguous();
  AtomicFile file(path);
  file.write(start);
  if (host.nbytes() > 0) file.write(host.const_data_ptr(), host.nbytes());
  file.commit();
}

}  // namespace dynvision

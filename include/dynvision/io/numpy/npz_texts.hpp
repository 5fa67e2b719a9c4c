// The texts of an NPZ file, which io/numpy/npz.hpp passes over: arrays of NumPy's "<U" (UTF-32) and "|S" (bytes) of one axis, or none.
//
//   auto const ids = read_npz_texts("recording.npz", "stimulus_id");      none: there is no such array, or it holds no texts
//
// Errors: io.268, and those of io/zip/directory.hpp and io/numpy/npy.hpp.
#pragma once
#include <dynvision/io/file/utf8.hpp>
#include <dynvision/io/numpy/npy.hpp>
#include <dynvision/io/zip/reader.hpp>

#include <charconv>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

inline std::optional<std::vector<std::string>> read_npz_texts(std::filesystem::path const& path,
                                                              std::string const& name) {
  ZipReader const zip(path);
  ZipEntry const* const entry = zip.find(name + ".npy");
  if (entry == nullptr) return std::nullopt;
  std::string const bytes = zip.text(*entry);
  auto const read = [&](std::uint64_t offset, void* to, std::size_t size) {
    if (size > 0) std::memcpy(to, bytes.data() + offset, size);
  };
  NpyReader const array(read, bytes.size(), zip.where(*entry));
  std::string_view const descr = array.header().descr;
  bool const wide = descr.starts_with("<U");
  std::uint64_t length = 0;  // of a text
  auto const [end, error] =
      std::from_chars(descr.data() + std::min<std::size_t>(2, descr.size()), descr.data() + descr.size(), length);
  if ((!wide && !descr.starts_with("|S")) || error != std::errc() || end != descr.data() + descr.size()) {
    return std::nullopt;
  }
  std::vector<std::int64_t> const& shape = array.header().shape;
  std::uint64_t const n = shape.empty() ? 1 : static_cast<std::uint64_t>(shape[0]), begin = array.begin();
  std::uint64_t const each = length <= bytes.size() ? length * (wide ? 4 : 1) : bytes.size() + 1;
  bool const fits = n == 0 || each == 0 || n <= (bytes.size() - begin) / each;
  if (shape.size() > 1 || !fits || (each == 0 && n > bytes.size()) || n * each != bytes.size() - begin) {
    fail("io", 268,
         {zip.where(*entry), "expected texts of one axis, ", n, " of ", length, " letters, found ",
          bytes.size() - begin, " bytes"});
  }
  std::vector<std::string> texts(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    std::string_view const own = std::string_view(bytes).substr(begin + i * each, each);
    if (!wide) {
      texts[i] = own.substr(0, own.find('\0'));
      continue;
    }
    for (std::size_t at = 0; at < own.size(); at += 4) {
      std::uint64_t const code = little_endian(own.data() + at, 4);
      if (code == 0) break;
      append_utf8(texts[i], code <= 0x10FFFF ? static_cast<std::uint32_t>(code) : 0xFFFD);
    }
  }
  return texts;
}

}  // namespace dynvision

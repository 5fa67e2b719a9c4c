// A zip file of stored entries, written from front to back: what torch.load, numpy.load and unzip read.
//
// Data begin at multiples of 64 bytes (PyTorch maps them), after a padding in the extra field "FB". Sizes of
// 4 GiB and more, and more than 65535 entries, take the 64-bit fields. Writing is all or nothing (io/file/atomic_file.hpp).
// Format and source: io/zip/directory.hpp.
#pragma once
#include <dynvision/io/file/atomic_file.hpp>

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace dynvision {

class ZipWriter {
 public:
  explicit ZipWriter(std::filesystem::path const& path) : file_(path) {}

  void add(std::string_view name, void const* bytes, std::uint64_t size) {
    std::uint64_t const local = position_;
    auto const crc = static_cast<std::uint32_t>(crc32_z(0, static_cast<unsigned char const*>(bytes), size));
    bool const wide = size >= full;
    std::string const sizes = wide ? number(1, 2) + number(16, 2) + number(size, 8) + number(size, 8) : "";
    std::size_t const before = local + 30 + name.size() + sizes.size() + 4;
    std::string const padding((64 - before % 64) % 64, 'Z');
    std::string const extra = sizes + "FB" + number(padding.size(), 2) + padding;
    std::string const common = number(wide ? 45 : 20, 2) + number(utf8, 2) + number(0, 2) + number(date, 4) +
                               number(crc, 4) + number(wide ? full : size, 4) + number(wide ? full : size, 4) +
                               number(name.size(), 2);
    put("PK\3\4" + common + number(extra.size(), 2));
    put(name);
    put(extra);
    file_.write(bytes, size);
    position_ += size;

    bool const far = local >= full;
    std::string const values =
        (wide ? number(size, 8) + number(size, 8) : "") + (far ? number(local, 8) : std::string());
    std::string const fields = values.empty() ? "" : number(1, 2) + number(values.size(), 2) + values;
    directory_ += "PK\1\2" + number(45, 2) + common + number(fields.size(), 2) + number(0, 2) + number(0, 2) +
                  number(0, 2) + number(0, 4) + number(far ? full : local, 4) + std::string(name) + fields;
    ++n_entries_;
  }
  void add(std::string_view name, std::string_view bytes) { add(name, bytes.data(), bytes.size()); }

  void commit() {
    std::uint64_t const begin = position_, size = directory_.size();
    put(directory_);
    bool const wide = begin >= full || size >= full || n_entries_ >= 0xFFFF;
    if (wide) {
      put("PK\6\6" + number(44, 8) + number(45, 2) + number(45, 2) + number(0, 8) + number(n_entries_, 8) +
          number(n_entries_, 8) + number(size, 8) + number(begin, 8));
      put("PK\6\7" + number(0, 4) + number(begin + size, 8) + number(1, 4));
    }
    std::uint64_t const n = wide ? 0xFFFF : n_entries_;
    put("PK\5\6" + number(0, 4) + number(n, 2) + number(n, 2) + number(wide ? full : size, 4) +
        number(wide ? full : begin, 4) + number(0, 2));
    file_.commit();
  }

 private:
  static constexpr std::uint64_t full = 0xFFFFFFFF;
  static constexpr unsigned utf8 = 1U << 11U;
  static constexpr std::uint32_t date = 0x0021U << 16U;  // 1 January 1980: the same file every time

  static std::string number(std::uint64_t value, int n) {
    std::string bytes;
    for (int i = 0; i < n; ++i) bytes += static_cast<char>(value >> 8U * static_cast<unsigned>(i));
    return bytes;
  }
  void put(std::string_view bytes) {
    file_.write(bytes);
    position_ += bytes.size();
  }

  AtomicFile file_;
  std::uint64_t position_ = 0, n_entries_ = 0;
  std::string directory_;
};

}  // namespace dynvision

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
    begin(name, size, static_cast<std::uint32_t>(crc32_z(0, static_cast<unsigned char const*>(bytes), size)));
    file_.write(bytes, size);
    position_ += size;
    list();
  }
  void add(std::string_view name, std::string_view bytes) { add(name, bytes.data(), bytes.size()); }

  // An entry in pieces, of `size` bytes in all: begin, append ..., end. The checksum is filled in at the end.
  void begin(std::string_view name, std::uint64_t size) { begin(name, size, 0); }
  void append(void const* bytes, std::size_t n) {
    open_.crc = static_cast<std::uint32_t>(crc32_z(open_.crc, static_cast<unsigned char const*>(bytes), n));
    file_.write(bytes, n);
    position_ += n;
  }
  void append(std::string_view bytes) { append(bytes.data(), bytes.size()); }
  void end() {
    if (position_ != open_.begin + open_.size) {
      fail("io", 211,
           {file_.path().string(), ": zip entry \"", open_.name, "\": expected ", open_.size, " bytes, found ",
            position_ - open_.begin});
    }
    file_.overwrite(open_.local + 14, number(open_.crc, 4));
    list();
  }

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

  struct Entry {
    std::string name{};
    std::uint64_t local = 0, begin = 0, size = 0;  // [bytes] where its header and its data begin
    std::uint32_t crc = 0;
  };

  // What stands before the data and is repeated in the directory.
  static std::string common(Entry const& of) {
    bool const wide = of.size >= full;
    return number(wide ? 45 : 20, 2) + number(utf8, 2) + number(0, 2) + number(date, 4) + number(of.crc, 4) +
           number(wide ? full : of.size, 4) + number(wide ? full : of.size, 4) + number(of.name.size(), 2);
  }
  void begin(std::string_view name, std::uint64_t size, std::uint32_t crc) {
    open_ = {std::string(name), position_, 0, size, crc};
    std::string const sizes = size >= full ? number(1, 2) + number(16, 2) + number(size, 8) + number(size, 8) : "";
    std::size_t const before = position_ + 30 + name.size() + sizes.size() + 4;
    std::string const padding((64 - before % 64) % 64, 'Z');
    std::string const extra = sizes + "FB" + number(padding.size(), 2) + padding;
    put("PK\3\4" + common(open_) + number(extra.size(), 2));
    put(name);
    put(extra);
    open_.begin = position_;
  }
  void list() {
    bool const wide = open_.size >= full, far = open_.local >= full;
    std::string const values =
        (wide ? number(open_.size, 8) + number(open_.size, 8) : "") + (far ? number(open_.local, 8) : std::string());
    std::string const fields = values.empty() ? "" : number(1, 2) + number(values.size(), 2) + values;
    directory_ += "PK\1\2" + number(45, 2) + common(open_) + number(fields.size(), 2) + number(0, 2) + number(0, 2) +
                  number(0, 2) + number(0, 4) + number(far ? full : open_.local, 4) + open_.name + fields;
    ++n_entries_;
  }

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
  Entry open_{};
  std::uint64_t position_ = 0, n_entries_ = 0;
  std::string directory_;
};

}  // namespace dynvision

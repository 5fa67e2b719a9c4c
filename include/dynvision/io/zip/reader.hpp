// The entries of a zip file, stored or deflated, read straight into the memory that they are for.
//
// The directory is read and checked first (io/zip/directory.hpp); an unpacked entry must have exactly the
// size that it gives. Nothing is ever written to disk, and names are only compared.
//
// Errors: io.208 … io.210.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/zip/directory.hpp>

#include <zlib.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

class ZipReader {
 public:
  explicit ZipReader(std::filesystem::path const& path) : file_(path), entries_(ZipDirectoryReader(file_).read()) {}

  std::vector<ZipEntry> const& entries() const noexcept { return entries_; }
  std::uint64_t file_size() const noexcept { return file_.size(); }

  // nullptr without one.
  ZipEntry const* find(std::string_view name) const {
    auto const found = std::find_if(entries_.begin(), entries_.end(), [&](auto const& e) { return e.name == name; });
    return found == entries_.end() ? nullptr : &*found;
  }

  // Writes entry.size bytes. PyTorch can leave the checksum out, so it is compared on request.
  void read(ZipEntry const& entry, void* bytes, bool check_sum = true) const {
    if (entry.deflated) {
      inflate_entry(entry, bytes);
    } else if (entry.size > 0) {
      file_.read(entry.begin, bytes, entry.size);
    }
    if (check_sum && crc32_z(0, static_cast<unsigned char const*>(bytes), entry.size) != entry.crc) {
      fail("io", 210, {where(entry), "expected another checksum: the data are damaged"});
    }
  }
  std::string text(ZipEntry const& entry, bool check_sum = true) const {
    std::string bytes(entry.size, '\0');
    read(entry, bytes.data(), check_sum);
    return bytes;
  }

  std::string where(ZipEntry const& entry) const {
    return file_.path().string() + ": zip entry \"" + entry.name.substr(0, 200) + "\": ";
  }

 private:
  void inflate_entry(ZipEntry const& entry, void* bytes) const {
    struct Stream : z_stream {
      Stream() : z_stream{} {}
      ~Stream() { inflateEnd(this); }
      Stream(Stream const&) = delete;
      Stream& operator=(Stream const&) = delete;
    } stream;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) fail("io", 208, {where(entry), "zlib cannot start"});
    std::vector<unsigned char> packed(std::size_t{1} << 16U);
    unsigned char beyond = 0;  // a byte too many goes here
    std::uint64_t taken = 0, made = 0;
    int status = Z_OK;
    while (status == Z_OK) {
      if (stream.avail_in == 0) {
        auto const n = std::min<std::uint64_t>(packed.size(), entry.stored_size - taken);
        if (n == 0) break;
        file_.read(entry.begin + taken, packed.data(), n);
        taken += n;
        stream.next_in = packed.data();
        stream.avail_in = static_cast<unsigned>(n);
      }
      bool const full = made == entry.size;
      auto const room = static_cast<unsigned>(full ? 1 : std::min<std::uint64_t>(entry.size - made, 1U << 30U));
      stream.next_out = full ? &beyond : static_cast<unsigned char*>(bytes) + made;
      stream.avail_out = room;
      status = inflate(&stream, Z_NO_FLUSH);
      if (full && stream.avail_out == 0) fail("io", 209, {where(entry), "expected ", size_text(entry), ", found more"});
      if (!full) made += room - stream.avail_out;
      if (status == Z_BUF_ERROR && stream.avail_in == 0) status = Z_OK;
    }
    if (status != Z_STREAM_END || made != entry.size) {
      fail("io", 209,
           {where(entry), "expected ", size_text(entry), ", found ", made,
            status < 0 ? " before damaged data" : " before the end"});
    }
  }
  static std::string size_text(ZipEntry const& entry) { return number_text(entry.size) + " unpacked bytes"; }

  InputFile file_;
  std::vector<ZipEntry> entries_;
};

}  // namespace dynvision

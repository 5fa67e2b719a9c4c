// The central directory of a zip file: names, sizes and positions of its entries, checked before anything is read.
//
// Format: entries one after another, each with a local header; at the end a directory of them, and a record
// that says where it is. Only what the directory says is believed: PyTorch leaves the sizes in local headers empty.
//   local header   50 4B 03 04 …  30 bytes, name, extra fields; then the data
//   directory      50 4B 01 02 …  46 bytes, name, extra fields (with 64-bit sizes under id 1), comment
//   end            50 4B 05 06 …  22 bytes, comment; before it, for large files, the 64-bit end 50 4B 06 06 and its locator
// Refused: encryption, several disks, methods other than stored and deflated, names that are there twice, that are empty or
// lead out of their folder ("../x", "/x", "a\\b"), entries that overlap each other or the directory, sizes beyond the file.
// Source: PKWARE, ".ZIP File Format Specification" 6.3.10, sections 4.3 and 4.5.
//
// Errors: io.201 … io.207.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/input_file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

namespace dynvision {

struct ZipEntry {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t begin = 0;        // of its data in the file [bytes]
  std::uint64_t stored_size = 0;  // in the file [bytes]
  std::uint64_t size = 0;         // unpacked [bytes]
};

inline constexpr std::uint64_t zip_longest_directory = 1U << 26U;            // [bytes]
inline constexpr std::uint64_t zip_deflate_limit = 1032;                     // deflate cannot pack more tightly
inline constexpr std::uint64_t zip_most_inflated = std::uint64_t{1} << 34U;  // of all entries together [bytes]

// A name that no archive should have: empty, absolute, or of a file outside the folder that it is unpacked into.
inline bool leads_out_of_archive(std::string_view path) {
  return path.empty() || path.front() == '/' || path.find('\\') != path.npos || path == ".." ||
         path.starts_with("../") || path.find("/../") != path.npos || path.ends_with("/..") ||
         path.find('\0') != path.npos || (path.size() > 1 && path[1] == ':');
}

inline std::uint64_t little_endian(char const* at, int n) {
  std::uint64_t value = 0;
  for (int i = n - 1; i >= 0; --i) value = value << 8U | static_cast<unsigned char>(at[i]);
  return value;
}

class ZipDirectoryReader {
 public:
  explicit ZipDirectoryReader(InputFile const& file) : file_(file), where_(file.path().string() + ": ") {}

  std::vector<ZipEntry> read() {
    find();
    std::string bytes(size_, '\0');
    file_.read(begin_, bytes.data(), bytes.size());
    std::vector<ZipEntry> entries;
    std::unordered_set<std::string> names;
    std::uint64_t inflated = 0;
    for (std::size_t at = 0; at < bytes.size();) {
      if (bytes.size() - at < 46 || little_endian(&bytes[at], 4) != 0x02014b50) {
        fail("io", 202, {where_, "zip directory: expected an entry, found other bytes (is the file complete?)"});
      }
      std::size_t const n_name = little_endian(&bytes[at + 28], 2), n_extra = little_endian(&bytes[at + 30], 2);
      std::size_t const length = 46 + n_name + n_extra + little_endian(&bytes[at + 32], 2);
      if (bytes.size() - at < length) {
        fail("io", 202, {where_, "zip directory: expected a whole entry, found the end of the directory"});
      }
      entries.push_back(entry(std::string_view(bytes).substr(at, length), n_name, n_extra));
      ZipEntry const& added = entries.back();
      if (!names.insert(added.name).second) {
        fail("io", 204, {where_, "zip entry \"", added.name, "\": expected a new name, found it twice"});
      }
      if (added.deflated && (inflated += added.size) > zip_most_inflated) {
        fail("io", 206, {where_, "expected at most ", zip_most_inflated, " unpacked bytes, found more"});
      }
      at += length;
    }
    if (entries.size() != n_entries_) {
      fail("io", 202, {where_, "zip directory: expected ", n_entries_, " entries, found ", entries.size()});
    }
    no_overlap(entries);
    return entries;
  }

 private:
  // The end record is the last thing in the file but for a comment of at most 65535 bytes.
  void find() {
    std::uint64_t const tail_size = std::min<std::uint64_t>(file_.size(), 22 + 65535);
    std::string tail(tail_size, '\0');
    file_.read(file_.size() - tail_size, tail.data(), tail.size());
    std::size_t const end = tail.rfind("PK\5\6");
    if (end == std::string::npos || tail.size() - end < 22) {
      fail("io", 201, {where_, "expected a zip file, found no end of its directory (is the file complete?)"});
    }
    n_entries_ = little_endian(&tail[end + 10], 2);
    size_ = little_endian(&tail[end + 12], 4);
    begin_ = little_endian(&tail[end + 16], 4);
    directory_end_ = file_.size() - tail_size + end;
    bool one_disk = little_endian(&tail[end + 4], 4) == 0 && little_endian(&tail[end + 8], 2) == n_entries_;
    if (end >= 20 && tail.compare(end - 20, 4, "PK\6\7") == 0) {
      std::uint64_t const at = little_endian(&tail[end - 12], 8);
      char record[56];
      if (file_.size() < sizeof record || at > file_.size() - sizeof record) {
        fail("io", 201, {where_, "zip: expected a 64-bit end record inside the file"});
      }
      file_.read(at, record, sizeof record);
      if (little_endian(record, 4) != 0x06064b50) fail("io", 201, {where_, "zip: expected a 64-bit end record"});
      one_disk = little_endian(record + 16, 8) == 0;
      n_entries_ = little_endian(record + 32, 8);
      size_ = little_endian(record + 40, 8);
      begin_ = little_endian(record + 48, 8);
      directory_end_ = at;
    }
    if (!one_disk) fail("io", 203, {where_, "expected a zip file on one disk"});
    if (begin_ > directory_end_ || size_ > directory_end_ - begin_ || size_ > zip_longest_directory ||
        n_entries_ > size_ / 46) {
      fail("io", 202,
           {where_, "zip directory: expected one that lies in the file and has room for ", n_entries_,
            " entries, found ", size_, " bytes at ", begin_});
    }
  }

  ZipEntry entry(std::string_view bytes, std::size_t n_name, std::size_t n_extra) const {
    ZipEntry result;
    result.name = bytes.substr(46, n_name);
    std::string const where = where_ + "zip entry \"" + result.name.substr(0, 200) + "\": ";
    if (leads_out_of_archive(result.name)) fail("io", 205, {where, "expected a name inside the archive"});
    auto const flags = little_endian(&bytes[8], 2), method = little_endian(&bytes[10], 2);
    if ((flags & 1U) != 0 || (method != 0 && method != 8)) {
      fail("io", 203,
           {where, "expected it stored or deflated, found ",
            (flags & 1U) != 0 ? "encryption" : "method " + number_text(method)});
    }
    result.deflated = method == 8;
    result.crc = static_cast<std::uint32_t>(little_endian(&bytes[16], 4));
    std::uint64_t local = little_endian(&bytes[42], 4);
    result.stored_size = little_endian(&bytes[20], 4);
    result.size = little_endian(&bytes[24], 4);
    // Fields of 64 bits follow in this order, each only where the short one is full.
    std::string_view extra = bytes.substr(46 + n_name, n_extra);
    while (extra.size() >= 4) {
      std::size_t const n = std::min<std::size_t>(little_endian(&extra[2], 2), extra.size() - 4);
      std::string_view field = extra.substr(4, n);
      if (little_endian(extra.data(), 2) == 1) {
        for (std::uint64_t* const value : {&result.size, &result.stored_size, &local}) {
          if (*value != 0xFFFFFFFF || field.size() < 8) continue;
          *value = little_endian(field.data(), 8);
          field.remove_prefix(8);
        }
      }
      extra.remove_prefix(4 + n);
    }
    if (local > begin_ || begin_ - local < 30) {
      fail("io", 206, {where, "expected it inside the file, found position ", local});
    }
    char header[30];
    file_.read(local, header, sizeof header);
    if (little_endian(header, 4) != 0x04034b50) {
      fail("io", 202, {where, "expected its local header at ", local, ", found other bytes"});
    }
    result.begin = local + 30 + little_endian(header + 26, 2) + little_endian(header + 28, 2);
    if (result.begin > begin_ || result.stored_size > begin_ - result.begin) {
      fail("io", 206, {where, "expected ", result.stored_size, " bytes, found the end of the file"});
    }
    bool const possible =
        result.deflated ? result.size / zip_deflate_limit <= result.stored_size : result.size == result.stored_size;
    if (!possible) {
      fail("io", 206, {where, "expected a size that ", result.stored_size, " bytes can hold, found ", result.size});
    }
    return result;
  }

  // Overlapping entries unpack to far more than the file holds.
  void no_overlap(std::vector<ZipEntry> const& entries) const {
    std::vector<std::pair<std::uint64_t, ZipEntry const*>> by_position;
    for (ZipEntry const& e : entries) by_position.emplace_back(e.begin, &e);
    std::sort(by_position.begin(), by_position.end());
    std::uint64_t end = 0;
    for (auto const& [begin, e] : by_position) {
      // A local header lies between the data of two entries.
      if (begin < end + 30 + e->name.size()) {
        fail("io", 207, {where_, "zip entry \"", e->name.substr(0, 200), "\": expected entries that do not overlap"});
      }
      end = begin + e->stored_size;
    }
  }

  InputFile const& file_;
  std::string where_;
  std::uint64_t begin_ = 0, size_ = 0, n_entries_ = 0, directory_end_ = 0;
};

}  // namespace dynvision

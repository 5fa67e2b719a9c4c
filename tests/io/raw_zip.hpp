// A zip file written byte by byte, so that every field can lie.
#pragma once
#include <zlib.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct RawEntry {
  std::string name, data;
  bool deflate = false;
  // What the file says instead of the truth.
  std::optional<std::uint64_t> size{}, stored_size{}, local{}, method{}, crc{};
  std::uint64_t flags = 0;
  std::string extra{};
};

inline std::string raw_number(std::uint64_t value, int n) {
  std::string bytes;
  for (int i = 0; i < n; ++i) bytes += static_cast<char>(value >> 8U * static_cast<unsigned>(i));
  return bytes;
}

// window_bits: MAX_WBITS + 16 makes a gzip file.
inline std::string raw_deflate(std::string const& data, int window_bits = -MAX_WBITS) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, data.size()), '\0');
  std::string copy = data;
  stream.next_in = reinterpret_cast<unsigned char*>(copy.data());
  stream.avail_in = static_cast<unsigned>(copy.size());
  stream.next_out = reinterpret_cast<unsigned char*>(packed.data());
  stream.avail_out = static_cast<unsigned>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

inline std::string raw_zip(std::vector<RawEntry> const& entries, std::map<std::string, std::uint64_t> end = {}) {
  std::string file, directory;
  for (RawEntry const& e : entries) {
    std::uint64_t const local = file.size();
    std::string const stored = e.deflate ? raw_deflate(e.data) : e.data;
    auto const crc =
        crc32(0, reinterpret_cast<unsigned char const*>(e.data.data()), static_cast<unsigned>(e.data.size()));
    std::string const common =
        raw_number(20, 2) + raw_number(e.flags, 2) + raw_number(e.method.value_or(e.deflate ? 8 : 0), 2) +
        raw_number(0, 4) + raw_number(e.crc.value_or(crc), 4) + raw_number(e.stored_size.value_or(stored.size()), 4) +
        raw_number(e.size.value_or(e.data.size()), 4) + raw_number(e.name.size(), 2);
    file += "PK\3\4" + common + raw_number(0, 2) + e.name + stored;
    directory += "PK\1\2" + raw_number(20, 2) + common + raw_number(e.extra.size(), 2) + raw_number(0, 2) +
                 raw_number(0, 8) + raw_number(e.local.value_or(local), 4) + e.name + e.extra;
  }
  auto const say = [&](char const* what, std::uint64_t truth, int n) {
    return raw_number(end.contains(what) ? end[what] : truth, n);
  };
  std::string const n = say("entries", entries.size(), 2);
  return file + directory + "PK\5\6" + say("disk", 0, 4) + n + n + say("size", directory.size(), 4) +
         say("begin", file.size(), 4) + raw_number(0, 2);
}

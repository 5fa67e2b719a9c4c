// A compiled variant in the cache: a shared object, and behind its last byte what it was made of.
//
//   <bytes of the shared object> <note> "dynvision object" <size of the note, checksum of all before: 8 digits each, base 16>
//   note: a line for each file that it was compiled from beside the library's, "<content id> <path>\n", then an empty line and
//   the key: type and build
//
// An object that was cut off, or written by somebody else, has no such end, or another checksum; one of another build has
// another key; one of a file that has changed since has another content id. Each is as if it were not there.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/io/file/atomic_file.hpp>
#include <dynvision/variants/cache/content_id.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::variants {

inline constexpr std::string_view object_mark = "dynvision object";

inline std::string eight_digits(std::uint32_t value) {
  char text[8];
  for (int i = 7; i >= 0; --i, value >>= 4U) text[i] = "0123456789abcdef"[value & 15U];
  return {text, 8};
}
inline std::uint32_t checksum(std::string_view bytes) {
  return static_cast<std::uint32_t>(::crc32_z(0, reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size()));
}

// Puts it in its place whole or not at all. `sources`: files that it was compiled from, beside the library's.
inline void write_object(std::filesystem::path const& place, std::string object, std::string_view key,
                         std::vector<std::filesystem::path> const& sources) {
  std::string note;
  for (std::filesystem::path const& source : sources) {
    note += content_id(content_of(source).value_or(std::string())) + " " + source.string() + "\n";
  }
  note.append("\n").append(key);
  object.append(note).append(object_mark);
  std::string const numbers = eight_digits(static_cast<std::uint32_t>(note.size())) + eight_digits(checksum(object));
  AtomicFile file(place);
  file.write(object);
  file.write(numbers);
  file.commit();
  std::filesystem::permissions(place, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

// Its bytes, if it is a file of this user that nobody else may write to; empty: it is not.
inline std::string own_bytes(std::filesystem::path const& place) {
  int const file = ::open(place.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (file < 0) return {};
  struct ::stat s {};
  std::string bytes;
  if (::fstat(file, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == ::geteuid() &&
      (s.st_mode & (S_IWGRP | S_IWOTH)) == 0 && s.st_size < (1L << 30)) {
    bytes.resize(static_cast<std::size_t>(s.st_size));
    std::size_t done = 0;
    for (ssize_t n = 0; done < bytes.size() && (n = ::read(file, bytes.data() + done, bytes.size() - done)) > 0;) {
      done += static_cast<std::size_t>(n);
    }
    bytes.resize(done);
  }
  ::close(file);
  return bytes;
}

// Whether the object at this place is whole, of this key, and of files as they are now.
inline bool is_sound_object(std::filesystem::path const& place, std::string_view key) {
  std::string const bytes = own_bytes(place);
  std::size_t const end = object_mark.size() + 16;
  if (bytes.size() < end) return false;
  std::string_view const before = std::string_view(bytes).substr(0, bytes.size() - 16);
  if (!before.ends_with(object_mark)) return false;
  std::uint32_t size = 0, sum = 0;
  char const* const numbers = bytes.data() + bytes.size() - 16;
  std::from_chars(numbers, numbers + 8, size, 16);
  std::from_chars(numbers + 8, numbers + 16, sum, 16);
  if (size > bytes.size() - end || checksum(before) != sum) return false;
  std::string_view note = before.substr(before.size() - object_mark.size() - size, size);
  while (!note.starts_with('\n')) {
    std::size_t const space = note.find(' '), line = note.find('\n');
    if (space == note.npos || line == note.npos || space > line) return false;
    auto const now = content_of(std::filesystem::path(note.substr(space + 1, line - space - 1)));
    if (!now || content_id(*now) != note.substr(0, space)) return false;
    note.remove_prefix(line + 1);
  }
  return note.substr(1) == key;
}

}  // namespace dynvision::variants

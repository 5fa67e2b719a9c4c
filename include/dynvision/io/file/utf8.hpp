// Text as UTF-8, whatever program saved it: editors and spreadsheets also write a mark of byte order, UTF-16 and Windows-1252.
//
// Without a mark, bytes that are valid UTF-8 are UTF-8, others Windows-1252, the code page of spreadsheets. Halves of a
// surrogate pair without the other half become U+FFFD.
// Source: The Unicode Standard 15, sections 3.9 and 23.8; WHATWG, "Encoding", index windows-1252.
//
// Errors: io.156.
#pragma once
#include <dynvision/core/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace dynvision {

inline void append_utf8(std::string& text, std::uint32_t code) {
  auto const put = [&](std::uint32_t bits) { text += static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6U), put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12U), put(0x80 | (code >> 6U & 0x3F)), put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | (code >> 18U & 7)), put(0x80 | (code >> 12U & 0x3F)), put(0x80 | (code >> 6U & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    auto const first = static_cast<unsigned char>(text[i]);
    std::size_t const n = first < 0x80                    ? 1
                          : first >= 0xC2 && first < 0xE0 ? 2
                          : (first & 0xF0U) == 0xE0       ? 3
                          : first >= 0xF0 && first < 0xF5 ? 4
                                                          : 0;
    if (n == 0 || text.size() - i < n) return false;
    for (std::size_t k = 1; k < n; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0U) != 0x80) return false;
    }
    i += n;
  }
  return true;
}

// Bytes that are no UTF-8 become U+FFFD, one each.
inline std::u32string utf32(std::string_view text) {
  std::u32string all;
  for (std::size_t i = 0; i < text.size();) {
    auto const first = static_cast<unsigned char>(text[i]);
    std::size_t const n = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (!is_utf8(text.substr(i, n))) {
      all += U'\uFFFD', ++i;
      continue;
    }
    auto code = static_cast<char32_t>(n == 1 ? first : first & (0x7FU >> n));
    for (std::size_t k = 1; k < n; ++k) code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    all += code, i += n;
  }
  return all;
}

namespace detail {

inline std::string from_utf16(std::string_view bytes, bool big_endian) {
  auto const unit = [&](std::size_t i) {
    auto const a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
    return static_cast<std::uint32_t>(big_endian ? a << 8U | b : b << 8U | a);
  };
  std::string text;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t code = unit(i);
    if ((code & 0xF800U) == 0xD800) {
      std::uint32_t const next = code < 0xDC00 && i + 3 < bytes.size() ? unit(i + 2) : 0;
      bool const pair = (next & 0xFC00U) == 0xDC00;
      code = pair ? 0x10000 + ((code & 0x3FFU) << 10U | (next & 0x3FFU)) : 0xFFFD;
      if (pair) i += 2;
    }
    append_utf8(text, code);
  }
  return text;
}

inline std::string from_windows_1252(std::string_view bytes) {
  static constexpr std::array<std::uint16_t, 32> marks{0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                                       0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                                       0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                       0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};
  std::string text;
  for (char const c : bytes) {
    auto const byte = static_cast<unsigned char>(c);
    append_utf8(text, byte >= 0x80 && byte < 0xA0 ? marks[byte - 0x80U] : byte);
  }
  return text;
}

}  // namespace detail

struct Utf8Text {
  std::string text;
  std::size_t n_mark = 0;  // [bytes] of a mark before it
  bool as_it_is = true;    // the bytes of the file after the mark
};

inline Utf8Text utf8_text(std::string bytes, std::string_view file) {
  std::string_view const all = bytes;
  bool const little = all.starts_with("\xFF\xFE"), big = all.starts_with("\xFE\xFF");
  bool const wide =
      all.starts_with(std::string_view("\xFF\xFE\0\0", 4)) || all.starts_with(std::string_view("\0\0\xFE\xFF", 4));
  if (!wide && (little || big)) return {detail::from_utf16(all.substr(2), big), 2, false};
  if (wide || all.find('\0') != all.npos) {
    fail("io", 156,
         {file, ": expected a text in UTF-8, UTF-16 or Windows-1252, found ", wide ? "UTF-32" : "other data"});
  }
  if (all.starts_with("\xEF\xBB\xBF")) return {std::string(all.substr(3)), 3, true};
  if (!is_utf8(all)) return {detail::from_windows_1252(all), 0, false};
  return {std::move(bytes), 0, true};
}

}  // namespace dynvision

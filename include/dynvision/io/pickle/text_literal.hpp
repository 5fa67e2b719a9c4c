// The literals of protocols 0 and 1: numbers and texts that are written as a line of text.
//
//   I12  I01 (true)  L12L  F0.5     whole numbers, true and false, real numbers
//   S'a\n'  Vb\u00e4                texts: bytes with the escapes of Python, Unicode with \u and \U alone
//
// Source: Python's pickletools.
//
// Errors: io.229.
#pragma once
#include <dynvision/io/file/utf8.hpp>
#include <dynvision/io/pickle/bytes.hpp>
#include <dynvision/io/pickle/value.hpp>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace dynvision {

namespace detail {

// The digits at the begin of `text`, exactly n of them.
inline std::optional<std::uint32_t> digits_of(std::string_view text, std::size_t n, int base) {
  std::uint32_t value = 0;
  if (text.size() < n) return std::nullopt;
  auto const read = std::from_chars(text.data(), text.data() + n, value, base);
  return read.ec == std::errc() && read.ptr == text.data() + n ? std::optional(value) : std::nullopt;
}

inline std::string unicode_line(std::string_view line) {
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    bool const escape = line[i] == '\\' && i + 1 < line.size() && (line[i + 1] == 'u' || line[i + 1] == 'U');
    std::size_t const n = !escape ? 0 : line[i + 1] == 'u' ? 4 : 8;
    auto const code = escape ? digits_of(line.substr(i + 2), n, 16) : std::nullopt;
    append_utf8(text, code ? *code : static_cast<unsigned char>(line[i]));
    if (code) i += 1 + n;
  }
  return text;
}

inline std::optional<std::string> quoted_line(std::string_view line) {
  bool const quoted = line.size() >= 2 && (line[0] == '\'' || line[0] == '"') && line.back() == line[0];
  if (!quoted) return std::nullopt;
  line = line.substr(1, line.size() - 2);
  static constexpr std::string_view letters = "abfnrtv0", meant{"\a\b\f\n\r\t\v\0", 8};
  std::string text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] != '\\' || i + 1 == line.size()) {
      text += line[i];
    } else if (auto const code = digits_of(line.substr(i + 2), 2, 16); line[i + 1] == 'x' && code) {
      text += static_cast<char>(*code);
      i += 3;
    } else {
      char const next = line[++i];
      std::size_t const known = letters.find(next);
      text += known == letters.npos ? next : meant[known];
    }
  }
  return text;
}

}  // namespace detail

// Nothing where the operation is another one.
inline std::optional<PickleIndex> pickle_text_literal(PickleValues& values, PickleBytes& bytes,
                                                      unsigned char operation) {
  if (operation != 'I' && operation != 'L' && operation != 'F' && operation != 'S' && operation != 'V') {
    return std::nullopt;
  }
  std::string_view line = bytes.line(bytes.rest().size());
  auto const refuse = [&](char const* expected) { fail("io", 229, {bytes.where(), "expected ", expected}); };
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (operation == 'V') return values.add(PickleKind::text, values.keep(detail::unicode_line(line)));
  if (operation == 'S') {
    auto text = detail::quoted_line(line);
    if (!text) refuse("a text in quotes");
    return values.add(PickleKind::text, values.keep(std::move(*text)));
  }
  if (operation == 'F') {
    double value = 0;
    auto const read = std::from_chars(line.data(), line.data() + line.size(), value);
    if (read.ec == std::errc::invalid_argument || read.ptr != line.data() + line.size()) refuse("a number");
    PickleIndex const index = values.add(PickleKind::real);
    values[index].real = value;
    return index;
  }
  if (operation == 'I' && (line == "00" || line == "01")) {
    return line == "01" ? PickleValues::truth : PickleValues::falsity;
  }
  if (line.ends_with('L')) line.remove_suffix(1);
  std::int64_t value = 0;
  auto const read = std::from_chars(line.data(), line.data() + line.size(), value);
  if (read.ec == std::errc::invalid_argument || read.ptr != line.data() + line.size()) refuse("a whole number");
  // A number that 64 bits cannot hold stays as it is written.
  return read.ec == std::errc() ? values.add(PickleKind::integer, value) : values.add(PickleKind::bytes, line);
}

}  // namespace dynvision

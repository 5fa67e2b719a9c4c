// The bytes of a pickle, taken one argument after another, never beyond the end.
//
// Numbers are little-endian, except for floats.
//
// Errors: io.222.
#pragma once
#include <dynvision/core/error.hpp>

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace dynvision {

class PickleBytes {
 public:
  PickleBytes(std::string_view bytes, std::string where) : bytes_(bytes), where_(std::move(where)) {}

  std::string_view take(std::uint64_t n) {
    if (n > bytes_.size() - at_) fail("io", 222, {where_, "expected ", n, " more bytes, found ", bytes_.size() - at_});
    std::string_view const taken = bytes_.substr(at_, n);
    at_ += n;
    return taken;
  }
  std::uint64_t number(std::uint64_t n) {
    std::string_view const taken = take(n);
    std::uint64_t value = 0;
    for (std::size_t i = taken.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(taken[i]);
    return value;
  }
  double real() {
    std::uint64_t bits = 0;
    for (char const c : take(8)) bits = bits << 8U | static_cast<unsigned char>(c);
    return std::bit_cast<double>(bits);
  }
  // A text with its length before it.
  std::string_view text(std::uint64_t n) { return take(number(n)); }
  // Up to the end of the line, which is taken too.
  std::string_view line(std::size_t longest = 1000) {
    std::size_t const end = bytes_.find('\n', at_);
    if (end == bytes_.npos || end - at_ > longest) {
      fail("io", 222, {where_, "expected a line of at most ", longest, " bytes"});
    }
    std::string_view const text = take(end - at_);
    take(1);
    return text;
  }

  // A whole number that is written as a line of text.
  std::uint64_t decimal() {
    std::string_view const digits = line(20);
    std::uint64_t value = 0;
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) {
      fail("io", 222, {where_, "expected a line with a number"});
    }
    return value;
  }

  std::size_t position() const noexcept { return at_; }
  std::string_view rest() const noexcept { return bytes_.substr(at_); }
  std::string const& where() const noexcept { return where_; }

 private:
  std::string_view bytes_;
  std::string where_;
  std::size_t at_ = 0;
};

}  // namespace dynvision

// A number with nine significant digits, appended to a text: the characters of number_text(x, 9), several times as fast.
//
//   append_nine_digits(text, 2.0 / 3);        "0.666666667"; nothing for nan
//
// From 1e-4 to 1e9 nine digits are a whole number, x 10^k, whose rounding is certain unless it is within 1e-6 of a half: then, and
// for other numbers, number_text decides.
#pragma once
#include <dynvision/core/number_text.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>

namespace dynvision::experiments {

namespace digits {

inline constexpr std::array<double, 13> powers{1e-4, 1e-3, 1e-2, 1e-1, 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8};
inline constexpr std::array<double, 13> scales{1e12, 1e11, 1e10, 1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 1e2, 1e1, 1e0};

}  // namespace digits

inline void append_nine_digits(std::string& text, double x) {
  if (x != x) return;
  double const size = std::abs(x);
  if (!(size >= 1e-4 && size < 1e9)) {
    text += number_text(x, 9);
    return;
  }
  std::size_t place = digits::powers.size() - 1;  // of the first digit
  while (size < digits::powers[place]) --place;
  double const scaled = size * digits::scales[place], below = std::floor(scaled), rest = scaled - below;
  auto whole = static_cast<std::int64_t>(below) + (rest > 0.5 ? 1 : 0);
  if (std::abs(rest - 0.5) < 1e-6 || whole >= 1000000000) {
    text += number_text(x, 9);
    return;
  }
  std::ptrdiff_t n_digits = 9;
  for (; whole % 10 == 0; --n_digits) whole /= 10;
  std::array<char, 16> buffer;
  std::to_chars(buffer.data(), buffer.data() + buffer.size(), whole);
  std::ptrdiff_t const before_point = static_cast<std::ptrdiff_t>(place) - 3;  // digits; at most 0: 0.0001
  if (x < 0) text += '-';
  if (before_point <= 0) {
    text.append("0.").append(static_cast<std::size_t>(-before_point), '0');
    text.append(buffer.data(), static_cast<std::size_t>(n_digits));
  } else if (before_point >= n_digits) {
    text.append(buffer.data(), static_cast<std::size_t>(n_digits));
    text.append(static_cast<std::size_t>(before_point - n_digits), '0');
  } else {
    text.append(buffer.data(), static_cast<std::size_t>(before_point)).append(1, '.');
    text.append(buffer.data() + before_point, static_cast<std::size_t>(n_digits - before_point));
  }
}

}  // namespace dynvision::experiments

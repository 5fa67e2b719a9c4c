// Numbers as text: the same on every machine, "." as decimal point whatever the locale.
//
//   number_text(1e-7)              "1e-07"   the shortest text that reads back as the same number
//   number_text(2.0 / 3, 4)        "0.6667"  at most 4 significant digits, trailing zeros dropped
//   number_text(97.0, decimals(1)) "97.0"    one digit after the point
//
// Not a number is "nan", never "-nan"; true is "1". Messages, tables, drawings and files take their numbers from here:
// the functions of the C library write "0,5" in a program that has called setlocale, and std::to_string makes 1e-8 "0.000000".
#pragma once
#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>

namespace dynvision {

struct Decimals {
  int n;
};
constexpr Decimals decimals(int n) { return {n}; }

namespace detail {

// What std::to_chars writes, or nothing where it would not fit: 350 characters hold every double with up to 30 decimals.
template <class... How> std::string characters(How... how) {
  std::array<char, 350> text;
  auto const written = std::to_chars(text.data(), text.data() + text.size(), how...);
  return {text.data(), written.ec == std::errc() ? written.ptr : text.data()};
}

}  // namespace detail

template <class Number>
requires std::is_arithmetic_v<Number>
[[gnu::cold]] std::string number_text(Number value) {
  if constexpr (std::is_same_v<Number, bool>) {
    return value ? "1" : "0";
  } else {
    if (value != value) return "nan";
    return detail::characters(value);
  }
}
[[gnu::cold]] inline std::string number_text(std::floating_point auto value, int significant_digits) {
  if (value != value) return "nan";
  return detail::characters(value, std::chars_format::general, significant_digits);
}
[[gnu::cold]] inline std::string number_text(std::floating_point auto value, Decimals after_the_point) {
  if (value != value) return "nan";
  return detail::characters(value, std::chars_format::fixed, after_the_point.n);
}

}  // namespace dynvision

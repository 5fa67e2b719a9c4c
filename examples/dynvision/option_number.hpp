// The number that an option was given: option_number<int>("12"); nothing where the text as a whole is none, or out of its type's range.
#pragma once
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace program {

template <class Number> std::optional<Number> option_number(std::string_view text) {
  Number value{};
  char const* const end = text.data() + text.size();
  auto const read = std::from_chars(text.data(), end, value);
  return read.ec == std::errc() && read.ptr == end ? std::optional(value) : std::nullopt;
}

}  // namespace program

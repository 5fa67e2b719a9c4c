// A string as a template argument: Layer<"V1", …>, AddSkip<"V1">.
#pragma once
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace dynvision {

template <std::size_t N> struct Name {
  char text[N]{};
  consteval Name(char const (&literal)[N]) { std::copy_n(literal, N, text); }  // NOLINT: implicit on purpose
  constexpr std::string_view view() const { return {text, N - 1}; }
};

// Parameter paths are patterns: "{}" stands for the layer's name ("addskip_{}.conv" -> "addskip_V4.conv").
[[gnu::cold]] inline std::string in_layer(std::string_view pattern, std::string_view layer) {
  std::string path(pattern);
  if (std::size_t const at = path.find("{}"); at != std::string::npos) path.replace(at, 2, layer);
  return path;
}

}  // namespace dynvision

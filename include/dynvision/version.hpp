// The version of the library, as in CMakeLists.txt.
#pragma once
#include <string_view>

namespace dynvision {

inline constexpr std::string_view version = "0.1.0";

}  // namespace dynvision

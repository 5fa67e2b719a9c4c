// Where this program lies, for what it starts of itself and what is installed beside it.
#pragma once
#include <filesystem>
#include <system_error>

namespace program {

inline std::filesystem::path this_program() {
  std::error_code none;
  std::filesystem::path const itself = std::filesystem::read_symlink("/proc/self/exe", none);
  return none ? std::filesystem::path("dynvision") : itself;
}

}  // namespace program

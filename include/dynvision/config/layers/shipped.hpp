// The folder of the configuration files that come with the library: of the environment's DYNVISION_CONFIGS, or else beside
// the program (share/dynvision/configs of its prefix, or configs/ of the source tree that it was built in).
#pragma once
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>

namespace dynvision::config {

inline std::optional<std::filesystem::path> shipped_folder() {
  namespace fs = std::filesystem;
  if (char const* const named = std::getenv("DYNVISION_CONFIGS"); named != nullptr && *named != '\0') return named;
  std::error_code none;
  fs::path folder = fs::read_symlink("/proc/self/exe", none).parent_path();
  if (fs::path const share = folder.parent_path() / "share/dynvision/configs"; fs::is_directory(share, none))
    return share;
  for (; folder.has_relative_path(); folder = folder.parent_path()) {
    bool const is_tree = fs::exists(folder / "include/dynvision/version.hpp", none);
    if (is_tree && fs::exists(folder / "configs/defaults.json", none)) return folder / "configs";
  }
  return std::nullopt;
}

}  // namespace dynvision::config

// private_folder: a folder that is this user's alone, made if it is not there (0700).
//
// What is loaded from it becomes part of the program, so nobody else may be able to put anything there: the folder, and all
// that it lies in, must belong to this user (or to root) and must not be writable for others. A folder above it that all
// may write to is as good where only owners can rename what is theirs (the sticky bit of /tmp). A link in place of one of the
// folders made here is refused.
//
// Errors: variants.121 ... variants.123.
#pragma once
#include <dynvision/core/error.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

namespace dynvision::variants {

// $XDG_CACHE_HOME/dynvision, else ~/.cache/dynvision; empty: neither is named.
inline std::filesystem::path default_cache_if_any() {
  // The XDG specification: what is no absolute path is to be ignored.
  if (char const* const given = std::getenv("XDG_CACHE_HOME"); given != nullptr && given[0] == '/') {
    return std::filesystem::path(given) / "dynvision";
  }
  char const* const home = std::getenv("HOME");
  if (home == nullptr || home[0] != '/') return {};
  return std::filesystem::path(home) / ".cache/dynvision";
}
inline std::filesystem::path default_cache() {
  std::filesystem::path folder = default_cache_if_any();
  if (folder.empty())
    fail("variants", 121, "no folder for compiled models: expected HOME or XDG_CACHE_HOME to name one");
  return folder;
}

// Why others could put something there; empty: they cannot.
inline std::string openness(std::filesystem::path const& folder, bool own) {
  struct ::stat s {};
  if (::lstat(folder.c_str(), &s) != 0) return std::string("cannot be looked at: ") + std::strerror(errno);
  if (S_ISLNK(s.st_mode)) return "is a link";
  if (!S_ISDIR(s.st_mode)) return "is no folder";
  bool const is_ours = s.st_uid == ::geteuid();
  if (!is_ours && (own || s.st_uid != 0)) return "belongs to another user";
  bool const others = (s.st_mode & S_IWOTH) != 0;
  // Above it, a group that the user's files have anyway is the user's own.
  bool const group = (s.st_mode & S_IWGRP) != 0 && (own || (s.st_gid != ::getegid() && s.st_gid != 0));
  bool const sticky = !own && (s.st_mode & S_ISVTX) != 0;
  return (others || group) && !sticky ? "may be written to by other users" : "";
}

// `folder` and those above it up to the first that is there are made; the last `n_own` of its names are ours alone.
inline std::filesystem::path private_folder(std::filesystem::path const& folder, int n_own = 1) {
  namespace fs = std::filesystem;
  fs::path const whole = fs::absolute(folder).lexically_normal();
  std::vector<fs::path> own;
  fs::path above = whole;
  for (int i = 0; i < n_own && above.has_relative_path(); ++i) {
    own.push_back(above);
    above = above.parent_path();
  }
  std::error_code error;
  std::vector<fs::path> missing;  // as the XDG specification wants them
  for (fs::path at = above; !fs::exists(at, error) && at.has_relative_path(); at = at.parent_path())
    missing.push_back(at);
  for (auto at = missing.rbegin(); at != missing.rend(); ++at) {
    if (::mkdir(at->c_str(), 0700) != 0 && errno != EEXIST) {
      fail("variants", 122, {"folder for compiled models, ", at->string(), ": cannot be made: ", std::strerror(errno)});
    }
  }
  fs::path real = fs::canonical(above, error);
  if (error) fail("variants", 122, {"folder for compiled models, ", above.string(), ": ", error.message()});
  auto const check = [](fs::path const& at, bool is_own) {
    if (std::string const why = openness(at, is_own); !why.empty()) {
      fail("variants", 123,
           {"folder for compiled models, ", at.string(), ": ", why, ": what lies there could be anybody's code. ",
            is_own ? "Expected it to be yours alone (chmod 700), " : "", "or another folder in XDG_CACHE_HOME"});
    }
  };
  for (fs::path at = real;; at = at.parent_path()) {
    check(at, false);
    if (!at.has_relative_path()) break;
  }
  for (auto name = own.rbegin(); name != own.rend(); ++name) {
    real /= name->filename();
    if (::mkdir(real.c_str(), 0700) != 0 && errno != EEXIST) {
      fail("variants", 122,
           {"folder for compiled models, ", real.string(), ": cannot be made: ", std::strerror(errno)});
    }
    check(real, true);
  }
  return real;
}

}  // namespace dynvision::variants

// FolderLock: one process at a time behind a name in a folder (flock). The lock goes with the process, however it ends.
//
//   FolderLock lock(folder / "name.lock");
//   while (!lock.try_once()) ...;
//
// Errors: variants.125.
#pragma once
#include <dynvision/core/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace dynvision::variants {

class FolderLock {
 public:
  explicit FolderLock(std::filesystem::path const& file)
      : file_(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    if (file_ < 0) fail("variants", 125, {file.string(), ": cannot be opened: ", std::strerror(errno)});
  }
  FolderLock(FolderLock const&) = delete;
  FolderLock& operator=(FolderLock const&) = delete;
  ~FolderLock() { ::close(file_); }

  // Whether it is ours now.
  bool try_once() { return ::flock(file_, LOCK_EX | LOCK_NB) == 0; }

 private:
  int file_;
};

}  // namespace dynvision::variants

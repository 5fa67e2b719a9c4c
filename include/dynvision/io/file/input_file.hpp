// A regular file opened for reading at any position.
//
// Reads instead of mapping: a file that is cut short while it is read is an error here, not a crash, and the
// bytes go straight from the page cache into the memory of the tensor (one copy).
//
// Errors: io.111 … io.114.
#pragma once
#include <dynvision/core/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

namespace dynvision {

class InputFile {
 public:
  explicit InputFile(std::filesystem::path path) : path_(std::move(path)) {
    // Without O_NONBLOCK a named pipe would wait for its writer.
    file_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file_ < 0 && errno == ENOENT) fail("io", 111, {path_.string(), ": expected a file, found none"});
    if (file_ < 0) fail("io", 112, {path_.string(), ": cannot be opened: ", std::strerror(errno)});
    struct stat status {};
    if (::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) {
      ::close(file_);
      fail("io", 113, {path_.string(), ": expected a file, found a folder, device or pipe"});
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  InputFile(InputFile const&) = delete;
  InputFile& operator=(InputFile const&) = delete;
  ~InputFile() { ::close(file_); }

  std::uint64_t size() const noexcept { return size_; }
  std::filesystem::path const& path() const noexcept { return path_; }
  int descriptor() const noexcept { return file_; }

  void read(std::uint64_t offset, void* bytes, std::size_t size) const {
    auto* at = static_cast<char*>(bytes);
    while (size > 0) {
      ssize_t const got = ::pread(file_, at, std::min<std::size_t>(size, 1U << 30U), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) {
        fail("io", 114,
             {path_.string(), ": expected ", size, " more bytes at position ", offset, ", found ",
              got < 0 ? std::strerror(errno) : "the end"});
      }
      at += got;
      offset += static_cast<std::uint64_t>(got);
      size -= static_cast<std::size_t>(got);
    }
  }

  // All of it. What may be large is looked at before, by size().
  std::string text() const {
    std::string bytes(static_cast<std::size_t>(size_), '\0');
    read(0, bytes.data(), bytes.size());
    return bytes;
  }

 private:
  std::filesystem::path path_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace dynvision

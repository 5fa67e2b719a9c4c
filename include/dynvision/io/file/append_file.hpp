// A file that grows at its end: what append() was given is there as a whole, or not at all.
//
// The bytes are the system's when append() returns: they outlive the end of the process, however it ends. Where the rest of them
// cannot be written (a full disk), the part that was is cut off again. A device or a pipe ("/dev/stdout") cannot be cut.
//
// Errors: io.154, io.155.
#pragma once
#include <dynvision/core/error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

namespace dynvision {

class AppendFile {
 public:
  static constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

  // Of what is there the first `keep` bytes stay.
  explicit AppendFile(std::filesystem::path path, std::uint64_t keep = all) : path_(std::move(path)) {
    file_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file_ < 0) fail("io", 154, {path_.string(), ": cannot be opened for writing: ", std::strerror(errno)});
    struct stat status {};
    if (::fstat(file_, &status) != 0 || !S_ISREG(status.st_mode)) return;
    size_ = static_cast<std::uint64_t>(status.st_size);
    if (keep < size_) {
      size_ = keep;
      cut();
    }
  }
  AppendFile(AppendFile&& other) noexcept
      : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), size_(other.size_) {}
  AppendFile& operator=(AppendFile&&) = delete;
  ~AppendFile() {
    if (file_ >= 0) ::close(file_);
  }

  void append(std::string_view bytes) {
    std::uint64_t const longer = size_ + bytes.size();
    while (!bytes.empty()) {
      ssize_t const written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) {
        int const reason = written < 0 ? errno : ENOSPC;
        cut();
        fail("io", 155, {path_.string(), ": cannot be written: ", std::strerror(reason), " (what was there is kept)"});
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    size_ = longer;
  }

  std::filesystem::path const& path() const noexcept { return path_; }
  std::uint64_t size() const noexcept { return size_; }  // [bytes]

 private:
  void cut() const noexcept {
    if (::ftruncate(file_, static_cast<off_t>(size_)) != 0) errno = 0;
  }

  std::filesystem::path path_;
  int file_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace dynvision

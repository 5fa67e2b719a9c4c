// A file that appears complete or not at all.
//
// Bytes go to a temporary name in the same folder; commit() makes them durable (fsync) and renames,
// which POSIX does atomically: a reader sees the old file or the new one, never half of it. Without a commit (an error, a
// full disk, an exception) the temporary file is removed and the old file stays. A killed process can leave a
// ".dynvision-*.partial", which is safe to delete: remove_left_behind().
// A device or a pipe ("/dev/stdout") cannot be replaced and is written directly.
//
// Errors: io.101 … io.107.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace dynvision {

class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path) : path_(std::move(path)) {
    std::error_code ignored;
    // The link stays a link: what it points to is replaced, or created.
    for (int hops = 0; hops < 40 && std::filesystem::is_symlink(path_, ignored); ++hops) {
      path_ = path_.parent_path() / std::filesystem::read_symlink(path_, ignored);
    }
    auto const status = std::filesystem::status(path_, ignored);
    if (path_.filename().empty() || std::filesystem::is_directory(status)) {
      fail("io", 101, {path_.string(), ": expected the name of a file, found a folder"});
    }
    direct_ = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
    if (direct_) {
      file_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    } else {
      static std::atomic<unsigned> count{0};
      temporary_ = path_.parent_path() /
                   (".dynvision-" + number_text(::getpid()) + "-" + number_text(count.fetch_add(1)) + ".partial");
      file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (file_ >= 0 && std::filesystem::exists(status)) {
        std::ignore = ::fchmod(file_, static_cast<mode_t>(status.permissions()) & 07777U);
      }
    }
    if (file_ < 0) fail("io", 102, {path_.string(), ": cannot be created: ", std::strerror(errno)});
  }
  AtomicFile(AtomicFile const&) = delete;
  AtomicFile& operator=(AtomicFile const&) = delete;
  ~AtomicFile() { discard(); }

  void write(void const* bytes, std::size_t size) {
    if (file_ < 0) fail("io", 106, {path_.string(), ": expected no write after commit or after a failed write"});
    auto const* at = static_cast<char const*>(bytes);
    while (size > 0) {
      ssize_t const written = ::write(file_, at, size);
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) give_up(103, "cannot be written", written < 0 ? errno : ENOSPC);
      at += written;
      size -= static_cast<std::size_t>(written);
    }
  }
  void write(std::string_view text) { write(text.data(), text.size()); }

  // In place of bytes that were written before: a number that is only known now.
  void overwrite(std::size_t offset, std::string_view bytes) {
    if (file_ < 0) fail("io", 106, {path_.string(), ": expected no write after commit or after a failed write"});
    if (direct_) fail("io", 107, {path_.string(), ": expected the name of a file, found a device or a pipe"});
    while (!bytes.empty()) {
      ssize_t const written = ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) give_up(103, "cannot be written", written < 0 ? errno : ENOSPC);
      bytes.remove_prefix(static_cast<std::size_t>(written)), offset += static_cast<std::size_t>(written);
    }
  }

  void commit() {
    if (file_ < 0) fail("io", 106, {path_.string(), ": expected one commit, found a second or a failed write before"});
    // Some disks report "full" only here.
    if (!direct_ && ::fsync(file_) != 0) give_up(104, "cannot be made durable", errno);
    if (::close(std::exchange(file_, -1)) != 0) give_up(104, "cannot be closed", errno);
    if (direct_) return;
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) give_up(105, "cannot be put in place", errno);
    temporary_.clear();
    sync_folder();
  }

  std::filesystem::path const& path() const noexcept { return path_; }

  // What processes that were killed have left in a folder; files of processes that live stay.
  static void remove_left_behind(std::filesystem::path const& folder) {
    std::error_code error;
    constexpr std::string_view begin = ".dynvision-", end = ".partial";
    for (auto const& entry : std::filesystem::directory_iterator(folder, error)) {
      std::string const name = entry.path().filename().string();
      if (!name.starts_with(begin) || !name.ends_with(end)) continue;
      pid_t process = 0;
      std::from_chars(name.data() + begin.size(), name.data() + name.size(), process);
      if (process <= 0 || ::kill(process, 0) == 0 || errno != ESRCH) continue;
      std::error_code ignored;
      std::filesystem::remove(entry.path(), ignored);
    }
  }

 private:
  [[noreturn]] void give_up(int number, char const* what, int reason) {
    discard();
    fail("io", number, {path_.string(), ": ", what, ": ", std::strerror(reason), direct_ ? "" : kept()});
  }
  char const* kept() const {
    std::error_code ignored;
    return std::filesystem::exists(path_, ignored) ? " (the previous file is unchanged)" : " (nothing was left behind)";
  }
  void discard() noexcept {
    if (file_ >= 0) ::close(std::exchange(file_, -1));
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
    temporary_.clear();
  }
  // The rename itself survives a power cut only with the folder; file systems that cannot do this are no error.
  void sync_folder() const {
    auto const folder = path_.has_parent_path() ? path_.parent_path() : std::filesystem::path(".");
    if (int const at = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); at >= 0) {
      std::ignore = ::fsync(at);
      ::close(at);
    }
  }

  std::filesystem::path path_, temporary_;
  int file_ = -1;
  bool direct_ = false;
};

}  // namespace dynvision

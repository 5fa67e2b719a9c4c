// The folder of a sweep, and what lies where.
//
//   sweep.json            the plan: runs, what each varies, who each is
//   results.csv           the table of results;  *.svg  figures
//   jobs/NAME.json        the resolved configuration of a run      jobs/NAME.log     what its processes wrote
//   jobs/NAME.state.json  what has become of it                    runs/NAME/latest  its run folder
//
// One sweep at a time works in a folder (a lock, which ends with the process). A process of a sweep that was killed keeps the
// lock of its run until it has ended.
//
// Errors: program.163, program.164.
#pragma once
#include <dynvision/core/error.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace program {

using namespace dynvision;

// A lock on a file: of the open file, so that a child that keeps it open keeps the lock.
class FileLock {
 public:
  FileLock() = default;
  // Taken, or not because another process has it; what else goes wrong is an error.
  static FileLock try_take(std::filesystem::path const& path) {
    FileLock lock;
    lock.file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock.file_ < 0) fail("program", 163, {path.string(), ": cannot be created: ", std::strerror(errno)});
    while (::flock(lock.file_, LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno != EWOULDBLOCK) fail("program", 163, {path.string(), ": cannot be locked: ", std::strerror(errno)});
      lock = FileLock();
      break;
    }
    return lock;
  }
  FileLock(FileLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
  }
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  explicit operator bool() const noexcept { return file_ >= 0; }
  int file() const noexcept { return file_; }

 private:
  int file_ = -1;
};

class SweepFolder {
 public:
  // Made where it is not there; refused while another sweep works in it.
  explicit SweepFolder(std::filesystem::path path) : path_(std::move(path)) {
    for (auto const& part : {path_ / "jobs", path_ / "runs"}) {
      std::error_code error;
      std::filesystem::create_directories(part, error);
      if (error) fail("program", 163, {part.string(), ": cannot be made: ", error.message()});
    }
    // A process that a killed sweep was just about to start holds its lock until it has started.
    for (int attempt = 0; attempt < 40 && !lock_; ++attempt) {
      if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
      lock_ = FileLock::try_take(path_ / ".lock");
    }
    if (!lock_) {
      fail("program", 164,
           {path_.string(), ": another sweep is at work in this folder: wait for it, or give another --folder"});
    }
    remove_leftovers();
  }

  std::filesystem::path const& path() const noexcept { return path_; }
  std::filesystem::path plan() const { return path_ / "sweep.json"; }
  std::filesystem::path results() const { return path_ / "results.csv"; }
  std::filesystem::path configuration(std::string const& run) const { return path_ / "jobs" / (run + ".json"); }
  std::filesystem::path state(std::string const& run) const { return path_ / "jobs" / (run + ".state.json"); }
  std::filesystem::path output(std::string const& run) const { return path_ / "jobs" / (run + ".log"); }
  std::filesystem::path lock(std::string const& run) const { return path_ / "jobs" / (run + ".lock"); }
  std::filesystem::path run(std::string const& run) const { return path_ / "runs" / run; }
  std::filesystem::path latest(std::string const& run) const { return path_ / "runs" / run / "latest"; }

 private:
  // Of files that a killed sweep was about to write (io/file/atomic_file.hpp).
  void remove_leftovers() const {
    for (auto const& part : {path_, path_ / "jobs"}) {
      std::error_code error;
      for (auto const& entry : std::filesystem::directory_iterator(part, error)) {
        std::string const name = entry.path().filename().string();
        std::error_code ignored;
        if (name.starts_with(".dynvision-") && name.ends_with(".partial")) std::filesystem::remove(entry, ignored);
      }
    }
  }

  std::filesystem::path path_;
  FileLock lock_;
};

}  // namespace program

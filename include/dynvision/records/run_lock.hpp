// One process at a time in a run folder.
//
//   RunLock const lock(folder);        // fails where another process is training there, and says which
//
// The file "running" in the folder says who: {"host": …, "process": …, "since": …}. The system holds the lock (flock) and lets go of
// it when the process ends, however it ends: a file that a killed process left behind stops nobody. Where several machines see
// the folder and its file system has no locks across them, the file counts for as long as its process has touched it within
// the last ten minutes (beat(), which a training calls; at most every 30 s it does something). Within a thread locks of one
// folder nest; another thread is another process.
//
// Errors: records.211, records.212, records.213.
#pragma once
#include <dynvision/core/error.hpp>

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace dynvision {

class RunLock {
 public:
  static constexpr char const* file_name = "running";
  static constexpr double stale_after = 600, beat_every = 30;  // [s]

  explicit RunLock(std::filesystem::path const& folder) : path_(folder / file_name) {
    for (int attempt = 0;; ++attempt) {
      file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
      if (file_ < 0) fail("records", 212, {path_.string(), ": the run folder cannot be taken: ", std::strerror(errno)});
      if (is_nested()) return;
      bool const locks = ::flock(file_, LOCK_EX | LOCK_NB) == 0;
      int const reason = errno;
      Holder const holder = read();
      if (!locks && (reason == EWOULDBLOCK || reason == EINTR)) refuse(211, holder);
      if (locks && !is_current()) {  // it was removed by the one before while this one waited for it
        ::close(file_);
        if (attempt < 20) continue;
        file_ = -1;
        fail("records", 212, {path_.string(), ": the run folder cannot be taken: others take it all the time"});
      }
      // Without locks the process must be asked; on another machine, whether it still touches the file.
      bool const here = holder.host == host();
      if (!locks && here && holder.process > 0 && holder.process != ::getpid() && ::kill(holder.process, 0) == 0) {
        refuse(211, holder);
      }
      if (!holder.host.empty() && !here && age() < stale_after) refuse(213, holder);
      break;
    }
    write();
    std::lock_guard const lock(access_);
    held_[key()] = std::this_thread::get_id();
  }
  RunLock(RunLock const&) = delete;
  RunLock& operator=(RunLock const&) = delete;
  ~RunLock() {
    if (file_ < 0) return;
    {
      std::lock_guard const lock(access_);
      held_.erase(key());
    }
    if (is_current()) ::unlink(path_.c_str());
    ::close(file_);
  }

  // Says that the process is still there.
  void beat() {
    if (file_ < 0) return;
    auto const now = std::chrono::steady_clock::now();
    if (std::chrono::duration<double>(now - beaten_).count() < beat_every) return;
    beaten_ = now;
    ::futimens(file_, nullptr);
  }

 private:
  struct Holder {
    std::string host, since;
    pid_t process = 0;
  };

  using Key = std::pair<dev_t, ino_t>;
  Key key() const {
    struct stat status {};
    return ::fstat(file_, &status) == 0 ? Key{status.st_dev, status.st_ino} : Key{};
  }
  bool is_nested() {
    std::lock_guard const lock(access_);
    auto const found = held_.find(key());
    if (found == held_.end()) return false;
    if (found->second != std::this_thread::get_id()) refuse(211, read());
    ::close(std::exchange(file_, -1));
    return true;
  }

  static std::string host() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "?";
  }
  // What is not readable names nobody.
  Holder read() const {
    std::array<char, 1024> text{};
    ssize_t const n = ::pread(file_, text.data(), text.size() - 1, 0);
    auto const json = nlohmann::json::parse(text.data(), text.data() + std::max<ssize_t>(n, 0), nullptr, false);
    Holder holder;
    if (!json.is_object()) return holder;
    auto const text_of = [&](char const* key) {
      return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : std::string();
    };
    holder.host = text_of("host"), holder.since = text_of("since");
    if (json.contains("process") && json["process"].is_number_integer()) holder.process = json["process"].get<pid_t>();
    return holder;
  }
  void write() {
    std::time_t const now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    std::array<char, 32> since{};
    std::strftime(since.data(), since.size(), "%Y-%m-%d %H:%M:%S", &local);
    std::string const text =
        nlohmann::json{{"host", host()}, {"process", ::getpid()}, {"since", since.data()}}.dump() + "\n";
    bool const written =
        ::ftruncate(file_, 0) == 0 && ::pwrite(file_, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size());
    if (written) return;
    int const reason = errno;
    ::unlink(path_.c_str());
    ::close(std::exchange(file_, -1));
    fail("records", 212, {path_.string(), ": the run folder cannot be taken: ", std::strerror(reason)});
  }
  // [s] since the holder touched it, by the clock of the file system.
  double age() const {
    struct stat before {
    }, now{};
    if (::fstat(file_, &before) != 0) return stale_after;
    auto const probe = path_.string() + "-" + number_text(::getpid());
    int const other = ::open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (other < 0) return stale_after;
    bool const known = ::fstat(other, &now) == 0;
    ::unlink(probe.c_str());
    ::close(other);
    return known ? static_cast<double>(now.st_mtime - before.st_mtime) : stale_after;
  }
  // Whether the name still is the file that is open.
  bool is_current() const {
    struct stat mine {
    }, there{};
    return ::fstat(file_, &mine) == 0 && ::stat(path_.c_str(), &there) == 0 && mine.st_ino == there.st_ino &&
           mine.st_dev == there.st_dev;
  }
  [[noreturn]] void refuse(int number, Holder const& holder) {
    ::close(std::exchange(file_, -1));
    std::string const folder = path_.parent_path().string();
    std::string const who =
        holder.host.empty()
            ? std::string("another process")
            : joined({"process ", static_cast<long>(holder.process), " on ", holder.host, " since ", holder.since});
    if (number == 211) {
      fail("records", 211,
           {folder, ": ", who, " is writing into this run: expected a run folder of its own, or its end"});
    }
    fail("records", 213,
         {folder, ": ", who,
          " was writing into this run less than ten minutes ago: expected its end (if it has ended, "
          "delete ",
          path_.string(), ")"});
  }

  static inline std::mutex access_;
  static inline std::map<Key, std::thread::id> held_;  // by this process

  std::filesystem::path path_;
  int file_ = -1;
  std::chrono::steady_clock::time_point beaten_ = std::chrono::steady_clock::now();
};

}  // namespace dynvision

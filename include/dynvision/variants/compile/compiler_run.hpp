// A compiler, started as a process of its own (no shell), with what it says in a file; and a line that shows that it works.
//
// Errors: variants.131, variants.132.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/records/progress.hpp>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

extern char** environ;  // NOLINT: POSIX

namespace dynvision::variants {

// A line on stderr that says for how long something has been going on: at once, and on a terminal again every half second.
class Waiting {
 public:
  Waiting(std::string text, ProgressView view)
      : text_(std::move(text)), view_(std::move(view)), start_(view_.seconds()) {
    if (!text_.empty() && !view_.terminal) *view_.out << text_ << " ...\n" << std::flush;
  }
  Waiting(Waiting const&) = delete;
  Waiting& operator=(Waiting const&) = delete;
  ~Waiting() {
    if (drawn_) *view_.out << "\r\033[K" << std::flush;
  }
  void show() {
    double const now = view_.seconds();
    if (text_.empty() || !view_.terminal || (drawn_ && now - last_ < 0.5)) return;
    *view_.out << "\r\033[K" << text_ << " ... " << number_text(static_cast<int>(now - start_)) << " s" << std::flush;
    drawn_ = true, last_ = now;
  }
  double seconds() const { return view_.seconds() - start_; }

 private:
  std::string text_;
  ProgressView view_;
  double start_, last_ = 0;
  bool drawn_ = false;
};

inline void sleep_a_moment() {
  std::timespec const moment{0, 20'000'000};  // [ns]
  ::nanosleep(&moment, nullptr);
}

// The program of this path; of its file name on PATH where it is not there any more; empty: there is none.
inline std::string find_program(std::string const& path) {
  if (path.find('/') != path.npos && ::access(path.c_str(), X_OK) == 0) return path;
  std::string const name = std::filesystem::path(path).filename();
  char const* const folders = std::getenv("PATH");
  std::string_view rest = folders == nullptr || name.empty() ? std::string_view{} : std::string_view(folders);
  while (!rest.empty()) {
    std::size_t const end = rest.find(':');
    std::string const one = std::string(rest.substr(0, end)) + "/" + name;
    if (one.front() == '/' && ::access(one.c_str(), X_OK) == 0) return one;
    rest = end == rest.npos ? std::string_view{} : rest.substr(end + 1);
  }
  return {};
}

// Runs a program to its end, with stdout and stderr in `log`; its messages are in English. Whether it succeeded.
inline bool run_program(std::vector<std::string> const& words, std::filesystem::path const& log, Waiting& waiting) {
  std::vector<char*> arguments, environment;
  for (std::string const& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::string english = "LC_ALL=C";
  environment.push_back(english.data());
  for (char** one = environ; *one != nullptr; ++one) {
    if (!std::string_view(*one).starts_with("LC_ALL=")) environment.push_back(*one);
  }
  environment.push_back(nullptr);
  ::posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  ::pid_t child = 0;
  int const reason =
      ::posix_spawn(&child, words.front().c_str(), &actions, nullptr, arguments.data(), environment.data());
  ::posix_spawn_file_actions_destroy(&actions);
  if (reason != 0) fail("variants", 131, {words.front(), ": cannot be started: ", std::strerror(reason)});
  int status = 0;
  for (::pid_t ended = 0; ended != child;) {
    ended = ::waitpid(child, &status, WNOHANG);
    if (ended < 0 && errno != EINTR)
      fail("variants", 131, {words.front(), ": cannot be waited for: ", std::strerror(errno)});
    if (ended == 0) waiting.show(), sleep_a_moment();
  }
  if (WIFSIGNALED(status)) {
    fail("variants", 132,
         {words.front(), " was ended by signal ", WTERMSIG(status), " (", ::strsignal(WTERMSIG(status)),
          "): interrupted, or out of memory: a variant takes about 0.5 GB"});
  }
  return WEXITSTATUS(status) == 0;
}

}  // namespace dynvision::variants

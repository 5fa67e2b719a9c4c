// A command that runs beside this program, as a process of its own: what happens to it does not happen to us.
//
//   ChildProcess child({.command = {"/bin/echo", "hello"}, .output = "hello.log"});
//   while (child.running()) …;        child.exit_status() == 0
//
// Its output goes to the end of a file, its input is empty. It is a process group of its own, so that Ctrl-C on the terminal
// reaches it through us alone: send(SIGINT). Where this program dies, whatever of, the system sends it SIGTERM (Linux).
// `keep_open` stays open in it and in what it starts: a lock on that file lasts as long as they do.
//
// Errors: program.161, program.162.
#pragma once
#include <dynvision/core/error.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

extern char** environ;

namespace program {

using namespace dynvision;

struct ChildCommand {
  std::vector<std::string> command;                                // the program, with its path, and its arguments
  std::vector<std::pair<std::string, std::string>> environment{};  // beside or in place of ours
  std::filesystem::path output = "/dev/null";
  int keep_open = -1;
};

class ChildProcess {
 public:
  explicit ChildProcess(ChildCommand const& start) {
    std::vector<char*> arguments;
    for (std::string const& word : start.command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    std::vector<std::string> const texts = environment_with(start.environment);
    std::vector<char*> environment;
    for (std::string const& text : texts) environment.push_back(const_cast<char*>(text.c_str()));
    environment.push_back(nullptr);

    int const output = ::open(start.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (output < 0) fail("program", 161, {start.output.string(), ": cannot be opened: ", std::strerror(errno)});
    int const input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    int report[2] = {-1, -1};  // closed by a successful exec; otherwise the reason comes through
    if (input < 0 || ::pipe2(report, O_CLOEXEC) != 0) {
      int const reason = errno;
      close_all({output, input});
      fail("program", 162, {start.command[0], ": cannot be started: ", std::strerror(reason)});
    }
    pid_t const parent = ::getpid();
    id_ = ::fork();
    if (id_ == 0) become(arguments, environment, {input, output}, start.keep_open, report[1], parent);
    int const forked = errno;
    ::setpgid(id_, id_);  // here as well as there: whoever comes first
    close_all({output, input, report[1]});
    int reason = id_ < 0 ? forked : 0;
    while (id_ > 0 && ::read(report[0], &reason, sizeof reason) < 0 && errno == EINTR) {
    }
    ::close(report[0]);
    if (reason == 0) return;
    if (id_ > 0) ::waitpid(std::exchange(id_, -1), nullptr, 0);
    fail("program", 162, {start.command[0], ": cannot be started: ", std::strerror(reason)});
  }
  ChildProcess(ChildProcess const&) = delete;
  ChildProcess& operator=(ChildProcess const&) = delete;
  ~ChildProcess() {  // left in the middle: an error of ours ends it
    if (!running()) return;
    send(SIGTERM);
    while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }

  bool running() {
    if (ended_) return false;
    int status = 0;
    pid_t const found = ::waitpid(id_, &status, WNOHANG);
    if (found == 0 || (found < 0 && errno == EINTR)) return true;
    ended_ = true;
    signal_ = found > 0 && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    exit_status_ = found > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 128 + signal_;
    return false;
  }
  // To it and to what it has started.
  void send(int signal) const {
    if (!ended_ && ::kill(-id_, signal) != 0) std::ignore = ::kill(id_, signal);
  }
  pid_t id() const noexcept { return id_; }
  // Once it has ended: what it returned, or 128 + the signal that ended it.
  int exit_status() const noexcept { return exit_status_; }
  int signal() const noexcept { return signal_; }  // 0: it ended by itself

 private:
  static void close_all(std::initializer_list<int> files) {
    for (int const file : files) {
      if (file >= 0) ::close(file);
    }
  }
  static std::vector<std::string> environment_with(std::vector<std::pair<std::string, std::string>> const& own) {
    std::vector<std::string> all;
    for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
      std::string_view const text = *at;
      bool replaced = false;
      for (auto const& [name, value] : own) replaced = replaced || text.starts_with(name + "=");
      if (!replaced) all.emplace_back(text);
    }
    for (auto const& [name, value] : own) all.push_back(name + "=" + value);
    return all;
  }
  // In the child, until it is another program: only what may be called after fork().
  [[noreturn]] static void become(std::vector<char*> const& arguments, std::vector<char*> const& environment,
                                  std::pair<int, int> files, int keep_open, int report, pid_t parent) {
    ::setpgid(0, 0);
#if defined(__linux__)
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (::getppid() != parent) ::_exit(143);  // it died before we asked
#endif
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::dup2(files.first, STDIN_FILENO), ::dup2(files.second, STDOUT_FILENO), ::dup2(files.second, STDERR_FILENO);
    if (keep_open >= 0) ::fcntl(keep_open, F_SETFD, 0);
    ::execve(arguments[0], arguments.data(), environment.data());
    int const reason = errno;
    std::ignore = ::write(report, &reason, sizeof reason);
    ::_exit(127);
  }

  pid_t id_ = -1;
  bool ended_ = false;
  int exit_status_ = 0, signal_ = 0;
};

}  // namespace program

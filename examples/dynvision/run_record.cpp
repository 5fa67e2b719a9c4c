#include "run_record.hpp"

#include <dynvision/core/number_text.hpp>
#include <dynvision/version.hpp>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include "this_machine.hpp"
#include <fcntl.h>
#include <spawn.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <optional>
#include <string_view>
#include <thread>

namespace program {

namespace {

// What git says, without a shell, without what a repository could ask it to start; nothing where it fails.
std::optional<std::string> git(std::vector<std::string> words) {
  words.insert(words.begin(), {"git", "--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.pager=cat"});
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return std::nullopt;
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  ::posix_spawn_file_actions_addclose(&actions, ends[0]);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  pid_t child = 0;
  bool const started = ::posix_spawnp(&child, "git", &actions, nullptr, arguments.data(), environ) == 0;
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  std::string text;
  if (started) {
    std::array<char, 4096> part{};
    for (ssize_t n = 0; (n = ::read(ends[0], part.data(), part.size())) > 0;) {
      if (text.size() < 1U << 20U) text.append(part.data(), static_cast<std::size_t>(n));
    }
  }
  ::close(ends[0]);
  int status = -1;
  if (started) ::waitpid(child, &status, 0);
  if (status != 0) return std::nullopt;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string time_text() {
  std::time_t const now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S%z", &local)};
}

}  // namespace

Json git_state() {
  std::optional<std::string> const commit = git({"rev-parse", "HEAD"});
  if (!commit) return nullptr;
  Json changed = Json::array();
  std::string const status = git({"status", "--porcelain", "--untracked-files=no"}).value_or("");
  for (std::size_t at = 0; at < status.size();) {
    std::size_t const end = std::min(status.find('\n', at), status.size());
    if (end > at + 3) changed.push_back(status.substr(at + 3, end - at - 3));
    at = end + 1;
  }
  return {
      {"commit", *commit}, {"branch", git({"rev-parse", "--abbrev-ref", "HEAD"}).value_or("")}, {"changed", changed}};
}

Json about_this_program() {
  utsname system{};
  ::uname(&system);
  return {{"started", time_text()},
          {"versions",
           {{"dynvision", dynvision::version},
            {"libtorch", TORCH_VERSION},
            {"compiler", __VERSION__},
            {"cpu_instructions", at::get_cpu_capability()}}},
          {"machine",
           {{"host", std::string(system.nodename)},
            {"system", std::string(system.sysname) + " " + system.release + " " + system.machine},
            {"processor", processor()},
            {"cores", std::thread::hardware_concurrency()},
            {"memory", memory_bytes()},
            {"gpus", n_usable_gpus()}}},
          {"threads", at::get_num_threads()},
          {"git", git_state()}};
}

std::string shell_text(std::vector<std::string> const& words) {
  std::string all;
  for (std::string const& word : words) {
    bool const plain = !word.empty() && word.find_first_not_of(
                                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                            "0123456789_-+=.,/:@%") == word.npos;
    std::string quoted = "'";
    for (char const c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    all += (all.empty() ? "" : " ") + (plain ? word : quoted + "'");
  }
  return all;
}

std::vector<std::string>& started_with() {
  static std::vector<std::string> words;
  return words;
}

}  // namespace program

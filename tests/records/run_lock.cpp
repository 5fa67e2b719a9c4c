#include <dynvision/records/run_lock.hpp>

#include "../io/failure.hpp"
#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sys/wait.h>

#include <optional>

using namespace dynvision;

namespace {

// Another process that takes the folder, and the end that it comes to when told so.
struct Other {
  pid_t process = 0;
  explicit Other(std::filesystem::path const& folder) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    process = ::fork();
    if (process == 0) {
      RunLock const lock(folder);
      if (::write(ready[1], "x", 1) != 1) ::_exit(1);
      ::pause();
      ::_exit(0);
    }
    char byte = 0;
    ::close(ready[1]);
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
  }
  void kill() {
    if (process == 0) return;
    ::kill(process, SIGKILL);
    ::waitpid(std::exchange(process, 0), nullptr, 0);
  }
  ~Other() { kill(); }
};

}  // namespace

TEST_CASE("a run folder has one process", "[records]") {
  TemporaryFolder const folder;
  {
    Other other(folder.path);
    std::string const text = message([&] { RunLock const lock(folder.path); });
    CHECK(text.starts_with("[dynvision.records.211] "));
    CHECK(text.find("process " + std::to_string(other.process) + " on ") != std::string::npos);
    other.kill();
    CHECK(std::filesystem::exists(folder / RunLock::file_name));  // what a killed process leaves stops nobody
    RunLock lock(folder.path);
    lock.beat();
  }
  CHECK(folder.n_files() == 0);
}

TEST_CASE("locks nest within a thread, and another thread is another process", "[records]") {
  TemporaryFolder const folder;
  std::optional<RunLock> lock(folder.path);
  { RunLock const nested(folder.path); }
  CHECK(std::filesystem::exists(folder / RunLock::file_name));
  std::string found;
  std::thread([&] { found = failure([&] { RunLock const other(folder.path); }); }).join();
  CHECK(found == "records.211");
  lock.reset();
  std::thread([&] { found = failure([&] { RunLock const other(folder.path); }); }).join();
  CHECK(found == "none");
}

TEST_CASE("a lock of another machine counts while it is fresh", "[records]") {
  TemporaryFolder const folder;
  auto const path =
      folder.file(RunLock::file_name, R"({"host":"elsewhere","process":12,"since":"2026-01-31 14:25:01"})");
  std::string const text = message([&] { RunLock const lock(folder.path); });
  CHECK(text.starts_with("[dynvision.records.213] "));
  CHECK(text.find("process 12 on elsewhere since 2026-01-31 14:25:01") != std::string::npos);
  CHECK(folder.n_files() == 1);
  std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) - std::chrono::minutes(11));
  CHECK(failure([&] { RunLock const lock(folder.path); }) == "none");
}

TEST_CASE("a lock that cannot be read names nobody, and one that cannot be made is an error", "[records]") {
  TemporaryFolder const folder;
  for (auto const* const text : {"", "{", "[1]", R"({"host":3,"process":"x"})"}) {
    folder.file(RunLock::file_name, text);
    CHECK(failure([&] { RunLock const lock(folder.path); }) == "none");
  }
  CHECK(failure([&] { RunLock const lock(folder / "missing"); }) == "records.212");
}

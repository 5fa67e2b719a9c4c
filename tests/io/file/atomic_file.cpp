#include <dynvision/io/file/atomic_file.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>

#include <csignal>
#include <string>

using dynvision::AtomicFile;

TEST_CASE("a committed file has all bytes, and nothing else is left", "[io]") {
  TemporaryFolder const folder;
  AtomicFile file(folder / "a");
  file.write("one ");
  file.write("two");
  CHECK_FALSE(std::filesystem::exists(folder / "a"));
  file.commit();
  CHECK(contents(folder / "a") == "one two");
  CHECK(folder.n_files() == 1);
  CHECK(failure([&] { file.write("three"); }) == "io.106");
  CHECK(failure([&] { file.commit(); }) == "io.106");
  CHECK(contents(folder / "a") == "one two");
}

TEST_CASE("without a commit the old file stays", "[io]") {
  TemporaryFolder const folder;
  folder.file("a", "old");
  { AtomicFile(folder / "a").write("new"); }
  CHECK(contents(folder / "a") == "old");
  CHECK(folder.n_files() == 1);
}

TEST_CASE("a replaced file keeps its permissions, a link stays a link", "[io]") {
  TemporaryFolder const folder;
  folder.file("a", "old");
  auto const only_owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(folder / "a", only_owner);
  std::filesystem::create_symlink("a", folder / "link");
  AtomicFile file(folder / "link");
  file.write("new");
  file.commit();
  CHECK(contents(folder / "a") == "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(std::filesystem::status(folder / "a").permissions() == only_owner);
}

TEST_CASE("a link to a file that is not there yet creates it", "[io]") {
  TemporaryFolder const folder;
  std::filesystem::create_symlink("a", folder / "link");
  AtomicFile file(folder / "link");
  file.write("new");
  file.commit();
  CHECK(contents(folder / "a") == "new");
}

TEST_CASE("a full disk is an error that names the file", "[io]") {
  if (!std::filesystem::exists("/dev/full")) SKIP("no /dev/full");
  AtomicFile file("/dev/full");
  std::string const text = message([&] { file.write("x"); });
  CHECK(text.starts_with("[dynvision.io.103] /dev/full: "));
  CHECK(text.find("No space left") != std::string::npos);
  CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("a write that fails halfway leaves nothing behind", "[io]") {
  TemporaryFolder const folder;
  folder.file("a", "old");
  struct rlimit before {};
  ::getrlimit(RLIMIT_FSIZE, &before);
  struct rlimit limited = before;
  limited.rlim_cur = 1000;
  auto const old_handler = std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &limited);
  std::string const number = failure([&] {
    AtomicFile file(folder / "a");
    for (int i = 0; i < 100; ++i) file.write(std::string(100, 'x'));
    file.commit();
  });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  CHECK(number == "io.103");
  CHECK(contents(folder / "a") == "old");
  CHECK(folder.n_files() == 1);
}

TEST_CASE("places where no file can be", "[io]") {
  TemporaryFolder const folder;
  CHECK(failure([&] { AtomicFile file(folder.path); }) == "io.101");
  CHECK(failure([&] { AtomicFile file(folder.path.string() + "/"); }) == "io.101");
  CHECK(failure([&] { AtomicFile file(""); }) == "io.101");
  CHECK(failure([&] { AtomicFile file(folder / "missing/a"); }) == "io.102");
  CHECK(failure([&] {
          AtomicFile file(folder / "b");
          std::filesystem::create_directories(folder / "b/c");
          file.commit();
        }) == "io.105");
  CHECK(folder.n_files() == 1);
}

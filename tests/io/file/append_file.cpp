#include <dynvision/io/file/append_file.hpp>

#include "../failure.hpp"
#include "../temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sys/resource.h>

#include <csignal>

using namespace dynvision;

TEST_CASE("a file grows at its end, by whole pieces", "[io]") {
  TemporaryFolder const folder;
  auto const path = folder.file("a", "12345");
  {
    AppendFile file(path);
    CHECK(file.size() == 5);
    file.append("67");
    CHECK(contents(path) == "1234567");
  }
  AppendFile file(path, 3);
  CHECK(contents(path) == "123");
  file.append("x");
  CHECK(contents(path) == "123x");

  // A file that may not grow beyond ten bytes, as on a full disk: what fits of a piece is cut off again.
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  auto const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit const small{10, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  std::string const error = failure([&] { file.append("0123456789"); });
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(error == "io.155");
  CHECK(contents(path) == "123x");
  file.append("y");
  CHECK(contents(path) == "123xy");
}

TEST_CASE("a file that cannot be opened or written is an error", "[io]") {
  TemporaryFolder const folder;
  CHECK(failure([&] { AppendFile(folder / "missing/a"); }) == "io.154");
  if (std::filesystem::exists("/dev/full")) CHECK(failure([&] { AppendFile("/dev/full").append("x"); }) == "io.155");
}

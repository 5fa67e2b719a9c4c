#include <dynvision/io/file/input_file.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>

#include <string>

using dynvision::InputFile;

TEST_CASE("any part of a file can be read", "[io]") {
  TemporaryFolder const folder;
  InputFile const file(folder.file("a", "0123456789"));
  CHECK(file.size() == 10);
  std::string part(3, ' ');
  file.read(4, part.data(), part.size());
  CHECK(part == "456");
  CHECK(failure([&] { file.read(8, part.data(), part.size()); }) == "io.114");
}

TEST_CASE("what is no file", "[io]") {
  TemporaryFolder const folder;
  CHECK(failure([&] { InputFile file(folder / "missing"); }) == "io.111");
  CHECK(failure([&] { InputFile file(folder.file("a", "") / "b"); }) == "io.112");
  CHECK(failure([&] { InputFile file(folder.path); }) == "io.113");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(failure([&] { InputFile file(folder / "pipe"); }) == "io.113");
}

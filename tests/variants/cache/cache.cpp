// covers: variants/cache/content_id.hpp variants/cache/private_folder.hpp variants/cache/folder_lock.hpp
// covers: variants/cache/object_file.hpp
// The folder of compiled variants is this user's alone; what was cut off, changed or is of another build is not there.
#include <dynvision/variants/cache/folder_lock.hpp>
#include <dynvision/variants/cache/object_file.hpp>
#include <dynvision/variants/cache/private_folder.hpp>

#include "io/failure.hpp"
#include "io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>
#include <sys/stat.h>
#include <unistd.h>

using namespace dynvision;
using namespace dynvision::variants;
namespace fs = std::filesystem;

namespace {
mode_t mode_of(fs::path const& path) {
  struct ::stat s {};
  ::lstat(path.c_str(), &s);
  return s.st_mode & 07777U;
}
void put(fs::path const& path, std::string const& text) { std::ofstream(path, std::ios::binary) << text; }
}  // namespace

TEST_CASE("a content has a name", "[variants]") {
  CHECK(content_id("text") == content_id("text"));
  CHECK(content_id("text") != content_id("texts"));
  CHECK(content_id("").size() == 36);
  TemporaryFolder const folder;
  CHECK(headers_id(folder.path / "none").empty());
  fs::create_directories(folder.path / "a");
  put(folder.path / "a/b.hpp", "1");
  put(folder.path / "c.ipp", "2");
  put(folder.path / "notes.txt", "3");
  std::string const before = headers_id(folder.path);
  CHECK(before == content_id("a/b.hpp " + content_id("1") + "\nc.ipp " + content_id("2") + "\n"));
  put(folder.path / "notes.txt", "4");
  CHECK(headers_id(folder.path) == before);
  put(folder.path / "c.ipp", "20");
  CHECK(headers_id(folder.path) != before);
}

TEST_CASE("the cache is made private, and refused where it is not", "[variants]") {
  TemporaryFolder const all;
  fs::path const above = all.path / "cache";
  fs::path const made = private_folder(above / "dynvision/build", 2);
  CHECK(made == fs::canonical(above) / "dynvision/build");
  CHECK(mode_of(above) == 0700);
  CHECK(mode_of(above / "dynvision") == 0700);
  CHECK(mode_of(made) == 0700);
  CHECK(private_folder(above / "dynvision/build", 2) == made);
  auto const refused = [&] { return failure([&] { private_folder(above / "dynvision/build", 2); }); };
  for (mode_t const mode : {0770U, 0702U, 01777U}) {
    ::chmod((above / "dynvision").c_str(), mode);
    CHECK(refused() == "variants.123");
  }
  ::chmod((above / "dynvision").c_str(), 0755);  // to be read is no harm
  CHECK(refused() == "none");
  ::chmod(above.c_str(), 0777);  // then others could put another folder in its place
  CHECK(refused() == "variants.123");
  ::chmod(above.c_str(), 01777);  // as /tmp is
  CHECK(refused() == "none");
  fs::remove_all(above / "dynvision/build");
  fs::create_directories(all.path / "elsewhere");
  fs::create_directory_symlink(all.path / "elsewhere", above / "dynvision/build");
  CHECK(refused() == "variants.123");
  fs::remove(above / "dynvision/build");
  put(above / "dynvision/build", "a file");
  CHECK(refused() == "variants.123");
  if (::geteuid() == 0) {  // only root can give a folder away
    fs::remove(above / "dynvision/build");
    fs::create_directory(above / "dynvision/build");
    REQUIRE(::chown((above / "dynvision/build").c_str(), 12345, 12345) == 0);
    CHECK(refused() == "variants.123");
  }
  fs::create_directory_symlink(all.path / "nowhere", all.path / "dangling");
  CHECK(failure([&] { private_folder(all.path / "dangling/dynvision"); }) == "variants.122");
}

TEST_CASE("where the cache lies", "[variants]") {
  std::string const xdg = std::getenv("XDG_CACHE_HOME") ? std::getenv("XDG_CACHE_HOME") : "";
  ::setenv("XDG_CACHE_HOME", "/somewhere", 1);
  CHECK(default_cache() == "/somewhere/dynvision");
  ::setenv("XDG_CACHE_HOME", "relative", 1);
  CHECK(default_cache().string().ends_with(".cache/dynvision"));
  xdg.empty() ? ::unsetenv("XDG_CACHE_HOME") : ::setenv("XDG_CACHE_HOME", xdg.c_str(), 1);
}

TEST_CASE("an object is taken whole, of its build, and of files as they are", "[variants]") {
  TemporaryFolder const folder;
  fs::path const place = folder.path / "one.so", source = folder.path / "mine.hpp";
  put(source, "struct A {};");
  write_object(place, std::string(1000, 'x'), "type\nbuild", {source});
  CHECK(mode_of(place) == 0600);
  CHECK(is_sound_object(place, "type\nbuild"));
  CHECK_FALSE(is_sound_object(place, "type\nanother build"));
  CHECK_FALSE(is_sound_object(folder.path / "none.so", "type\nbuild"));
  std::string const whole = own_bytes(place);
  for (std::size_t const size : {std::size_t{0}, std::size_t{1}, std::size_t{15}, std::size_t{500}, whole.size() - 1}) {
    put(place, whole.substr(0, size));
    CHECK_FALSE(is_sound_object(place, "type\nbuild"));
  }
  for (std::size_t i = 0; i < whole.size(); i += 7) {
    std::string other = whole;
    other[i] = static_cast<char>(other[i] ^ 1);
    put(place, other);
    CHECK_FALSE(is_sound_object(place, "type\nbuild"));
  }
  put(place, std::string(100, '\0') + "dynvision objectffffffffffffffff");
  CHECK_FALSE(is_sound_object(place, "type\nbuild"));
  put(place, whole);
  CHECK(is_sound_object(place, "type\nbuild"));
  ::chmod(place.c_str(), 0666);
  CHECK_FALSE(is_sound_object(place, "type\nbuild"));
  ::chmod(place.c_str(), 0600);
  put(source, "struct B {};");
  CHECK_FALSE(is_sound_object(place, "type\nbuild"));
  put(source, "struct A {};");
  CHECK(is_sound_object(place, "type\nbuild"));
  fs::remove(source);
  CHECK_FALSE(is_sound_object(place, "type\nbuild"));
  put(source, "struct A {};");
  fs::rename(place, folder.path / "two.so");
  fs::create_symlink(folder.path / "two.so", place);
  CHECK_FALSE(is_sound_object(place, "type\nbuild"));
}

TEST_CASE("one process at a time has the lock of a name", "[variants]") {
  TemporaryFolder const folder;
  FolderLock second(folder.path / "a.lock");
  {
    FolderLock first(folder.path / "a.lock");
    CHECK(first.try_once());
    CHECK_FALSE(second.try_once());
    FolderLock other(folder.path / "b.lock");
    CHECK(other.try_once());
  }
  CHECK(second.try_once());
}

// covers: io/zip/directory.hpp
// covers: io/zip/reader.hpp
// covers: io/zip/writer.hpp
#include <dynvision/io/zip/reader.hpp>
#include <dynvision/io/zip/writer.hpp>

#include "failure.hpp"
#include "raw_zip.hpp"
#include "temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

using namespace dynvision;

namespace {

// The error of opening a file with these bytes and reading all of it.
std::string refused(std::string const& bytes) {
  TemporaryFolder const folder;
  auto const path = folder.file("a.zip", bytes);
  return failure([&] {
    ZipReader const zip(path);
    for (ZipEntry const& entry : zip.entries()) zip.text(entry);
  });
}

}  // namespace

TEST_CASE("what a zip writer writes comes back, aligned", "[io][zip]") {
  TemporaryFolder const folder;
  std::vector<std::pair<std::string, std::string>> const parts{
      {"a", ""}, {"folder/b", "text"}, {"folder/c", std::string(100'000, '\7')}, {"d", std::string(63, 'x')}};
  ZipWriter writer(folder / "a.zip");
  for (auto const& [name, bytes] : parts) writer.add(name, bytes);
  writer.commit();
  ZipReader const zip(folder / "a.zip");
  REQUIRE(zip.entries().size() == parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ZipEntry const& entry = zip.entries()[i];
    CHECK(entry.name == parts[i].first);
    CHECK(entry.begin % 64 == 0);
    CHECK(zip.text(entry) == parts[i].second);
  }
  CHECK(zip.find("folder/b") != nullptr);
  CHECK(zip.find("b") == nullptr);
}

TEST_CASE("deflated entries are unpacked", "[io][zip]") {
  TemporaryFolder const folder;
  std::mt19937_64 generator(1);
  std::string noise(300'000, '\0');
  for (char& c : noise) c = static_cast<char>(generator());
  auto const path = folder.file(
      "a.zip", raw_zip({{"zeros", std::string(5'000'000, '\0'), true}, {"noise", noise, true}, {"none", "", true}}));
  ZipReader const zip(path);
  CHECK(zip.text(*zip.find("zeros")) == std::string(5'000'000, '\0'));
  CHECK(zip.text(*zip.find("noise")) == noise);
  CHECK(zip.text(*zip.find("none")).empty());
}

TEST_CASE("sizes of 64 bits, in the entry and at the end", "[io][zip]") {
  std::string const data = "sixty-four";
  RawEntry wide{"a", data};
  wide.size = wide.stored_size = 0xFFFFFFFF;
  wide.extra = raw_number(7, 2) + raw_number(2, 2) + "xx" + raw_number(1, 2) + raw_number(16, 2) +
               raw_number(data.size(), 8) + raw_number(data.size(), 8);
  std::string bytes = raw_zip({wide});
  CHECK(refused(bytes) == "none");
  std::string const end = bytes.substr(bytes.size() - 22);
  std::string const size = end.substr(12, 4) + raw_number(0, 4), begin = end.substr(16, 4) + raw_number(0, 4);
  bytes.resize(bytes.size() - 22);
  std::string const at = raw_number(bytes.size(), 8);
  auto const whole = [&](std::string const& where, std::uint64_t n = 1) {
    return bytes + "PK\6\6" + raw_number(44, 8) + raw_number(45, 4) + raw_number(0, 8) + raw_number(n, 8) +
           raw_number(n, 8) + size + begin + "PK\6\7" + raw_number(0, 4) + where + raw_number(1, 4) + "PK\5\6" +
           raw_number(0, 4) + raw_number(0xFFFF, 2) + raw_number(0xFFFF, 2) + raw_number(0xFFFFFFFF, 4) +
           raw_number(0xFFFFFFFF, 4) + raw_number(0, 2);
  };
  CHECK(refused(whole(at)) == "none");
  CHECK(refused(whole(at, 1'000'000'000)) == "io.202");
  CHECK(refused(whole(at, ~std::uint64_t{0})) == "io.202");
  CHECK(refused(whole(raw_number(1, 8))) == "io.201");
  CHECK(refused(whole(raw_number(~std::uint64_t{0}, 8))) == "io.201");
}

TEST_CASE("zip files that lie", "[io][zip]") {
  RawEntry const good{"a", "12345678"};
  CHECK(refused(raw_zip({good})) == "none");
  CHECK(refused("") == "io.201");
  CHECK(refused("PK\3\4 and nothing else") == "io.201");
  CHECK(refused(raw_zip({good}, {{"entries", 2}})) == "io.202");
  CHECK(refused(raw_zip({good}, {{"entries", 60'000}})) == "io.202");
  CHECK(refused(raw_zip({good}, {{"size", 0xFFFFFFF0}})) == "io.202");
  CHECK(refused(raw_zip({good}, {{"begin", 0xFFFFFFF0}})) == "io.202");
  CHECK(refused(raw_zip({good}, {{"begin", 3}})) == "io.202");
  CHECK(refused(raw_zip({good}, {{"disk", 1}})) == "io.203");
  auto const one = [&](auto&& change) {
    RawEntry entry = good;
    change(entry);
    return refused(raw_zip({entry}));
  };
  CHECK(one([](RawEntry& e) { e.method = 12; }) == "io.203");
  CHECK(one([](RawEntry& e) { e.flags = 1; }) == "io.203");
  CHECK(one([](RawEntry& e) { e.size = 1'000'000'000; }) == "io.206");
  CHECK(one([](RawEntry& e) { e.size = e.stored_size = 1'000'000'000; }) == "io.206");
  CHECK(one([](RawEntry& e) { e.local = 1'000'000; }) == "io.206");
  CHECK(one([](RawEntry& e) { e.local = 1; }) == "io.202");
  CHECK(one([](RawEntry& e) { e.crc = 1; }) == "io.210");
  CHECK(one([](RawEntry& e) { e.deflate = true, e.size = 1'000'000; }) == "io.206");
  CHECK(one([](RawEntry& e) { e.deflate = true, e.size = 9; }) == "io.209");
  CHECK(one([](RawEntry& e) { e.deflate = true, e.size = 7; }) == "io.209");
  CHECK(one([](RawEntry& e) { e.deflate = true, e.size = 0; }) == "io.209");
  CHECK(one([](RawEntry& e) { e.deflate = true, e.stored_size = 2; }) == "io.209");
  CHECK(one([](RawEntry& e) { e.method = 8; }) == "io.209");
}

TEST_CASE("names that come twice or lead out of the archive", "[io][zip]") {
  CHECK(refused(raw_zip({{"a", "1"}, {"a", "2"}})) == "io.204");
  for (std::string const name : {"../a", "/etc/passwd", "a/../../b", "a\\b", "..", "a/..", "C:a", ""})
    CHECK(refused(raw_zip({{name, "1"}})) == "io.205");
  CHECK(refused(raw_zip({{std::string("a\0b", 3), "1"}})) == "io.205");
  CHECK(refused(raw_zip({{"..a/b..", "1"}})) == "none");
}

TEST_CASE("entries that overlap", "[io][zip]") {
  RawEntry inside{"b", "1234"};
  inside.local = 0;
  CHECK(refused(raw_zip({{"a", "1234"}, inside})) == "io.207");
}

TEST_CASE("a bomb of many entries is bounded before anything is unpacked", "[io][zip]") {
  std::vector<RawEntry> entries;
  for (int i = 0; i < 20; ++i) {
    RawEntry entry{"zeros" + std::to_string(i), std::string(1'000'000, '\0'), true};
    entry.size = 1'000'000;
    entries.push_back(entry);
  }
  CHECK(refused(raw_zip(entries)) == "none");
  // 5 entries that say 4 GB each, with enough bytes to make it possible.
  entries.clear();
  std::string noise(4'100'000, '\0');
  std::mt19937_64 generator(1);
  for (char& c : noise) c = static_cast<char>(generator());
  for (int i = 0; i < 5; ++i) {
    RawEntry entry{"bomb" + std::to_string(i), noise};
    entry.method = 8;
    entry.size = 0xF0000000;
    entries.push_back(entry);
  }
  CHECK(refused(raw_zip(entries)) == "io.206");
}

TEST_CASE("a damaged zip file is read or refused", "[io][zip]") {
  TemporaryFolder const folder;
  std::string const whole = raw_zip({{"a", "12345678"}, {"b/c", std::string(500, 'x'), true}});
  std::mt19937_64 generator(1);
  int n_refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    for (int changes = 1 + i % 3; changes > 0; --changes) {
      auto const drawn = generator();
      bytes[(drawn >> 32U) % bytes.size()] = static_cast<char>(drawn >> 8U);
    }
    if (i % 7 == 0) bytes.resize(generator() % bytes.size());
    n_refused += failure([&] {
                   ZipReader const zip(folder.file("a.zip", bytes));
                   for (ZipEntry const& entry : zip.entries()) zip.text(entry);
                 }) != "none";
  }
  CHECK(n_refused > 500);
}

#include <dynvision/io/idx.hpp>

#include "failure.hpp"
#include "temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <vector>

using namespace dynvision;

namespace {

std::string idx(int type, std::vector<std::uint32_t> const& shape, std::string const& elements) {
  std::string bytes{'\0', '\0', static_cast<char>(type), static_cast<char>(shape.size())};
  for (std::uint32_t const n : shape)
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(n >> static_cast<unsigned>(shift) & 0xFFU);
  return bytes + elements;
}

std::filesystem::path packed(TemporaryFolder const& folder, std::string const& bytes) {
  auto const path = folder / "a.gz";
  gzFile const file = gzopen(path.c_str(), "wb");
  gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(file);
  return path;
}

template <class T> std::vector<T> numbers(Tensor const& tensor) {
  auto const* const data = static_cast<T const*>(tensor.const_data_ptr());
  return {data, data + tensor.numel()};
}

}  // namespace

TEST_CASE("IDX files of every type, plain and packed", "[io]") {
  TemporaryFolder const folder;
  std::string const bytes = idx(0x08, {2, 3}, "\1\2\3\4\5\6");
  for (auto const& path : {folder.file("a", bytes), packed(folder, bytes)}) {
    Tensor const tensor = read_idx(path);
    CHECK(tensor.sizes() == at::IntArrayRef({2, 3}));
    CHECK(numbers<std::uint8_t>(tensor) == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6});
  }
  auto const read = [&](int type, std::string const& elements) {
    return read_idx(folder.file("a", idx(type, {1}, elements)));
  };
  CHECK(numbers<std::int8_t>(read(0x09, "\xFF")) == std::vector<std::int8_t>{-1});
  CHECK(numbers<std::int16_t>(read(0x0B, "\x01\x02")) == std::vector<std::int16_t>{258});
  CHECK(numbers<std::int32_t>(read(0x0C, std::string("\xFF\xFF\xFF\xFE", 4))) == std::vector<std::int32_t>{-2});
  CHECK(numbers<float>(read(0x0D, std::string("\x3F\x80\x00\x00", 4))) == std::vector<float>{1});
  CHECK(numbers<double>(read(0x0E, std::string("\xBF\xF0\0\0\0\0\0\0", 8))) == std::vector<double>{-1});
}

TEST_CASE("empty and 0-d arrays", "[io]") {
  TemporaryFolder const folder;
  CHECK(read_idx(folder.file("a", idx(0x0C, {3, 0}, ""))).sizes() == at::IntArrayRef({3, 0}));
  Tensor const scalar = read_idx(folder.file("a", idx(0x08, {}, "\7")));
  CHECK(scalar.dim() == 0);
  CHECK(numbers<std::uint8_t>(scalar) == std::vector<std::uint8_t>{7});
}

TEST_CASE("what is no IDX file", "[io]") {
  TemporaryFolder const folder;
  auto const refused = [&](std::string const& bytes) {
    std::string const plain = failure([&] { read_idx(folder.file("a", bytes)); });
    CHECK(failure([&] { read_idx(packed(folder, bytes)); }) == plain);
    return plain;
  };
  CHECK(failure([&] { read_idx(folder / "missing"); }) == "io.111");
  CHECK(failure([&] { read_idx(folder.path); }) == "io.113");
  CHECK(refused("") == "io.163");
  CHECK(refused("abc") == "io.163");
  CHECK(refused("abcdefgh") == "io.163");
  CHECK(refused(idx(0x0A, {1}, "1")) == "io.164");
  CHECK(refused(idx(0x08, {1, 1}, "").substr(0, 9)) == "io.165");
  CHECK(refused(idx(0x08, {65536, 65536, 65536, 65536}, "")) == "io.166");
  CHECK(refused(idx(0x0E, {0, 0xFFFFFFFF, 0xFFFFFFFF}, "")) == "io.166");
  CHECK(refused(idx(0x08, {6}, "12345")) == "io.167");
  CHECK(refused(idx(0x08, {2000000000}, "12345")) == "io.167");
  CHECK(refused(idx(0x08, {6}, "1234567")) == "io.168");
  CHECK(failure([&] { read_idx(folder.file("a", idx(0x08, {6}, "123456")), 5); }) == "io.166");
}

TEST_CASE("damaged gzip data", "[io]") {
  TemporaryFolder const folder;
  std::string elements(5000, ' ');
  std::uint32_t state = 1;
  for (char& c : elements) c = static_cast<char>((state = state * 1664525U + 1013904223U) >> 24U);
  std::string const whole = contents(packed(folder, idx(0x08, {5000}, elements)));
  CHECK(failure([&] { read_idx(folder.file("b", whole)); }) == "none");
  for (std::size_t const cut : {std::size_t{1}, std::size_t{8}, whole.size() / 2}) {
    std::string const number = failure([&] { read_idx(folder.file("b", whole.substr(0, whole.size() - cut))); });
    CHECK((number == "io.162" || number == "io.167"));
  }
  std::string changed = whole;
  changed[whole.size() - 6] = static_cast<char>(changed[whole.size() - 6] ^ 1);  // checksum
  CHECK(failure([&] { read_idx(folder.file("b", changed)); }) == "io.162");
}

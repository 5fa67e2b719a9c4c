// covers: core/host_tensor.hpp
// covers: io/safetensors/header.hpp
// covers: io/safetensors/positions.hpp
// covers: io/tensor_map.hpp
#include <dynvision/io/safetensors/mapped.hpp>
#include <dynvision/io/safetensors/safetensors.hpp>

#include "io/failure.hpp"
#include "io/golden.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"
#include <catch2/catch_test_macros.hpp>

#include <bit>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace dynvision;

namespace {

std::string file_of(std::string const& header, std::string const& numbers) {
  std::uint64_t const length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + numbers;
}

std::string entry(std::string const& name, std::string const& dtype, std::string const& shape,
                  std::string const& offsets) {
  return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
}

// The error of a file with this header and this many bytes of numbers.
std::string refused(std::string const& header, std::size_t n_bytes) {
  TemporaryFolder const folder;
  auto const path = folder.file("a", file_of(header, std::string(n_bytes, '\1')));
  std::string const text = message([&] { read_safetensors(path); });
  INFO(text);
  CHECK((text.empty() || text.find(path.string()) != std::string::npos));
  CHECK(text.size() < 1000);
  return failure([&] { read_safetensors(path); });
}

}  // namespace

TEST_CASE("every dtype, shape and text comes back, in order", "[io]") {
  TemporaryFolder const folder;
  TensorMap tensors;
  for (auto const& dtype : safetensors_dtypes) {
    std::string const name(dtype.name);
    tensors.insert(name + ".scalar", numbered({}, dtype.type));
    tensors.insert(name + ".empty", numbered({3, 0, 2}, dtype.type));
    tensors.insert(name + ".matrix", numbered({3, 5}, dtype.type));
  }
  tensors.insert(std::string(100'000, 'n'), numbered({1}, at::kFloat));
  tensors.insert("quote \" backslash \\ line \n tau \xCF\x84", numbered({2}, at::kByte));
  tensors.insert("", numbered({2}, at::kByte));
  tensors.metadata = {{"config", "{\"tau\": 5}"}, {"empty", ""}, {"\xCF\x84", "\"\n"}};
  write_safetensors(folder / "a", tensors);

  TensorMap const again = read_safetensors(folder / "a");
  REQUIRE(again.size() == tensors.size());
  CHECK(again.metadata == tensors.metadata);
  auto expected = tensors.begin();
  for (auto const& [name, tensor] : again) {
    CHECK(name == expected->first);
    CHECK(same(tensor, expected->second));
    ++expected;
  }
  CHECK(folder.n_files() == 1);
}

TEST_CASE("numbers are aligned to their size", "[io]") {
  TemporaryFolder const folder;
  write_safetensors(
      folder / "a",
      {{"b", numbered({3}, at::kByte)}, {"d", numbered({3}, at::kDouble)}, {"h", numbered({1}, at::kHalf)}});
  std::string const bytes = contents(folder / "a");
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  CHECK(length % 8 == 0);
  CHECK(bytes[8] == '{');
  SafetensorsHeader const header = parse_safetensors_header(std::string_view(bytes).substr(8, length), "a");
  for (auto const& one : header.entries) CHECK(one.begin % c10::elementSize(*one.dtype) == 0);
  CHECK(header.entries[0].name == "b");
}

TEST_CASE("views are written as what they show", "[io]") {
  TemporaryFolder const folder;
  Tensor const all = numbered({4, 6}, at::kInt);
  write_safetensors(folder / "a", {{"column", all.select(1, 2)}, {"turned", all.t()}});
  TensorMap const again = read_safetensors(folder / "a");
  CHECK(same(again["column"], all.select(1, 2).contiguous()));
  CHECK(same(again["turned"], all.t().contiguous()));
}

TEST_CASE("a file without tensors", "[io]") {
  TemporaryFolder const folder;
  write_safetensors(folder / "a", TensorMap{});
  CHECK(read_safetensors(folder / "a").empty());
  write_safetensors(folder / "a", std::vector<TensorMap::Entry>{}, {{"only", "text"}});
  CHECK(read_safetensors(folder / "a").metadata.at("only") == "text");
  CHECK(refused("{}", 0) == "none");
  CHECK(refused("{}  ", 0) == "none");
}

TEST_CASE("files that are too short or too long", "[io]") {
  TemporaryFolder const folder;
  CHECK(failure([&] { read_safetensors(folder / "missing"); }) == "io.111");
  CHECK(failure([&] { read_safetensors(folder.file("a", "")); }) == "io.131");
  CHECK(failure([&] { read_safetensors(folder.file("a", "1234567")); }) == "io.131");
  CHECK(failure([&] { read_safetensors(folder.file("a", std::string(8, '\xFF'))); }) == "io.132");
  std::string const whole = file_of("{" + entry("a", "F32", "[2]", "[0,8]") + "}", "12345678");
  CHECK(failure([&] { read_safetensors(folder.file("a", whole)); }) == "none");
  std::size_t const header = 8 + whole.find("12345678") - 8;
  for (std::size_t n = 0; n < whole.size(); ++n) {
    std::string const number = failure([&] { read_safetensors(folder.file("a", whole.substr(0, n))); });
    CHECK(number == (n < 8 ? "io.131" : n < header ? "io.133" : "io.139"));
  }
  CHECK(failure([&] { read_safetensors(folder.file("a", whole + "9")); }) == "io.140");
}

TEST_CASE("headers that are no JSON, or another JSON", "[io]") {
  std::string const good = entry("a", "U8", "[1]", "[0,1]");
  CHECK(refused("", 0) == "io.134");
  CHECK(refused("{", 0) == "io.134");
  CHECK(refused("{" + good, 1) == "io.134");
  CHECK(refused("{" + good + "} x", 1) == "io.134");
  CHECK(refused("{" + good + ",}", 1) == "io.134");
  CHECK(refused("{\"\xFF\":1}", 1) == "io.134");
  CHECK(refused("{\"" + std::string(100'000, 'x'), 1) == "io.134");
  for (std::string const other : {"[]", "1", "-1", "1.5", "\"x\"", "null", "true"})
    CHECK(refused(other, 0) == "io.135");
  CHECK(refused(std::string(100'000, '['), 0) == "io.135");
  std::string nested;
  for (int i = 0; i < 50'000; ++i) nested += "{\"a\":";
  CHECK(refused(nested, 0) == "io.135");
  for (std::string const other : {"[]", "1", "-1", "1.5", "\"x\"", "null", "true"}) {
    CHECK(refused("{\"a\":" + other + "}", 0) == "io.135");
    if (other != "\"x\"") CHECK(refused("{\"__metadata__\":{\"a\":" + other + "}}", 0) == "io.135");
    if (other != "\"x\"") CHECK(refused("{\"a\":{\"dtype\":" + other + "}}", 0) == "io.135");
  }
  CHECK(refused("{\"__metadata__\":{\"a\":{}}}", 0) == "io.135");
  CHECK(refused("{\"__metadata__\":[]}", 0) == "io.135");
  CHECK(refused("{\"a\":{\"more\":1}}", 0) == "io.135");
  for (std::string const field : {"shape", "data_offsets"}) {
    CHECK(refused("{\"a\":{\"" + field + "\":1}}", 0) == "io.135");
    CHECK(refused("{\"a\":{\"" + field + "\":\"x\"}}", 0) == "io.135");
    CHECK(refused("{\"a\":{\"" + field + "\":{}}}", 0) == "io.135");
    CHECK(refused("{\"a\":{\"" + field + "\":[[]]}}", 0) == "io.135");
    CHECK(refused("{\"a\":{\"" + field + "\":[\"x\"]}}", 0) == "io.135");
    CHECK(refused("{\"a\":{\"" + field + "\":[null]}}", 0) == "io.135");
  }
}

TEST_CASE("names and fields that come twice, or are missing", "[io]") {
  std::string const good = entry("a", "U8", "[1]", "[0,1]");
  CHECK(refused("{" + good + "," + good + "}", 1) == "io.136");
  CHECK(refused("{\"__metadata__\":{},\"__metadata__\":{}}", 0) == "io.136");
  CHECK(refused("{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", 0) == "io.136");
  CHECK(refused("{\"a\":{\"dtype\":\"U8\",\"dtype\":\"I8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1) == "io.136");
  CHECK(refused("{\"a\":{}}", 0) == "io.142");
  CHECK(refused("{\"a\":{\"dtype\":\"U8\",\"shape\":[0]}}", 0) == "io.142");
  CHECK(refused("{\"a\":{\"dtype\":\"U8\",\"data_offsets\":[0,0]}}", 0) == "io.142");
  CHECK(refused("{\"a\":{\"shape\":[0],\"data_offsets\":[0,0]}}", 0) == "io.142");
}

TEST_CASE("numbers of a type that no tensor here has are passed over, and listed", "[io]") {
  TemporaryFolder const folder;
  std::string const header = "{" + entry("a", "F4", "[3]", "[0,2]") + "," + entry("b", "U8", "[2]", "[2,4]") + "," +
                             entry("c", "C128", "[1]", "[4,20]") + "}";
  auto const path = folder.file("x", file_of(header, std::string(20, '1')));
  for (TensorMap const& map : {read_safetensors(path), map_safetensors(path)}) {
    CHECK(map.size() == 1);
    CHECK(map.contains("b"));
    CHECK(map.passed_over == std::vector<std::string>{"a: numbers of the type F4", "c: numbers of the type C128"});
  }
  // Their place in the file is checked all the same.
  CHECK(refused("{" + entry("a", "F4", "[3]", "[0,2]") + "," + entry("b", "U8", "[2]", "[3,5]") + "}", 5) == "io.140");
  CHECK(refused("{" + entry("a", "F4", "[3]", "[0,9]") + "}", 5) == "io.139");
}

TEST_CASE("dtypes, shapes and positions that cannot be", "[io]") {
  auto const one = [](std::string const& dtype, std::string const& shape, std::string const& offsets, std::size_t n) {
    return refused("{" + entry("a", dtype, shape, offsets) + "}", n);
  };
  CHECK(one("F32", "[2]", "[0,8]", 8) == "none");
  CHECK(one("C64", "[1]", "[0,8]", 8) == "none");
  CHECK(one("f32", "[1]", "[0,4]", 4) == "io.137");
  CHECK(one("", "[1]", "[0,8]", 8) == "io.137");
  CHECK(one(std::string(50'000, 'F'), "[1]", "[0,8]", 8) == "io.137");
  CHECK(one("F32", "[-2]", "[0,8]", 8) == "io.138");
  CHECK(one("F32", "[2.0]", "[0,8]", 8) == "io.138");
  CHECK(one("F32", "[1e3]", "[0,8]", 8) == "io.138");
  CHECK(one("F32", "[9223372036854775808]", "[0,8]", 8) == "io.138");
  CHECK(one("F32", "[99999999999999999999999]", "[0,8]", 8) == "io.138");
  CHECK(one("F32", "[4294967296,4294967296]", "[0,8]", 8) == "io.138");
  CHECK(one("F32", "[0,4611686018427387904,4611686018427387904]", "[0,0]", 0) == "io.138");
  std::string ones = "[1";
  for (int i = 0; i < 64; ++i) ones += ",1";
  CHECK(one("U8", ones + "]", "[0,1]", 1) == "io.138");
  CHECK(one("U8", ones.substr(0, ones.size() - 2) + "]", "[0,1]", 1) == "none");
  CHECK(one("F32", "[2]", "[0,16]", 8) == "io.139");
  CHECK(one("F32", "[2]", "[8,0]", 8) == "io.139");
  CHECK(one("F32", "[2]", "[18446744073709551608,18446744073709551615]", 8) == "io.139");
  CHECK(one("F32", "[2]", "[-8,0]", 8) == "io.139");
  CHECK(one("F32", "[2]", "[0]", 8) == "io.139");
  CHECK(one("F32", "[2]", "[0,8,16]", 8) == "io.139");
  CHECK(one("F32", "[2]", "[0.0,8.0]", 8) == "io.139");
  CHECK(one("F32", "[2]", "[1,9]", 9) == "io.140");
  CHECK(one("F32", "[2]", "[0,8]", 9) == "io.140");
  CHECK(one("F32", "[3]", "[0,8]", 8) == "io.141");
  CHECK(one("F32", "[]", "[0,8]", 8) == "io.141");
  CHECK(one("F32", "[0]", "[0,8]", 8) == "io.141");
  CHECK(one("F32", "[2]", "[0,0]", 0) == "io.141");
  auto const two = [](std::string const& first, std::string const& second, std::size_t n) {
    return refused("{" + entry("a", "U8", "[4]", first) + "," + entry("b", "U8", "[4]", second) + "}", n);
  };
  CHECK(two("[0,4]", "[4,8]", 8) == "none");
  CHECK(two("[4,8]", "[0,4]", 8) == "none");
  CHECK(two("[0,4]", "[0,4]", 4) == "io.140");
  CHECK(two("[0,4]", "[2,6]", 6) == "io.140");
  CHECK(two("[0,4]", "[5,9]", 9) == "io.140");
}

TEST_CASE("a stored bool is 0 or 1", "[io]") {
  TemporaryFolder const folder;
  auto const path = folder.file("a", file_of("{" + entry("a", "BOOL", "[3]", "[0,3]") + "}", std::string("\0\2\1", 3)));
  Tensor const tensor = read_safetensors(path)["a"];
  auto const* const bytes = static_cast<unsigned char const*>(tensor.const_data_ptr());
  CHECK(std::vector<unsigned char>(bytes, bytes + 3) == std::vector<unsigned char>{0, 1, 1});
}

TEST_CASE("a damaged file is read or refused", "[io]") {
  TemporaryFolder const folder;
  write_safetensors(folder / "a", {{"x", numbered({2, 3}, at::kFloat)}, {"y", numbered({}, at::kBool)}}, {{"k", "v"}});
  std::string const whole = contents(folder / "a");
  std::mt19937_64 generator(1);
  int n_refused = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = whole;
    for (int changes = 1 + i % 3; changes > 0; --changes) {
      static constexpr std::string_view likely = "{}[]\",:0129-.e \\";
      auto const drawn = generator();
      char& byte = bytes[(drawn >> 32U) % bytes.size()];
      byte = drawn % 2 ? static_cast<char>(drawn >> 8U) : likely[(drawn >> 8U) % likely.size()];
    }
    n_refused += failure([&] { read_safetensors(folder.file("b", bytes)); }) != "none";
  }
  CHECK(n_refused > 1000);
}

TEST_CASE("what cannot be written leaves the old file", "[io]") {
  TemporaryFolder const folder;
  auto const path = folder.file("a", "old");
  Tensor const good = numbered({2}, at::kFloat);
  CHECK(failure([&] { write_safetensors(path, {{"a", Tensor{}}}); }) == "io.143");
  CHECK(failure([&] { write_safetensors(path, {{"a", good.to(at::kComplexDouble)}}); }) == "io.143");
  CHECK(failure([&] { write_safetensors(path, {{"a", good.to_sparse()}}); }) == "io.143");
  CHECK(failure([&] { write_safetensors(path, {{"a", good}, {"a", good}}); }) == "io.144");
  CHECK(failure([&] { write_safetensors(path, {{"__metadata__", good}}); }) == "io.144");
  CHECK(failure([&] { write_safetensors(path, {{"\xFF", good}}); }) == "io.144");
  CHECK(failure([&] { write_safetensors(path, {{"a", good}}, {{"a", "\xFF"}}); }) == "io.144");
  CHECK(failure([&] { write_safetensors(path, {{"a", good}}, {{"a", std::string(100'000'000, 'x')}}); }) == "io.145");
  CHECK(failure([&] { write_safetensors(folder / "missing/a", {{"a", good}}); }) == "io.102");
  CHECK(contents(path) == "old");
  CHECK(folder.n_files() == 1);
}

TEST_CASE("names of a tensor map", "[io]") {
  TensorMap map({{"V1.conv.weight", numbered({2}, at::kFloat)}});
  CHECK(map.contains("V1.conv.weight"));
  CHECK_FALSE(map.contains("V1"));
  CHECK(failure([&] { map.insert("V1.conv.weight", numbered({2}, at::kFloat)); }) == "io.121");
  CHECK(failure([&] { map.at("V1.conv.wieght"); }) == "io.122");
  CHECK(message([&] { map.at("V1.conv.wieght"); }).find("did you mean \"V1.conv.weight\"") != std::string::npos);
}

TEST_CASE("reference files load", "[io][golden]") {
  TensorMap const file = golden("data/process_batch_0.safetensors");
  CHECK(file["labels"].scalar_type() == at::kLong);
  CHECK(file["x"].sizes() == at::IntArrayRef({3, 2, 4, 4}));
  CHECK(file.metadata.count("config") == 1);
}

// covers: io/numpy/npy_header.hpp
// covers: io/numpy/npz.hpp io/numpy/npz_writer.hpp
#include <dynvision/io/numpy/npy.hpp>
#include <dynvision/io/numpy/npz.hpp>

#include "io/failure.hpp"
#include "io/raw_zip.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

using namespace dynvision;
using namespace std::string_literals;

namespace {

std::string npy(std::string const& header, std::string const& numbers, int version = 1) {
  std::string const length = raw_number(header.size(), version == 1 ? 2 : 4);
  return "\x93NUMPY"s + static_cast<char>(version) + '\0' + length + header + numbers;
}
std::string header(std::string const& descr, std::string const& shape, std::string const& fortran = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}
std::string refused(std::string const& bytes) {
  TemporaryFolder const folder;
  auto const path = folder.file("a.npy", bytes);
  std::string const text = message([&] { read_npy(path); });
  INFO(text);
  CHECK((text.empty() || text.find(path.string()) != std::string::npos));
  CHECK(text.size() < 1000);
  return failure([&] { read_npy(path); });
}

}  // namespace

TEST_CASE("arrays come back as they were", "[io][npy]") {
  TemporaryFolder const folder;
  for (auto const& known : npy_dtypes) {
    for (std::vector<std::int64_t> const& shape : std::vector<std::vector<std::int64_t>>{{}, {3}, {2, 0}, {2, 3, 4}}) {
      Tensor const tensor = numbered(shape, known.type);
      write_npy(folder / "a.npy", tensor);
      CHECK(same(read_npy(folder / "a.npy"), tensor));
    }
  }
  std::string const bytes = contents(folder / "a.npy");
  CHECK(bytes.find('\n') % 64 == 63);
  Tensor const wide = numbered({4, 6}, at::kFloat);
  write_npy(folder / "a.npy", wide.t().slice(0, 1, 5, 2));
  CHECK(same(read_npy(folder / "a.npy"), wide.t().slice(0, 1, 5, 2).contiguous()));
  CHECK(failure([&] { write_npy(folder / "a.npy", numbered({2}, at::kBFloat16)); }) == "io.266");
  CHECK(failure([&] { write_npy(folder / "a.npy", Tensor{}); }) == "io.266");
  CHECK(folder.n_files() == 1);
}

TEST_CASE("the other byte order and the other order of axes", "[io][npy]") {
  TemporaryFolder const folder;
  auto const read = [&](std::string const& bytes) { return read_npy(folder.file("a.npy", bytes)); };
  CHECK(read(npy(header(">i4", "(2,)"), "\0\0\0\1\0\0\1\0"s))[1].item<int>() == 256);
  CHECK(read(npy(header(">i2", "(1L,)", "True"), "\1\0"s, 2))[0].item<int>() == 256);
  CHECK(read(npy("{\"shape\":(),\"descr\":\"|u1\",\"fortran_order\":False}", "\7", 3)).item<int>() == 7);
  Tensor const columns = read(npy(header("|i1", "(2, 3)", "True"), "\1\4\2\5\3\6"));
  CHECK(columns.is_contiguous());
  CHECK(columns[0][2].item<int>() == 3);
  CHECK(columns[1][0].item<int>() == 4);
  std::string const one = "\x3f\x80\0\0"s, two = "\x40\0\0\0"s;
  Tensor const complex = read(npy(header(">c8", "(1,)"), one + two));
  auto const* const parts = static_cast<float const*>(complex.const_data_ptr());
  CHECK(parts[0] == 1.0F);
  CHECK(parts[1] == 2.0F);
  Tensor const flags = read(npy(header("|b1", "(3,)"), "\0\2\1"s));
  auto const* const bytes = static_cast<unsigned char const*>(flags.const_data_ptr());
  CHECK(std::string(bytes, bytes + 3) == "\0\1\1"s);
}

TEST_CASE("arrays that lie", "[io][npy]") {
  CHECK(refused("") == "io.261");
  CHECK(refused("\x93NUMPY") == "io.261");
  CHECK(refused("\x93NUMPX\1\0\0\0xxxxxx"s) == "io.261");
  CHECK(refused(npy(header("<f4", "(1,)"), "1234", 4)) == "io.261");
  CHECK(refused("\x93NUMPY\1\0\xff\xff{}"s) == "io.262");
  CHECK(refused("\x93NUMPY\2\0\0\0\x20\0{}"s) == "io.262");
  for (std::string const bad :
       {"", "{", "{}", "[]", "{'descr': '<f4'}", "{'shape': (1,), 'shape': (1,)}", "{'x': 1}", "{'shape': 1}",
        "{'shape': (1", "{'shape': (-1,)}", "{'shape': (1.0,)}", "{'shape': (99999999999999999999,)}",
        "{'fortran_order': 0}", "{'descr: '<f4'}", "{'shape': __import__('os')}"})
    CHECK(refused(npy(bad, "1234")) == "io.263");
  CHECK(refused(npy(header("<f4", "(1,)") + "x", "1234")) == "io.263");
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "1,";
  CHECK(refused(npy(header("<f4", many + ")"), "1234")) == "io.263");
  for (std::string const type : {"|O", "<U5", "|S3", "<M8[ns]", "f4", "", "<f16", "|V8"})
    CHECK(refused(npy(header(type, "(1,)"), "1234")) == "io.264");
  CHECK(refused(npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}", "1234")) == "io.264");
  CHECK(refused(npy(header("<f4", "(2,)"), "1234")) == "io.265");
  CHECK(refused(npy(header("<f4", "(1,)"), "12345")) == "io.265");
  CHECK(refused(npy(header("<f4", "(1000000000, 1000000000)"), "1234")) == "io.265");
  CHECK(refused(npy(header("<f4", "(4294967296, 4294967296)"), "")) == "io.265");
  CHECK(refused(npy(header("<f4", "(0, 4611686018427387904, 4611686018427387904)"), "")) == "io.265");
}

TEST_CASE("a damaged array is read or refused", "[io][npy]") {
  TemporaryFolder const folder;
  std::string const whole = npy(header("<i4", "(2, 1)"), "12345678");
  std::mt19937_64 generator(1);
  int n_refused = 0;
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    static constexpr std::string_view likely = "{}()',:0129<>|fiLT ";
    auto const drawn = generator();
    bytes[(drawn >> 32U) % bytes.size()] =
        drawn % 2 ? static_cast<char>(drawn >> 8U) : likely[(drawn >> 8U) % likely.size()];
    n_refused += failure([&] { read_npy(folder.file("a.npy", bytes)); }) != "none";
  }
  CHECK(n_refused > 500);
}

TEST_CASE("named arrays in one file", "[io][npz]") {
  TemporaryFolder const folder;
  TensorMap const map({{"V1.conv.weight", numbered({2, 3}, at::kFloat)},
                       {"flag", numbered({}, at::kBool)},
                       {"none", numbered({0}, at::kLong)}});
  write_npz(folder / "a.npz", map);
  TensorMap const back = read_npz(folder / "a.npz");
  REQUIRE(back.size() == 3);
  for (auto const& [name, tensor] : map) CHECK(same(back[name], tensor));
  std::string const array = npy(header("<f4", "(1,)"), "1234");
  auto const error = [&](std::vector<RawEntry> const& entries) {
    return failure([&] { read_npz(folder.file("b.npz", raw_zip(entries))); });
  };
  CHECK(error({{"a.npy", array, true}}) == "none");

  CHECK(error({{"a.npy", array.substr(0, 40)}}) == "io.262");
  CHECK(error({{"a.npy", array + "x"}}) == "io.265");
  RawEntry damaged{"a.npy", array};
  damaged.crc = 7;
  CHECK(error({damaged}) == "io.210");
  Tensor const one = numbered({1}, at::kFloat);
  auto const write = [&](std::vector<TensorMap::Entry> const& entries) {
    return failure([&] { write_npz(folder / "c.npz", entries); });
  };
  CHECK(write({{"a", one}, {"a", one}}) == "io.267");
  CHECK(write({{"../a", one}}) == "io.267");
  CHECK(write({{"a", numbered({1}, at::kBFloat16)}}) == "io.266");
  CHECK(folder.n_files() == 2);
}

TEST_CASE("arrays in pieces, and texts", "[io][npz]") {
  TemporaryFolder const folder;
  Tensor const whole = numbered({5, 3}, at::kFloat);
  NpzWriter file(folder / "a.npz");
  file.add("dt", 2.5);
  file.add("ids", std::vector<std::string>{"a", "l\xC3\xA4nger", "\xF0\x9F\x90\x8D", "\xFF"});
  file.add("name", "x");
  file.begin("whole", at::kFloat, {5, 3});
  for (std::int64_t i = 0; i < 5; ++i) file.append(whole[i].const_data_ptr(), whole[i].nbytes());
  file.end();
  CHECK(failure([&] { file.add("dt", 1.0); }) == "io.267");
  file.commit();
  TensorMap const back = read_npz(folder / "a.npz");
  CHECK(same(back["whole"], whole));
  CHECK(back["dt"].item<double>() == 2.5);
  CHECK(back.passed_over == std::vector<std::string>{"ids: <U6, no numbers", "name: <U1, no numbers"});
  ZipReader const zip(folder / "a.npz");
  std::string const ids = zip.text(*zip.find("ids.npy"));
  CHECK(ids.substr(ids.size() - 24, 4) == "\xFD\xFF" + std::string(2, '\0'));
  CHECK(ids.substr(ids.size() - 48, 4) == std::string("\x0D\xF4\x01\0", 4));

  NpzWriter short_one(folder / "b.npz");
  short_one.begin("x", at::kFloat, {2});
  short_one.append("1234", 4);
  CHECK(failure([&] { short_one.end(); }) == "io.211");
}

TEST_CASE("what is no array of numbers is passed over, and listed", "[io][npz]") {
  TemporaryFolder const folder;
  std::string const array = npy(header("<f4", "(1,)"), "1234");
  auto const other = [](std::string const& type) { return npy(header(type, "(1,)"), "12345678"); };
  std::string const fields =
      "{'descr': [('a]', '<f4', (2, 3)), (('title', 'b'), [('c', '|S4')])], 'fortran_order': False, 'shape': (1,)}";
  auto const path = folder.file("a.npz", raw_zip({{"weights/", ""},
                                                  {"README.txt", "run 3"},
                                                  {"weights/w.npy", array},
                                                  {"text.npy", other("<U2")},
                                                  {"bytes.npy", other("|S8")},
                                                  {"object.npy", other("|O")},
                                                  {"time.npy", other("<M8[ns]"), true},
                                                  {"long.npy", other("<f16")},
                                                  {"void.npy", other("|V8")},
                                                  {"records.npy", npy(fields, "1234")},
                                                  {"b.npy", array}}));
  TensorMap const map = read_npz(path);
  CHECK(map.size() == 2);
  CHECK(map.contains("weights/w"));
  CHECK(map.contains("b"));
  REQUIRE(map.passed_over.size() == 8);
  CHECK(map.passed_over[0] == "README.txt: no array");
  CHECK(map.passed_over[1] == "text: <U2, no numbers");
  CHECK(map.passed_over[7].starts_with("records: [('a]', '<f4', (2, 3))"));
  CHECK(failure([&] { read_npy(folder.file("b.npy", npy(fields, "1234"))); }) == "io.264");
  for (std::string const cut : {"[('a', '<f4')", "[('a", "["}) {
    std::string const bad = "{'descr': " + cut + ", 'fortran_order': False, 'shape': (1,)}";
    CHECK(failure([&] { read_npz(folder.file("c.npz", raw_zip({{"a.npy", npy(bad, "1234")}}))); }) == "io.263");
  }
}

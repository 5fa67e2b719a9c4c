// covers: io/torch/storage_layout.hpp
// covers: io/torch/state_dict.hpp
// covers: io/torch/storages.hpp
// covers: io/torch/writer.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/io/torch/reader.hpp>
#include <dynvision/io/torch/writer.hpp>

#include "io/failure.hpp"
#include "io/raw_zip.hpp"
#include "io/temporary_folder.hpp"
#include "io/tensors.hpp"
#include <catch2/catch_test_macros.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

using namespace dynvision;
using namespace std::string_literals;

namespace {

std::string text(std::string const& value) { return "X" + raw_number(value.size(), 4) + value; }
std::string integer(std::int64_t value) { return "\x8a\10" + raw_number(static_cast<std::uint64_t>(value), 8); }
std::string numbers(std::vector<std::int64_t> const& values) {
  std::string bytes = "(";
  for (std::int64_t const n : values) bytes += integer(n);
  return bytes + "t";
}

// A float32 tensor in the pickle.
struct Described {
  std::vector<std::int64_t> sizes{2}, strides{1};
  std::int64_t offset = 0, numel = 6;
  std::string key = "0", type = "FloatStorage", view = "";
};
std::string tensor(Described const& d = {}) {
  return "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") + "ctorch\n" + d.type + "\n" + text(d.key) +
         text("cpu") + integer(d.numel) + d.view + "tQ" + integer(d.offset) + numbers(d.sizes) + numbers(d.strides) +
         "\x89}tR";
}
std::string dict(std::vector<std::pair<std::string, std::string>> const& items) {
  std::string bytes = "}(";
  for (auto const& [key, value] : items) bytes += text(key) + value;
  return bytes + "u";
}
std::string floats(int n) {
  std::string bytes;
  for (int i = 0; i < n; ++i) {
    float const value = static_cast<float>(i);
    bytes.append(reinterpret_cast<char const*>(&value), 4);
  }
  return bytes;
}
std::string zip_of(std::string const& pickle, std::string const& storage = floats(6), std::vector<RawEntry> more = {}) {
  std::vector<RawEntry> entries{{"a/data.pkl", pickle + "."}, {"a/data/0", storage}};
  entries.insert(entries.end(), more.begin(), more.end());
  return raw_zip(entries);
}
std::string const mark = "\x80\2\x8a\n\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."s;
std::string legacy_of(std::string const& pickle, std::string const& storages,
                      std::string const& keys = "(" + text("0") + "l", std::string const& system = "}") {
  return mark + "\x80\2M\xe9\3.\x80\2" + system + ".\x80\2" + pickle + ".\x80\2" + keys + "." + storages;
}

TensorMap read(std::string const& bytes, std::string_view key = "") {
  TemporaryFolder const folder;
  return read_torch(folder.file("a.pt", bytes), key);
}
std::string refused(std::string const& bytes, std::string_view key = "") {
  std::string const what = message([&] { read(bytes, key); });
  INFO(what);
  CHECK((what.empty() || what.find("a.pt") != std::string::npos));
  CHECK(what.size() < 3000);
  return failure([&] { read(bytes, key); });
}
std::string refused_tensor(Described const& d, std::string const& storage = floats(6)) {
  return refused(zip_of(dict({{"w", tensor(d)}}), storage));
}

}  // namespace

TEST_CASE("a state_dict, and checkpoints around it", "[io][torch]") {
  std::string const state = dict({{"w", tensor()}, {"b", tensor({{}, {}, 5, 6})}});
  TensorMap const plain = read(zip_of(state));
  REQUIRE(plain.size() == 2);
  CHECK(plain["w"][1].item<double>() == 1);
  CHECK(plain["b"].item<double>() == 5);
  for (std::string const key : {"state_dict", "model_state_dict", "model", "net"}) {
    TensorMap const inner = read(zip_of(dict({{"epoch", "K\3"},
                                              {"name", text("x")},
                                              {"loss", "G\x3f\xf8\0\0\0\0\0\0"s},
                                              {key, state},
                                              {"optimizer", dict({{"lr", "K\1"}})}})));
    CHECK(inner.size() == 2);
    CHECK(inner.metadata.at("epoch") == "3");
    CHECK(inner.metadata.at("name") == "x");
  }
  std::string const checkpoint = zip_of(dict({{"state_dict", state},
                                              {"ema", dict({{"weights", dict({{"v", tensor()}})}})},
                                              {"moments", "](" + tensor() + tensor() + "e"}}));
  CHECK(read(checkpoint).contains("w"));
  CHECK(read(checkpoint, "ema.weights").contains("v"));
  CHECK(read(checkpoint, ".").contains("moments.1"));
  CHECK(read(checkpoint, ".").contains("state_dict.w"));
  CHECK(refused(checkpoint, "ema.wieghts") == "io.235");
  CHECK(refused(checkpoint, "ema.weights.v.x") == "io.235");
  CHECK(read(zip_of(tensor())).contains("tensor"));
  CHECK(read(zip_of("(" + tensor() + tensor() + "t")).contains("1"));
  CHECK(refused(zip_of("}")) == "io.236");
  CHECK(refused(zip_of("K\1")) == "io.236");
  CHECK(refused(zip_of(dict({{"epoch", "K\3"}}))) == "io.236");
  CHECK(refused(zip_of("}(" + text("a") + tensor() + text("a") + tensor() + "u")) == "io.121");
}

TEST_CASE("storages are shared, strides kept", "[io][torch]") {
  TensorMap const map = read(zip_of(dict({{"all", tensor({{2, 3}, {3, 1}})},
                                          {"columns", tensor({{3, 2}, {1, 3}})},
                                          {"every", tensor({{3}, {2}, 1})},
                                          {"shown", tensor({{5}, {0}, 2})},
                                          {"none", tensor({{0, 7}, {7, 1}, 6})}})));
  CHECK(map["columns"].equal(map["all"].t()));
  CHECK(map["every"][2].item<double>() == 5);
  CHECK(map["shown"][4].item<double>() == 2);
  CHECK(map["none"].numel() == 0);
  CHECK(map["columns"].storage().data() == map["all"].storage().data());
  map["all"][0][0].fill_(9);
  CHECK(map["columns"][0][0].item<double>() == 9);
  CHECK_FALSE(map["all"].requires_grad());
}

TEST_CASE("a deflated file, and a parameter", "[io][torch]") {
  std::string const pickle = dict({{"w", "ctorch._utils\n_rebuild_parameter\n(" + tensor() + "\x88}tR"}}) + ".";
  TensorMap const map = read(raw_zip({{"a/data.pkl", pickle, true}, {"a/data/0", floats(6), true}}));
  CHECK(map["w"][1].item<double>() == 1);
}

TEST_CASE("tensors that do not fit their storage", "[io][torch]") {
  CHECK(refused_tensor({}) == "none");
  CHECK(refused_tensor({{7}, {1}}) == "io.233");
  CHECK(refused_tensor({{2}, {6}}) == "io.233");
  CHECK(refused_tensor({{2}, {5}}) == "none");
  CHECK(refused_tensor({{2}, {1}, 5}) == "io.233");
  CHECK(refused_tensor({{0}, {1}, 7}) == "io.233");
  CHECK(refused_tensor({{2}, {1}, -1}) == "io.233");
  CHECK(refused_tensor({{1}, {1}, INT64_MAX}) == "io.233");
  CHECK(refused_tensor({{INT64_MAX}, {INT64_MAX}}) == "io.233");
  CHECK(refused_tensor({{1LL << 32, 1LL << 32}, {0, 0}}) == "io.233");
  CHECK(refused_tensor({{1'000'000'000}, {0}}) == "io.234");
  CHECK(refused_tensor({{2}, {1}, 0, 5}) == "io.232");
  CHECK(refused_tensor({{2}, {1}, 0, -1}) == "io.232");
  CHECK(refused_tensor({{2}, {1}, 0, 1'000'000'000}) == "io.232");
  CHECK(refused_tensor({{2}, {1}, 0, 6}, floats(6) + "x") == "io.232");
  CHECK(refused_tensor({{2}, {1}, 0, 6, "1"}) == "io.231");
  CHECK(refused(zip_of(dict({{"a", tensor()}, {"b", tensor({{2}, {1}, 0, 3, "0", "DoubleStorage"})}}))) == "io.232");
  std::string const text_of_one = message([] { read(zip_of(dict({{"conv1.weight", tensor({{7}, {1}})}}))); });
  CHECK(text_of_one.find("\"conv1.weight\"") != std::string::npos);
}

TEST_CASE("files that are none", "[io][torch]") {
  CHECK(refused("") == "io.241");
  CHECK(refused("\x80\2}.") == "io.241");
  CHECK(refused(raw_zip({{"x", "y"}})) == "io.241");
  CHECK(refused(raw_zip({{"a/b/data.pkl", "}."}})) == "io.241");
  CHECK(refused(zip_of(dict({{"w", tensor()}}), floats(6), {{"a/constants.pkl", "x"}})) == "io.243");
  CHECK(refused(zip_of(dict({{"w", tensor()}}), floats(6), {{"a/byteorder", "big"}})) == "io.243");
  CHECK(refused(zip_of(dict({{"w", tensor()}}), floats(6), {{"a/byteorder", "little"}})) == "none");
  CHECK(refused(zip_of("cos\nsystem\n" + text("ls") + "\x85R")) == "io.226");
  CHECK(refused(zip_of("ctorch.nn.modules.linear\nLinear\n)\x81")) == "io.226");
  CHECK(refused(raw_zip({{"a/data.pkl", std::string(40'000'000, 'N'), true}})) == "io.242");
}

TEST_CASE("names and containers that multiply", "[io][torch]") {
  // Dictionaries that hold the next one twice: 2^40 paths to one tensor.
  std::string pickle = tensor() + "q\0"s;
  for (int i = 0; i < 31; ++i)
    pickle += "0}(" + text("a") + "h" + std::string(1, static_cast<char>(i)) + text("b") + "h" +
              std::string(1, static_cast<char>(i)) + "uq" + std::string(1, static_cast<char>(i + 1));
  CHECK(refused(zip_of(pickle)) == "io.237");
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "}" + text("a");
  CHECK(refused(zip_of(deep + tensor() + std::string(1000, 's'))) == "io.237");
  // A dictionary in itself.
  CHECK(refused(zip_of("}q\0"s + text("a") + "h\0s"s + text("b") + tensor() + "s")) == "io.237");
  // One long name, used ten thousand times.
  std::string names = text(std::string(100'000, 'x')) + "q\0000"s + tensor() + "q\1" + "0](";
  for (int i = 0; i < 10'000; ++i) names += "}h\0h\1s"s;
  CHECK(refused(zip_of(names + "e")) == "io.237");
}

TEST_CASE("a packed pickle that names one tensor a million times", "[io][torch]") {
  std::string pickle = tensor() + "q\0000]("s;
  for (int i = 0; i < 1'000'000; ++i) pickle += "h\0"s;
  CHECK(refused(raw_zip({{"a/data.pkl", pickle + "e.", true}, {"a/data/0", floats(6)}})) == "io.237");
}

TEST_CASE("the legacy format", "[io][torch]") {
  std::string const pickle = dict({{"w", tensor({{2}, {1}, 1, 6, "0", "FloatStorage", "N"})}});
  std::string const storage = raw_number(6, 8) + floats(6);
  CHECK(read(legacy_of(pickle, storage))["w"][1].item<double>() == 2);
  // A view (key, offset, size) of a storage.
  std::string const view = dict({{"w", tensor({{2}, {1}, 1, 6, "0", "FloatStorage", "(" + text("v") + "K\2K\4t"})}});
  CHECK(read(legacy_of(view, storage))["w"][0].item<double>() == 3);
  std::string const whole = legacy_of(pickle, storage);
  for (std::size_t n = 0; n < whole.size(); ++n) {
    std::string const error = refused(whole.substr(0, n));
    CHECK(error == (n < 14 ? "io.241" : n < whole.size() - storage.size() ? "io.222" : "io.244"));
  }
  CHECK(refused(legacy_of(pickle, raw_number(1'000'000'000, 8) + floats(6))) == "io.244");
  CHECK(refused(legacy_of(pickle, raw_number(1ULL << 62U, 8) + floats(6))) == "io.244");
  CHECK(refused(legacy_of(pickle, raw_number(5, 8) + floats(6))) == "io.232");
  CHECK(refused(legacy_of(pickle, storage, "(" + text("1") + "l")) == "io.244");
  CHECK(refused(legacy_of(pickle, storage, "]")) == "io.231");
  CHECK(refused(legacy_of(pickle, storage + storage, "(" + text("0") + text("0") + "l")) == "io.244");
  CHECK(refused(legacy_of(pickle, storage, "(" + text("0") + "l", dict({{"little_endian", "\x89"}}))) == "io.243");
  CHECK(refused(mark + "K\1.") == "io.222");
  CHECK(refused(mark + "K\1.K\1.K\1.K\1.") == "io.241");
}

TEST_CASE("what is written comes back: every type, shared memory, metadata", "[io][torch]") {
  TemporaryFolder const folder;
  for (TorchFormat const format : {TorchFormat::zip, TorchFormat::legacy}) {
    std::vector<TensorMap::Entry> entries;
    for (auto const& dtype : torch_dtypes) {
      if (format == TorchFormat::legacy && dtype.storage.empty()) continue;
      entries.emplace_back(std::string(dtype.name), numbered({2, 3}, dtype.type));
      entries.emplace_back(std::string(dtype.name) + ".scalar", numbered({}, dtype.type));
      entries.emplace_back(std::string(dtype.name) + ".none", numbered({0, 2}, dtype.type));
    }
    Tensor const base = numbered({4, 6}, at::kFloat);
    entries.emplace_back("base", base);
    entries.emplace_back("columns", base.t());
    entries.emplace_back("part", base.slice(0, 1, 3));
    entries.emplace_back("alone", numbered({4, 6}, at::kFloat).slice(0, 1, 3));
    entries.emplace_back("learned", numbered({2}, at::kFloat).set_requires_grad(true));
    entries.emplace_back("bits", base.view(at::kInt));
    write_torch(folder / "a.pt", entries, {{"model_name", "x"}}, format);
    TensorMap const back = read_torch(folder / "a.pt");
    REQUIRE(back.size() == entries.size());
    for (auto const& [name, tensor] : entries) {
      INFO(name);
      CHECK(same(back[name], tensor));
    }
    CHECK(back["columns"].storage().data() == back["base"].storage().data());
    CHECK(back["part"].storage().data() == back["base"].storage().data());
    CHECK(back.metadata.at("model_name") == "x");
    CHECK(contents(folder / "a.pt").size() < 30'000);
    write_torch(folder / "b.pt", back, format);
    CHECK(same(read_torch(folder / "b.pt")["alone"], back["alone"]));
  }
}

TEST_CASE("what cannot be written leaves the old file as it was", "[io][torch]") {
  TemporaryFolder const folder;
  auto const path = folder.file("a.pt", "old");
  Tensor const good = numbered({2}, at::kFloat);
  CHECK(failure([&] { write_torch(path, {{"a", Tensor{}}}); }) == "io.251");
  CHECK(failure([&] { write_torch(path, {{"a", good.to_sparse()}}); }) == "io.251");
  CHECK(failure([&] { write_torch(path, {{"a", good}, {"a", good}}); }) == "io.252");
  CHECK(failure([&] { write_torch(path, {{"a", good}}, {{"state_dict", "x"}}); }) == "io.252");
  CHECK(failure([&] {
          write_torch(path, {{"a", numbered({2}, c10::ScalarType::UInt16)}}, {}, TorchFormat::legacy);
        }) == "io.253");
  CHECK(contents(path) == "old");
  CHECK(folder.n_files() == 1);
}

TEST_CASE("a damaged file of either format is read or refused", "[io][torch]") {
  TemporaryFolder const folder;
  Tensor const base = numbered({2, 3}, at::kFloat);
  std::mt19937_64 generator(1);
  for (TorchFormat const format : {TorchFormat::zip, TorchFormat::legacy}) {
    write_torch(folder / "a.pt", {{"x", base}, {"y", base.t()}, {"z", numbered({3}, at::kBool)}}, {{"k", "v"}}, format);
    std::string const whole = contents(folder / "a.pt");
    int n_refused = 0;
    for (int i = 0; i < 1500; ++i) {
      std::string bytes = whole;
      for (int changes = 1 + i % 3; changes > 0; --changes) {
        auto const drawn = generator();
        bytes[(drawn >> 32U) % bytes.size()] = static_cast<char>(drawn >> 8U);
      }
      n_refused += failure([&] { read_torch(folder.file("b.pt", bytes)); }) != "none";
    }
    CHECK(n_refused > 300);
  }
}

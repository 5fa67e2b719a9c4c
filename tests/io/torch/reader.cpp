// covers: io/torch/storage_layout.hpp
// covers: io/torch/state_dict.hpp
// covers: io/torch/storages.hpp
// covers: io/torch/writer.hpp
#include <dynvision/core/ops.hpp>
#include <dynvision/io/torch/reader.hpp>
#include <dynvision/io/torch/writer.hpp>

#include "comma_locale.hpp"
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
  CHECK(refused(zip_of("cos\nsystem\n" + text("ls") + "\x85R")) == "io.236");
  CHECK(refused(zip_of("ctorch.nn.modules.linear\nLinear\n)\x81")) == "io.236");
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

TEST_CASE("the usual keys come first, whatever lies beside them", "[io][torch]") {
  std::string const state = dict({{"w", tensor()}, {"b", tensor({{}, {}, 5, 6})}});
  TensorMap const beside = read(zip_of(dict({{"best_acc1", tensor({{}, {}, 1, 6})},
                                             {"rng_state", tensor()},
                                             {"state_dict", state},
                                             {"arch", text("x")},
                                             {"args", "cargparse\nNamespace\n)\x81}" + text("lr") + "K\1sb"},
                                             {"best", "cnumpy._core.multiarray\nscalar\n(cnumpy\ndtype\n)RC\1xtR"},
                                             {"path", "cpathlib\nPosixPath\n" + text("images") + "\x85R"},
                                             {"milestones", "ccollections\nCounter\n}K\1K\2s\x85R"},
                                             {"none", "N"},
                                             {"function", "cmy.module\nf\n"},
                                             {"optimizer", dict({{"state", dict({{"m", tensor()}})}})}})));
  CHECK(beside.size() == 2);
  CHECK(beside.contains("w"));
  CHECK(beside.metadata == std::map<std::string, std::string>{{"arch", "x"}});
  CHECK(beside.passed_over ==
        std::vector<std::string>{"best_acc1: a tensor", "rng_state: a tensor",
                                 "args: argparse.Namespace (an object of Python)",
                                 "best: numpy._core.multiarray.scalar (an object of Python)",
                                 "path: pathlib.PosixPath (an object of Python)", "milestones: 1 named values",
                                 "function: my.module.f (an object of Python)", "optimizer: 1 named values"});
  // A tensor of that name is a parameter, a text or nothing is no place; a place may lie in a place.
  CHECK(read(zip_of(dict({{"weights", tensor()}, {"b", tensor()}}))).size() == 2);
  CHECK(read(zip_of(dict({{"model", text("resnet")}, {"net", "N"}, {"module", state}}))).contains("w"));
  CHECK(read(zip_of(dict({{"model", dict({{"state_dict", state}, {"x", tensor()}})}}))).size() == 2);
  CHECK(
      read(zip_of(dict({{"model", dict({{"encoder", state}, {"head", state}})}, {"m", tensor()}}))).contains("head.w"));
  CHECK(read(zip_of(dict({{"ema", state}, {"epoch", "K\1"}}))).contains("w"));
  CHECK(read(zip_of(dict({{"model", state}, {"ema", dict({{"v", tensor()}})}}))).contains("w"));
  // Lists and objects on the way that the caller names.
  CHECK(read(zip_of("](" + state + dict({{"v", tensor()}}) + "e"), "1").contains("v"));
  CHECK(read(zip_of("ca\nCheckpoint\n)\x81" + dict({{"weights", state}}) + "b"), "weights").contains("w"));
  CHECK(refused(zip_of("](" + state + "e"), "1") == "io.235");
}

TEST_CASE("what is no tensor within the weights is passed over", "[io][torch]") {
  std::string const state = "(X\7\0\0\0storagectorch\nQInt8Storage\nX\1\0\0\0000X\3\0\0\0cpuK\6tQ"s;
  std::string const whole = tensor(), function = whole.substr(0, whole.find("(("));
  std::string const arguments = whole.substr(function.size(), whole.size() - function.size() - 1);
  TensorMap const map = read(zip_of(
      dict({{"w", tensor()},
            {"sparse", "ctorch._utils\n_rebuild_sparse_tensor\n(ctorch\nsparse_coo\n" + tensor() + "tR"},
            {"meta", "ctorch._utils\n_rebuild_meta_tensor_no_storage\n(ctorch\nfloat32\nK\3\x85K\1\x85\x89tR"},
            {"quantised", "ctorch._utils\n_rebuild_qtensor\n(" + state + "K\0tR"s},
            {"learned", "ctorch._utils\n_rebuild_parameter\n(ctorch._utils\n_rebuild_qtensor\n)R\x88}tR"},
            {"of a class", "ctorch._tensor\n_rebuild_from_type_v2\n(" + function + "cmy\nTensor\n" + arguments + "}tR"},
            {"extra", "C\2ab"},
            {"n", "K\7"}})));
  CHECK(map.size() == 2);
  CHECK(map["of a class"].equal(map["w"]));
  CHECK(map.metadata.at("n") == "7");
  CHECK(map.passed_over ==
        std::vector<std::string>{"sparse: torch._utils._rebuild_sparse_tensor (an object of Python)",
                                 "meta: torch._utils._rebuild_meta_tensor_no_storage (an object of Python)",
                                 "quantised: torch._utils._rebuild_qtensor (an object of Python)",
                                 "learned: torch._utils._rebuild_qtensor (an object of Python)", "extra: 2 bytes"});
  // Keys that are no texts.
  TensorMap const keys = read(zip_of("}(K\1" + tensor() + ")" + tensor() + "N" + tensor() + "u"));
  CHECK(keys.contains("1"));
  CHECK(keys.contains("#1"));
  CHECK(keys.contains("#2"));
  // Containers of a class of their own.
  CHECK(read(zip_of("cmy\nDict\n)\x81(" + text("w") + tensor() + "u")).contains("w"));
  CHECK(read(zip_of("ccollections\ndefaultdict\n(cbuiltins\ndict\ntR(" + text("w") + tensor() + "u")).contains("w"));
}

TEST_CASE("a whole model gives the tensors of its state_dict", "[io][torch]") {
  auto const module = [](std::string const& name, std::vector<std::pair<std::string, std::string>> const& state) {
    return "c" + name + "\n)\x81" + dict(state) + "b";
  };
  std::string const inner =
      module("torch.nn.modules.conv\nConv2d", {{"training", "\x88"},
                                               {"_parameters", dict({{"weight", tensor()}, {"bias", "N"}})},
                                               {"_buffers", "}"},
                                               {"_modules", "}"}});
  std::string const passing = "\x8f(" + text("temporary") + "\x90";
  std::string const model = module("my\nNet", {{"_modules", dict({{"conv", inner}})},
                                               {"_parameters", dict({{"scale", tensor()}})},
                                               {"_buffers", dict({{"mean", tensor()}, {"temporary", tensor()}})},
                                               {"_non_persistent_buffers_set", passing},
                                               {"other", tensor()}});
  for (std::string const& whole : {model, dict({{"model", model}, {"epoch", "K\1"}, {"best", tensor()}})}) {
    TensorMap const map = read(zip_of(whole));
    REQUIRE(map.size() == 3);
    CHECK(map.begin()->first == "scale");
    CHECK(map.contains("mean"));
    CHECK(map.contains("conv.weight"));
  }
  std::string const text_of_one = message([] { read(zip_of("cmy\nNet\n)\x81}b")); });
  CHECK(text_of_one.find("found my.Net (an object of Python)") != std::string::npos);
  // A model in itself.
  std::string const circle =
      "cmy\nNet\n)\x81q\0}("s + text("_parameters") + "}" + text("_modules") + "}" + text("a") + "h\0sub"s;
  CHECK(refused(zip_of(circle)) == "io.237");
}

TEST_CASE("legacy files of every protocol of pickle", "[io][torch]") {
  std::string const storage = raw_number(6, 8) + floats(6);
  std::string const digits = "L119547037146038801333356L\n.I1001\n.(dp0\nVlittle_endian\np1\nI01\ns.";
  std::string const oldest =
      digits +
      "(dp0\nVw\np1\nctorch._utils\n_rebuild_tensor_v2\np2\n(P('storage', <class 'torch.FloatStorage'>, '0', 'cpu', "
      "6, None)\nI1\n(I2\ntp3\n(I1\ntp4\nI00\nccollections\nOrderedDict\np5\n(tRp6\ntp7\nRp8\ns.(lp0\nV0\np1\na." +
      storage;
  CHECK(read(oldest)["w"][1].item<double>() == 2);
  std::string const pickle = dict({{"w", tensor({{2}, {1}, 1, 6, "0", "FloatStorage", "N"})}});
  std::string const keys = "](" + text("0") + "e.";
  for (char protocol = 1; protocol <= 5; ++protocol) {
    std::string const start = protocol < 2 ? ""s : std::string("\x80") + protocol;
    std::string const frame = protocol < 4 ? ""s : "\x95" + raw_number(1000, 8);
    std::string const number =
        protocol < 2 ? "L119547037146038801333356L\n" : "\x8a\n" + std::string(torch_legacy_mark);
    std::string const bytes = start + frame + number + "." + start + "M\xe9\3." + start + "}." + start + frame +
                              pickle + "." + start + keys + storage;
    INFO(int{protocol});
    CHECK(read(bytes)["w"][1].item<double>() == 2);
  }
  // A storage of numbers that are not read lies between the others.
  std::string const odd = "(X\7\0\0\0storagectorch\nQInt8Storage\nX\1\0\0\0001X\3\0\0\0cpuK\3NtQ"s;
  std::string const mixed = dict({{"q", "ctorch._utils\n_rebuild_qtensor\n(" + odd + "K\0tR"s},
                                  {"w", tensor({{2}, {1}, 1, 6, "2", "FloatStorage", "N"})}});
  TensorMap const map = read(legacy_of(mixed, raw_number(3, 8) + "abc" + storage, "(" + text("1") + text("2") + "l"));
  CHECK(map["w"][0].item<double>() == 1);
  CHECK(map.passed_over.size() == 1);
}

TEST_CASE("numbers in metadata do not depend on the locale", "[io][torch][locale]") {
  CommaLocale const comma;
  std::string const pickle = dict({{"w", tensor()}, {"lr", "G\x3e\x7a\xd7\xf2\x9a\xbc\xaf\x48"}, {"half", "F0.5\n"}});
  TensorMap const map = read(zip_of(pickle));
  CHECK(map.metadata.at("lr") == "1e-07");
  CHECK(map.metadata.at("half") == "0.5");
}

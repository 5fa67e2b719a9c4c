// covers: io/pickle/bytes.hpp
// covers: io/pickle/literal.hpp
// covers: io/pickle/machine.hpp
// covers: io/pickle/stack.hpp
// covers: io/pickle/value.hpp
// covers: io/pickle/writer.hpp
// covers: io/torch/globals.hpp
// covers: io/torch/dtypes.hpp
#include <dynvision/io/pickle/machine.hpp>
#include <dynvision/io/pickle/writer.hpp>
#include <dynvision/io/torch/globals.hpp>

#include "failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace dynvision;
using namespace std::string_literals;

namespace {

struct Run {
  std::string bytes;
  PickleValues values{"file"};
  TorchGlobals names;
  PickleIndex root = 0;
  std::string rest;

  explicit Run(std::string pickle) : bytes(std::move(pickle)) {
    PickleMachine machine(values, names, std::string_view(bytes));
    root = machine.run();
    rest = machine.rest();
  }
  PickleValue const& value() const { return values[root]; }
  PickleValue const& item(std::size_t i) const { return values[value().items.at(i)]; }
};

std::string refused(std::string const& pickle) {
  return failure([&] { Run const run(pickle); });
}

}  // namespace

TEST_CASE("plain values of a pickle", "[io][pickle]") {
  CHECK(Run("\x80\2N."s).value().kind == PickleKind::none);
  CHECK(Run("\x88."s).value().integer == 1);
  CHECK(Run("\x89."s).value().integer == 0);
  CHECK(Run("K\xff."s).value().integer == 255);
  CHECK(Run("M\1\2."s).value().integer == 513);
  CHECK(Run("J\xff\xff\xff\xff."s).value().integer == -1);
  CHECK(Run("\x8a\0."s).value().integer == 0);
  CHECK(Run("\x8a\1\xfe."s).value().integer == -2);
  CHECK(Run("\x8a\10\xff\xff\xff\xff\xff\xff\xff\x7f."s).value().integer == INT64_MAX);
  CHECK(Run("\x8b\2\0\0\0\1\1."s).value().integer == 257);
  CHECK(Run("G\x3f\xf8\0\0\0\0\0\0."s).value().real == 1.5);
  CHECK(Run("X\3\0\0\0abc."s).value().text == "abc");
  CHECK(Run("\x8c\3abc."s).value().text == "abc");
  CHECK(Run("U\3abc."s).value().text == "abc");
  CHECK(Run("\x80\4\x95\1\0\0\0\0\0\0\0C\3abc."s).value().kind == PickleKind::bytes);
  CHECK(Run("N.more"s).rest == "more");
}

TEST_CASE("containers of a pickle", "[io][pickle]") {
  CHECK(Run(")."s).value().kind == PickleKind::tuple);
  CHECK(Run("K\1K\2\x86."s).item(1).integer == 2);
  CHECK(Run("(K\1K\2K\3t."s).value().items.size() == 3);
  Run const list("](K\1K\2eK\3a."s);
  CHECK(list.value().kind == PickleKind::list);
  CHECK(list.item(2).integer == 3);
  Run const dict("}(X\1\0\0\0aK\1X\1\0\0\0bK\2uX\1\0\0\0cK\3s."s);
  CHECK(dict.value().kind == PickleKind::dict);
  CHECK(dict.item(4).text == "c");
  CHECK(Run("ccollections\nOrderedDict\n)R."s).value().kind == PickleKind::dict);
  CHECK(Run("K\7q\0"s + "q\5" + "h\0"s + "h\5\x86.").item(0).integer == 7);
  CHECK(Run("\x80\4\x8c\13collections\x8c\13OrderedDict\x93)R\x94."s).value().kind == PickleKind::dict);
  // Attributes of a dictionary are passed over.
  CHECK(Run("ccollections\nOrderedDict\n)R}X\1\0\0\0a}sb."s).value().items.empty());
}

TEST_CASE("nothing executes: every name but a few is refused by its name", "[io][pickle]") {
  for (std::string const name : {"os\nsystem", "builtins\neval", "builtins\nexec", "builtins\ngetattr", "posix\nsystem",
                                 "torch\nload", "torch.nn.modules.linear\nLinear", "numpy.core.multiarray\nscalar",
                                 "torch.storage\n_load_from_bytes", "torch.hub\nload", "functools\npartial", "\n"}) {
    std::string const pickle = "c" + name + "\n(X\2\0\0\0lstR."s;
    CHECK(refused(pickle) == "io.226");
    std::string shown = name;
    shown[shown.find('\n')] = '.';
    CHECK(message([&] { Run const run(pickle); }).find("\"" + shown + "\": refused") != std::string::npos);
  }
  CHECK(refused("\x8c\2os\x8c\6system\x93."s) == "io.226");
  CHECK(refused("\x80\2ios\nsystem\n."s) == "io.223");  // INST
  CHECK(refused("\x82\1."s) == "io.223");               // EXT1
  CHECK(refused("P1\n."s) == "io.223");                 // PERSID
  CHECK(refused("(os\n."s) == "io.223");                // OBJ
  CHECK(refused("\x97."s) == "io.223");                 // NEXT_BUFFER
}

TEST_CASE("names are called with what they expect", "[io][pickle]") {
  CHECK(refused("ctorch._utils\n_rebuild_tensor_v2\n)R."s) == "io.227");
  CHECK(refused("ctorch._utils\n_rebuild_parameter\n)R."s) == "io.227");
  CHECK(refused("ctorch\nSize\n)R."s) == "io.227");
  CHECK(refused("ctorch\nfloat32\n)R."s) == "io.227");
  CHECK(refused("ccollections\nOrderedDict\nK\1\x85R."s) == "io.227");
  CHECK(refused("ccollections\nOrderedDict\n](]e\x85R."s) == "io.227");
  CHECK(refused("ccollections\nOrderedDict\n}\x81."s) == "io.224");
  CHECK(refused("K\1)R."s) == "io.224");
  CHECK(refused("K\1}b."s) == "io.224");
  CHECK(refused("K\1Q."s) == "io.228");
  CHECK(refused("X\6\0\0\0module\x85Q."s) == "io.227");
  CHECK(refused("(X\7\0\0\0storagectorch\nfloat32\nX\1\0\0\0000X\3\0\0\0cpuK\1tQ."s) == "io.228");
  CHECK(refused("(X\7\0\0\0storagectorch\nSize\nX\1\0\0\0000X\3\0\0\0cpuK\1tQ."s) == "io.228");
}

TEST_CASE("pickles that are cut short or wrong", "[io][pickle]") {
  std::string const whole = "\x80\2}(X\1\0\0\0aK\1X\1\0\0\0b]q\0u."s;
  CHECK(refused(whole) == "none");
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK(refused(whole.substr(0, n)) == "io.222");
  CHECK(refused("\x80\7N."s) == "io.222");
  CHECK(refused("X\xff\xff\xff\xff."s) == "io.222");
  CHECK(refused("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."s) == "io.222");
  CHECK(refused("c" + std::string(100'000, 'x')) == "io.222");
  for (std::string const pickle : {".", "0.", "a.", "(a.", "e.", "t.", "K\1(0.", "]K\1s.", "}(K\1u.", "](K\1u.", "2."})
    CHECK(refused(pickle) == "io.224");
}

TEST_CASE("memo keys out of range", "[io][pickle]") {
  CHECK(refused("h\0."s) == "io.225");
  CHECK(refused("j\xff\xff\xff\xff."s) == "io.225");
  CHECK(refused("Nr\xff\xff\xff\xff."s) == "io.225");
  CHECK(refused("Nr\0\0\0\1."s) == "io.225");
  CHECK(refused("Nq\2h\1."s) == "io.225");
}

TEST_CASE("bombs cost no more than their size", "[io][pickle]") {
  // Lists of lists, doubled forty times: 2^40 values if anyone copied them.
  std::string doubling = "]q\0"s;
  for (int i = 0; i < 40; ++i)
    doubling += "0](h" + std::string(1, static_cast<char>(i)) + "h" + std::string(1, static_cast<char>(i)) + "eq" +
                std::string(1, static_cast<char>(i + 1));
  CHECK(Run(doubling + ".").value().items.size() == 2);
  // A million levels.
  CHECK(Run(std::string(1'000'000, ']') + std::string(999'999, 'a') + ".").value().items.size() == 1);
  CHECK(Run(std::string(1'000'000, '(') + std::string(1'000'000, 't') + ".").value().items.size() == 1);
  // A list in itself.
  CHECK(Run("]q\0h\0a."s).value().items.size() == 1);
  CHECK(refused(std::string(5'000'000, ']') + ".") == "io.221");
}

TEST_CASE("a tensor is described, and its form checked", "[io][pickle]") {
  auto const tensor = [](std::string const& name, std::string const& type, std::string const& offset,
                         std::string const& sizes, std::string const& strides, std::string const& more) {
    return "ctorch._utils\n" + name + "\n((X\7\0\0\0storage"s + type + "X\1\0\0\0000X\3\0\0\0cpuK\6tQ"s + offset +
           sizes + strides + more + "tR.";
  };
  std::string const floats = "ctorch\nFloatStorage\n", untyped = "ctorch.storage\nUntypedStorage\n";
  Run const plain(tensor("_rebuild_tensor_v2", floats, "K\1", "K\2K\2\x86", "K\2K\1\x86", "\x89}"));
  REQUIRE(plain.names.tensors.size() == 1);
  CHECK(plain.names.tensors[0].dtype == at::kFloat);
  CHECK(plain.names.tensors[0].offset == 1);
  CHECK(plain.names.tensors[0].strides == std::vector<std::int64_t>{2, 1});
  CHECK(plain.names.storages[0].numel == 6);
  Run const v3(tensor("_rebuild_tensor_v3", untyped, "K\0"s, "K\3\x85", "K\1\x85", "\x89}ctorch\nuint16\n"));
  CHECK(v3.names.tensors[0].dtype == c10::ScalarType::UInt16);
  auto const error = [&](auto const&... parts) { return refused(tensor(parts...)); };
  CHECK(error("_rebuild_tensor_v2", untyped, "K\0"s, "K\3\x85", "K\1\x85", "\x89}") == "io.227");
  CHECK(error("_rebuild_tensor_v3", untyped, "K\0"s, "K\3\x85", "K\1\x85", "\x89}") == "io.227");
  CHECK(error("_rebuild_tensor_v2", floats, "N", "K\3\x85", "K\1\x85", "\x89}") == "io.227");
  CHECK(error("_rebuild_tensor_v2", floats, "K\0"s, "K\3\x85", ")", "\x89}") == "io.227");
  CHECK(error("_rebuild_tensor_v2", floats, "K\0"s, "J\xff\xff\xff\xff\x85", "K\1\x85", "\x89}") == "io.227");
  CHECK(error("_rebuild_tensor_v2", floats, "K\0"s, "N\x85", "K\1\x85", "\x89}") == "io.227");
  std::string many = "(";
  for (int i = 0; i < 65; ++i) many += "K\1";
  CHECK(error("_rebuild_tensor_v2", floats, "K\0"s, many + "t", many + "t", "\x89}") == "io.227");
}

TEST_CASE("what the writer writes is read", "[io][pickle]") {
  PickleWriter writer;
  writer.ordered_dict();
  writer.mark();
  writer.text("k\n\xC3\xA4"), writer.integer(-5);
  writer.text("big"), writer.integer(std::int64_t{1} << 40U);
  writer.text("flag"), writer.boolean(true);
  writer.text("none"), writer.none();
  writer.set_all();
  writer.stop();
  Run const run(writer.bytes);
  REQUIRE(run.value().items.size() == 8);
  CHECK(run.item(0).text == "k\n\xC3\xA4");
  CHECK(run.item(1).integer == -5);
  CHECK(run.item(3).integer == std::int64_t{1} << 40U);
  CHECK(run.item(5).integer == 1);
  CHECK(run.item(7).kind == PickleKind::none);
}

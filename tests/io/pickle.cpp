// covers: io/pickle/bytes.hpp
// covers: io/pickle/literal.hpp
// covers: io/pickle/machine.hpp
// covers: io/pickle/stack.hpp
// covers: io/pickle/text_literal.hpp
// covers: io/pickle/value.hpp
// covers: io/pickle/writer.hpp
// covers: io/torch/globals.hpp
// covers: io/torch/dtypes.hpp
// covers: io/torch/storage_id.hpp
#include <dynvision/io/pickle/machine.hpp>
#include <dynvision/io/pickle/writer.hpp>
#include <dynvision/io/torch/globals.hpp>

#include "failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
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

TEST_CASE("nothing executes: what is not understood stays an object, known by its name", "[io][pickle]") {
  for (std::string const name :
       {"os\nsystem", "builtins\neval", "builtins\nexec", "builtins\ngetattr", "posix\nsystem", "torch\nload",
        "torch.nn.modules.linear\nLinear", "numpy.core.multiarray\nscalar", "torch.storage\n_load_from_bytes",
        "torch.hub\nload", "functools\npartial", "m\xC3\xBCller.models\nN\x01"}) {
    std::string shown = name;
    std::replace(shown.begin(), shown.end(), '\n', '.');
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
    std::string const arguments = "(X\2\0\0\0lst"s;
    for (std::string const& pickle :
         {"c" + name + "\n" + arguments + "R.", "c" + name + "\n)\x81.", "c" + name + "\n" + arguments + "}\x92.",
          "(i" + name + "\n.", "(c" + name + "\nK\1o.", "c" + name + "\n" + arguments + "R)R."}) {
      Run const run(pickle);
      CHECK(run.value().kind == PickleKind::object);
      CHECK(run.values.name(run.root) == shown);
      CHECK(run.value().items.empty());
    }
    CHECK(Run("c" + name + "\n.").value().kind == PickleKind::global);
  }
  Run const newer("\x8c\2os\x8c\6system\x93\x8c\2ls\x85R."s);
  CHECK(newer.values.name(newer.root) == "os.system");
  for (std::string const& pickle : {"\x82\1."s, "\x83\1\0."s, "\x84\1\0\0\0."s}) {  // EXT1, EXT2, EXT4
    Run const extension(pickle);
    CHECK(extension.values.name(extension.root) == "copyreg.extension");
  }
  CHECK(Run("\x82\1)R."s).value().kind == PickleKind::object);
  CHECK(Run("P1\n."s).value().kind == PickleKind::object);  // PERSID
  CHECK(Run("K\1Q."s).value().kind == PickleKind::object);
  CHECK(Run("X\1\0\0\0xK\1\x86Q."s).value().kind == PickleKind::object);
  CHECK(refused("\x97."s) == "io.223");  // NEXT_BUFFER: buffers that are not in the file
  CHECK(refused("\xff."s) == "io.223");
}

TEST_CASE("objects have their state, or are containers of their class", "[io][pickle]") {
  Run const state("cargparse\nNamespace\n)\x81}X\2\0\0\0lrK\1sb."s);
  REQUIRE(state.value().items.size() == 1);
  CHECK(state.item(0).kind == PickleKind::dict);
  CHECK(state.values[state.item(0).items[0]].text == "lr");
  Run const dict("ca\nDict\n)\x81(X\1\0\0\0aK\1X\1\0\0\0bK\2uX\1\0\0\0cK\3s}b."s);
  CHECK(dict.value().kind == PickleKind::dict);
  CHECK(dict.values.name(dict.root) == "a.Dict");
  REQUIRE(dict.value().items.size() == 6);
  CHECK(dict.item(5).integer == 3);
  Run const list("ccollections\ndeque\n)R(K\1K\2eK\3a."s);
  CHECK(list.value().kind == PickleKind::list);
  CHECK(list.value().items.size() == 3);
  CHECK(Run("ca\nSet\n)R(K\1K\2\x90."s).value().kind == PickleKind::set);
  // A class that takes values in two ways.
  CHECK(Run("ca\nBoth\n)R(K\1e(K\2K\3u."s).value().items.size() == 1);
  // Attributes of tensors, containers and classes are no numbers.
  CHECK(Run("ca\nb\n}b."s).value().kind == PickleKind::global);
  CHECK(refused("K\1}b."s) == "io.224");
  CHECK(refused("X\1\0\0\0a}b."s) == "io.224");
  // A state within itself.
  CHECK(Run("ca\nb\n)\x81q\0h\0b."s).value().items.size() == 1);
}

TEST_CASE("plain data behind a call", "[io][pickle]") {
  auto const kind = [](std::string const& pickle) { return Run(pickle + ".").value().kind; };
  std::string const pairs = "}X\1\0\0\0aK\1s\x85"s;
  CHECK(kind("ccollections\nCounter\n" + pairs + "R") == PickleKind::dict);
  CHECK(kind("ccollections\nOrderedDict\n" + pairs + "R") == PickleKind::dict);
  CHECK(kind("ccollections\nOrderedDict\n](](X\1\0\0\0aK\1ee\x85R"s) == PickleKind::dict);
  CHECK(kind("ccollections\ndefaultdict\n(c__builtin__\nlist\ntR") == PickleKind::dict);
  CHECK(kind("cbuiltins\nset\n](K\1e\x85R") == PickleKind::list);
  CHECK(kind("cbuiltins\nfrozenset\n](K\1e\x85R") == PickleKind::list);
  CHECK(kind("cbuiltins\nbytearray\nC\1a\x85R") == PickleKind::bytes);
  CHECK(kind("c__builtin__\nbytearray\nX\1\0\0\0aX\7\0\0\0latin-1\x86R"s) == PickleKind::text);
  CHECK(kind("\x96\2\0\0\0\0\0\0\0ab"s) == PickleKind::bytes);
  CHECK(kind("cbuiltins\ncomplex\nG\0\0\0\0\0\0\0\0G\0\0\0\0\0\0\0\0\x86R"s) == PickleKind::tuple);
  CHECK(kind("ctorch\nSize\nK\1\x85\x85R") == PickleKind::tuple);
  CHECK(kind("ctorch\ndevice\nX\3\0\0\0cpu\x85R"s) == PickleKind::text);
  CHECK(kind("c_codecs\nencode\nX\1\0\0\0aX\6\0\0\0latin1\x86R"s) == PickleKind::text);
  CHECK(kind("ccopy_reg\n_reconstructor\n(ca\nDict\nc__builtin__\ndict\n}tR") == PickleKind::dict);
  Run const made("ccopyreg\n_reconstructor\n(ca\nThing\nc__builtin__\nobject\nNtR."s);
  CHECK(made.values.name(made.root) == "a.Thing");
  Run const made_too("ccopyreg\n__newobj__\n(ca\nThing\ntR."s);
  CHECK(made_too.values.name(made_too.root) == "a.Thing");
  // With other arguments they are objects.
  for (std::string const name : {"ctorch\nSize\n)R", "ctorch\nfloat32\n)R", "ccollections\nOrderedDict\nK\1\x85R",
                                 "ccollections\nOrderedDict\n](]e\x85R", "cbuiltins\nset\nK\1\x85R",
                                 "ctorch._utils\n_rebuild_parameter\n)R", "ctorch._utils\n_rebuild_qtensor\n)R",
                                 "ctorch._tensor\n_rebuild_from_type_v2\n)R", "ccopyreg\n_reconstructor\n)R"}) {
    CHECK(kind(name) == PickleKind::object);
  }
  CHECK(refused("ctorch._utils\n_rebuild_tensor_v2\n)R."s) == "io.227");
  CHECK(refused("ccollections\nOrderedDict\n}\x81."s) == "io.224");
  CHECK(refused("K\1)R."s) == "io.224");
  CHECK(refused("(o."s) == "io.224");
  CHECK(refused("(X\7\0\0\0storageK\1tQ."s) == "io.228");
  CHECK(refused("P('storage', 'x')\n."s) == "io.228");
  CHECK(refused("P('storage', <class 'x'\n."s) == "io.228");
}

TEST_CASE("literals of protocols 0 and 1", "[io][pickle]") {
  CHECK(Run("I12\n."s).value().integer == 12);
  CHECK(Run("I-1\n."s).value().integer == -1);
  CHECK(Run("I01\n."s).root == PickleValues::truth);
  CHECK(Run("I00\n."s).root == PickleValues::falsity);
  CHECK(Run("L12L\n."s).value().integer == 12);
  CHECK(Run("L-12\n."s).value().integer == -12);
  CHECK(Run("L119547037146038801333356L\n."s).value().text == "119547037146038801333356");
  CHECK(Run("F0.5\n."s).value().real == 0.5);
  CHECK(Run("F-1e-08\n."s).value().real == -1e-8);
  CHECK(Run("Finf\n."s).value().real > 1e300);
  CHECK(Run("S'a\\'\\n\\x41\\\\'\n."s).value().text == "a'\nA\\");
  CHECK(Run("S\"b\"\n."s).value().text == "b");
  CHECK(Run("Vk\xe4\\u00e4\\U0001f600\\x\n."s).value().text == "k\xC3\xA4\xC3\xA4\xF0\x9F\x98\x80\\x");
  Run const dict("(dp0\nVa\np1\nI1\nsg1\nI2\ns."s);
  REQUIRE(dict.value().items.size() == 4);
  CHECK(dict.item(2).text == "a");
  CHECK(Run("(I1\nI2\ntp0\n0g0\n."s).value().items.size() == 2);
  // A tuple within itself pops what it put, and the mark.
  CHECK(Run("]p0\n(g0\ntp1\na0(g0\n00g1\n."s).value().kind == PickleKind::tuple);
  for (std::string const pickle : {"Ix\n.", "I\n.", "I1 \n.", "Fx\n.", "F\n.", "Sx\n.", "S'\n.", "L\n.", "I1"}) {
    CHECK((refused(pickle) == "io.229" || refused(pickle) == "io.222"));
  }
  CHECK(refused("gx\n.") == "io.222");
  CHECK(refused("g99999999999999999999999\n.") == "io.222");
  CHECK(refused("g7\n.") == "io.225");
  CHECK(refused("Np99999999\n.") == "io.225");
}

TEST_CASE("the id of a storage, as a tuple and as text", "[io][pickle]") {
  auto const one = [](std::string const& pickle) {
    Run const run(pickle + ".");
    REQUIRE(run.value().kind == PickleKind::storage);
    REQUIRE(run.names.storages.size() == 1);
    return std::pair(std::string(run.names.storages[0].key), run.names.storages[0]);
  };
  auto const [key, tuple] = one("(X\7\0\0\0storagectorch.cuda\nHalfStorage\nX\1\0\0\0007X\3\0\0\0cpuK\6tQ"s);
  CHECK(key == "7");
  CHECK(tuple.dtype == at::kHalf);
  auto const [name, text] = one("P('storage', <class 'torch.FloatStorage'>, '948', 'cuda:0', 6, None)\n");
  CHECK(name == "948");
  CHECK(text.dtype == at::kFloat);
  CHECK(text.numel == 6);
  CHECK(text.begin == 0);
  CHECK(one("P('storage', <class 'torch.FloatStorage'>, '9', 'cpu', 6, ('8', 2, 3))\n").second.begin == 2);
  CHECK(one("P('storage', <class 'torch.storage.UntypedStorage'>, '9', 'cpu', 6)\n").second.dtype == std::nullopt);
  // Quantised numbers: known by their size, never a tensor.
  std::string const quantised = "(X\7\0\0\0storagectorch\nQInt8Storage\nX\1\0\0\0000X\3\0\0\0cpuK\6tQ"s;
  std::string const rebuilt = "ctorch._utils\n_rebuild_tensor_v2\n(", numbers = "K\0K\2\x85K\1\x85\x89}tR."s;
  CHECK(one(quantised).second.dtype == c10::ScalarType::QInt8);
  CHECK(Run(rebuilt + quantised + numbers).value().kind == PickleKind::object);
  // Another class of storages: an object, and what is built on it too.
  std::string const odd = "(X\7\0\0\0storagectorch\nFancyStorage\nX\1\0\0\0000X\3\0\0\0cpuK\6tQ"s;
  Run const object(odd + ".");
  CHECK(object.values.name(object.root) == "torch.FancyStorage");
  CHECK(Run(rebuilt + odd + numbers).value().kind == PickleKind::object);
}

TEST_CASE("pickles that are cut short or wrong", "[io][pickle]") {
  std::string const whole = "\x80\2}(X\1\0\0\0aK\1X\1\0\0\0b]q\0u."s;
  CHECK(refused(whole) == "none");
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK(refused(whole.substr(0, n)) == "io.222");
  CHECK(refused("\x80\7N."s) == "io.222");
  CHECK(refused("X\xff\xff\xff\xff."s) == "io.222");
  CHECK(refused("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."s) == "io.222");
  CHECK(refused("c" + std::string(100'000, 'x')) == "io.222");
  for (std::string const pickle : {".", "0.", "a.", "(a.", "e.", "t.", "K\1(00.", "]K\1s.", "}(K\1u.", "](K\1u.", "2."})
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
  // Small numbers are there once; names are views of the pickle, however often they are put together.
  std::string numbers;
  for (int i = 0; i < 3'000'000; ++i) numbers += "K\1";
  CHECK(Run("](" + numbers + "e.").value().items.size() == 3'000'000);
  std::string const length = "X\xf4\1\0\0"s;
  std::string classes = length + std::string(500, 'm') + "q\0000"s + length + std::string(500, 'n') + "q\0010("s;
  for (int i = 0; i < 500'000; ++i) classes += "h\0h\1\x93)R"s;
  CHECK(Run(classes + "t.").value().items.size() == 500'000);
  // A list of pairs that is turned into a dictionary again and again.
  std::string dicts = "K\1K\1\x86q\0000]("s;
  for (int i = 0; i < 10'000; ++i) dicts += "h\0"s;
  dicts += "eq\0010"s;
  for (int i = 0; i < 10'000; ++i) dicts += "ccollections\nOrderedDict\nh\1\x85R0"s;
  CHECK(refused(dicts + "N.") == "io.221");
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
  // A type of numbers that is not known: an object.
  Run const odd(tensor("_rebuild_tensor_v3", untyped, "K\0"s, "K\3\x85", "K\1\x85", "\x89}ctorch\nuint7\n"));
  CHECK(odd.value().kind == PickleKind::object);
  // Many sizes again and again.
  std::string const sizes = many.substr(0, 1 + 60 * 2) + "t";
  std::string again = tensor("_rebuild_tensor_v2", floats, "K\0"s, sizes, sizes, "\x89}");
  again = again.substr(0, again.size() - 2) + "q\0000"s;
  for (int i = 0; i < 100'000; ++i) again += "ctorch._utils\n_rebuild_tensor_v2\nh\0R0"s;
  CHECK(refused(again + "N.") == "io.221");
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

// JSON with comments becomes values with their places; what is wrong with a file is said with line and column.
// covers: config/tree/parse.hpp config/tree/place.hpp config/tree/problems.hpp config/tree/read.hpp config/tree/value.hpp
#include <dynvision/config/tree/read.hpp>

#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <fstream>

using namespace dynvision;
using namespace dynvision::config;

namespace {

std::string problem_of(std::string_view text) {
  Problems problems;
  CHECK_FALSE(parse(text, "f", problems));
  REQUIRE(problems.all().size() == 1);
  return number_text(problems.all()[0].number) + " " + problems.all()[0].line();
}

void write(std::filesystem::path const& file, std::string const& text) { std::ofstream(file) << text; }

}  // namespace

TEST_CASE("each value and each name knows its line and column", "[config]") {
  Problems problems;
  std::string const text =
      "{ // of a line\n"
      "  \"tau\": 5, /* of\n two lines */ \"lr\":1e-3 ,\n"
      "  \"a \\\" b\" : [true, null,\n\"x\\\\\"], \"o\": {\"t_skip\": -2}\n}";
  std::optional<Value> const root = parse(text, "s.json", problems);
  REQUIRE(root);
  CHECK(root->place.text() == "s.json:1:1");
  CHECK(root->find("tau")->place.text() == "s.json:2:10");
  CHECK(root->names[0].place.text() == "s.json:2:3");
  CHECK(root->find("lr")->place.text() == "s.json:3:20");
  CHECK(root->find("lr")->scalar == 1e-3);
  Value const& list = *root->find("a \" b");
  CHECK(root->names[2].place.text() == "s.json:4:3");
  CHECK(list.place.text() == "s.json:4:14");
  CHECK(list.items[0].place.text() == "s.json:4:15");
  CHECK(list.items[1].place.text() == "s.json:4:21");
  CHECK(list.items[2].place.text() == "s.json:5:1");
  CHECK(root->find("o")->find("t_skip")->place.text() == "s.json:5:25");
  CHECK(root->json().dump() == R"({"tau":5,"lr":0.001,"a \" b":[true,null,"x\\"],"o":{"t_skip":-2}})");
}

TEST_CASE("what is no JSON is said with its line and column", "[config]") {
  CHECK(problem_of("{\"a\": }").starts_with("113 f:1:7: expected JSON: syntax error while parsing value"));
  CHECK(problem_of("{\"a\": 1\n\"b\": 2}").starts_with("113 f:2:3: expected JSON"));
  CHECK(problem_of("").starts_with("113 f:1:1: expected JSON"));
  CHECK(problem_of("{\"a\": 1e999}").starts_with("113 f:1:11: expected JSON: number overflow"));
  CHECK(problem_of("{\"a\": 1} 2").starts_with("113 f:1:10"));
  CHECK(problem_of("{\"a\": 1, // no end\n").starts_with("113 f:"));
  CHECK(problem_of("{\"a\":\n \"\xC3\xA4\xFF\"}") ==
        "112 f:2:5: expected text in UTF-8, found other bytes: save it as UTF-8");
  CHECK(problem_of("{\"a\": 1,\n \"a\": 2}") == "115 f:2:2: \"a\": expected once, is given at f:1:2 too");
  CHECK(problem_of(std::string(100000, '[')) == "114 f:1:65: expected at most 64 objects and lists within each other");
}

TEST_CASE("a file includes others, relative to itself, and goes before them", "[config]") {
  TemporaryFolder const folder;
  std::filesystem::create_directory(folder / "sub");
  write(folder / "study.json", R"({"include": ["sub/a.json", "b.json"], "tau": 1})");
  write(folder / "sub/a.json", R"({"include": "../c.json"})");
  write(folder / "b.json", "{}");
  write(folder / "c.json", "{}");
  Problems problems;
  std::vector<std::string> order;
  for (Document const& one : read_file(folder / "study.json", problems)) order.push_back(one.file.filename());
  CHECK(problems.empty());
  CHECK(order == std::vector<std::string>{"c.json", "a.json", "b.json", "study.json"});
}

TEST_CASE("includes that are not there, or go in a circle, and other wrong files", "[config]") {
  TemporaryFolder const folder;
  auto const only_problem = [&](char const* file) {
    Problems problems;
    read_file(folder / file, problems, {"--config"});
    REQUIRE(problems.all().size() == 1);
    std::string line = problems.all()[0].line();
    for (std::string const name = folder.path.string() + "/"; line.find(name) != std::string::npos;) {
      line.erase(line.find(name), name.size());
    }
    return number_text(problems.all()[0].number) + " " + line;
  };
  write(folder / "study.json", "{\n  \"include\": \"bse.json\"}");
  write(folder / "base.json", "{}");
  CHECK(only_problem("study.json") ==
        "111 study.json:2:14: bse.json: there is no such file: expected base.json | study.json (did you mean "
        "\"base.json\"?)");
  write(folder / "one.json", R"({"include": "two.json"})");
  write(folder / "two.json", R"({"include": ["one.json"]})");
  CHECK(only_problem("one.json") ==
        "117 two.json:1:14: expected files that do not include each other in a circle, found one.json -> two.json -> "
        "one.json");
  write(folder / "self.json", R"({"include": "./self.json"})");
  CHECK(only_problem("self.json").starts_with("117 self.json:1:13: "));
  write(folder / "number.json", R"({"include": 5})");
  CHECK(only_problem("number.json") ==
        "116 number.json:1:13: include: expected the name of a file, or a list of names");
  write(folder / "list.json", "[1]");
  CHECK(only_problem("list.json") == "113 list.json:1:1: expected an object, {\"key\": value, ...}");
  write(folder / "large.json", "{" + std::string(5U << 20U, ' ') + "}");
  CHECK(only_problem("large.json").starts_with("114 --config: large.json: expected at most 4194304 bytes"));
  std::filesystem::create_directory(folder / "folder.json");
  CHECK(only_problem("folder.json").starts_with("111 --config: "));
  for (int i = 0; i < 20; ++i) {
    write(folder / ("deep" + number_text(i) + ".json"), R"({"include": "deep)" + number_text(i + 1) + R"(.json"})");
  }
  CHECK(only_problem("deep0.json").starts_with("114 deep15.json:1:13: expected at most 16 files"));
}

TEST_CASE("one problem is an error with its number, several are one error", "[config]") {
  Problems problems;
  problems.require_none();
  problems.report("config", 121, {"f", 3, 1}, {"no key ", 5});
  try {
    problems.require_none();
    FAIL("expected an error");
  } catch (Error const& error) {
    CHECK(std::string(error.what()) == "[dynvision.config.121] f:3:1: no key 5");
  }
  problems.report("config", 123, {"--lr"}, {"too small"});
  problems.report("config", 123, {"--lr"}, {"too small"});  // said once
  try {
    problems.require_none();
    FAIL("expected an error");
  } catch (Error const& error) {
    CHECK(std::string(error.what()) ==
          "[dynvision.config.101] 2 problems in the configuration:\n  f:3:1: no key 5  [config.121]\n"
          "  --lr: too small  [config.123]");
  }
}

TEST_CASE("objects are merged name by name", "[config]") {
  Problems problems;
  Value base = *parse(R"({"a": {"x": 1, "y": [1]}, "b": 2})", "f", problems);
  base.merge(*parse(R"({"a": {"y": [2], "z": {"u": 1}}, "b": {"c": 3}})", "g", problems));
  CHECK(base.json().dump() == R"({"a":{"x":1,"y":[2],"z":{"u":1}},"b":{"c":3}})");
  CHECK(base.find("a")->find("x")->place.source == "f");
  CHECK(base.find("a")->find("y")->place.source == "g");
}

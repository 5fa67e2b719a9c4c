// What is shown of keys: explanations, the schema for editors, the page of the reference.
// covers: config/explain.hpp config/key_reference.hpp config/schema.hpp
#include <dynvision/config/key_reference.hpp>
#include <dynvision/config/resolve.hpp>
#include <dynvision/config/schema.hpp>

#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>

using namespace dynvision;
using namespace dynvision::config;

TEST_CASE("a key is explained: value, origin, what it overrode, range, names", "[config]") {
  TemporaryFolder const folder;
  std::filesystem::path const file = folder.file("study.json",
                                                 "{\n  \"tau\": 7, \"model\": {\"tau\": 8},\n"
                                                 "  \"layers\": {\"IT\": {\"tau\": 9}}\n}");
  Resolved const resolved = resolve({.files = {file}, .arguments = {"--tau", "3"}, .shipped = std::nullopt});
  CHECK(explain(resolved, "model.tau") ==
        "model.tau = 3 ms\n"
        "  help       time constant of the layer's equation\n"
        "  set by     --tau (command line)\n"
        "  overrode   8 ms of " +
            file.string() +
            ":2:30 (scoped)\n"
            "             7 ms of " +
            file.string() +
            ":2:10 (study)\n"
            "             5 ms, the default\n"
            "  takes      a number above 0\n"
            "  names      tau\n");
  CHECK(explain(resolved, "lr").starts_with("model.learning_rate = 2e-04\n"));
  CHECK(explain(resolved, "lr").find("set by     nothing: this is the default") != std::string::npos);
  CHECK(explain(resolved, "layers.IT.tau").starts_with("model.layers.IT.tau = 9\n"));
  CHECK(explain_json(resolved, "seed").size() == 3);
  try {
    explain(resolved, "model.tua");
    FAIL("expected an error");
  } catch (Error const& error) {
    CHECK(std::string(error.what()).find("did you mean \"tau\"?") != std::string::npos);
  }
}

TEST_CASE("the schema has every key, alone, in its section, and for a command", "[config]") {
  Json const all = schema();
  for (Key const& key : catalog().keys()) {
    INFO(key.whole_name());
    Json const* at = &all;
    for (std::string_view rest = key.name; !rest.empty();) {
      std::size_t const dot = rest.find('.');
      REQUIRE(at->contains("properties"));
      REQUIRE((*at)["properties"].contains(std::string(rest.substr(0, dot))));
      at = &(*at)["properties"][std::string(rest.substr(0, dot))];
      rest = dot == rest.npos ? "" : rest.substr(dot + 1);
    }
    std::string const top = key.name.substr(0, key.name.find('.'));
    CHECK(all["$defs"][key.section]["properties"].contains(top));
    CHECK(all["$defs"]["scoped"]["properties"].contains(top));
  }
}

TEST_CASE("what the page on configuration shows is a study", "[config]") {
  REQUIRE(shipped_folder());
  std::ifstream page(*shipped_folder() / "../docs/concepts/configuration.md");
  REQUIRE(page);
  std::string const text((std::istreambuf_iterator<char>(page)), std::istreambuf_iterator<char>());
  TemporaryFolder const folder;
  folder.file("common.json", "{}");
  int n = 0;
  std::string const begin = "```json\n";
  for (std::size_t at = text.find(begin); at != text.npos; at = text.find(begin, at + 1)) {
    std::string const block = text.substr(at + begin.size(), text.find("```", at + 1) - at - begin.size());
    INFO(block);
    resolve({.files = {folder.file("study.json", block)}}).problems.require_none();
    ++n;
  }
  CHECK(n == 2);
}

TEST_CASE("the page of keys has a row for each", "[config]") {
  std::string const page = key_reference();
  for (Key const& key : catalog().keys()) {
    INFO(key.whole_name());
    CHECK(page.find("`" + key.name + "`") != std::string::npos);
  }
}

// What holds for every key and every layer: values go round, layers go before each other in one order, no file brings it down.
#include <dynvision/config/resolve.hpp>

#include "../io/temporary_folder.hpp"
#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <random>

using namespace dynvision;
using namespace dynvision::config;

namespace {

// A value that a schema allows.
Json drawn(Json const& schema, Json const& otherwise, std::mt19937& g) {
  auto const below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(g); };
  if (schema.contains("enum")) return schema["enum"][below(schema["enum"].size())];
  if (schema.contains("anyOf")) return drawn(schema["anyOf"][below(schema["anyOf"].size())], otherwise, g);
  std::string const type = schema.value("type", "");
  if (type == "null") return nullptr;
  if (type == "boolean") return below(2) == 1;
  if (type == "string") {
    std::string const pattern = schema.value("pattern", "");
    if (pattern.ends_with("ms$")) return std::to_string(2 * below(10) + 2) + " ms";
    return pattern.empty() ? Json("a word") : pattern.starts_with("^[01]") ? Json("0110") : Json("cpu");
  }
  if (type == "integer" || type == "number") {
    double const low = schema.value("minimum", schema.value("exclusiveMinimum", -1000.0));
    double const high = std::min(schema.value("maximum", schema.value("exclusiveMaximum", low + 1000)), low + 1000);
    if (type == "integer") return std::uniform_int_distribution<std::int64_t>(std::int64_t(low), std::int64_t(high))(g);
    return low + (high - low) * std::uniform_real_distribution<double>(0.001, 0.999)(g);
  }
  if (type == "array" && schema.contains("items") && !schema["items"].contains("type") &&
      !schema["items"].contains("enum")) {
    return otherwise;
  }
  if (type == "array") {
    if (schema["items"] == Json{{"type", "array"}}) return Json::array({{0.25}, {0.5}});
    Json list = Json::array();
    std::size_t const n =
        schema.value("minItems", 1U) == schema.value("maxItems", 9U) ? schema.value("minItems", 1U) : 3;
    for (std::size_t i = 0; i < n; ++i) list.push_back(drawn(schema["items"], otherwise, g));
    return list;
  }
  if (type == "object") {
    Json object = Json::object();
    if (schema.contains("properties")) {
      for (auto const& [name, inner] : schema["properties"].items()) {
        object[name] = inner.empty() ? Json(1) : drawn(inner, otherwise, g);
      }
    } else if (schema.contains("additionalProperties") && schema["additionalProperties"].is_object()) {
      for (char const* const name : {"V1", "IT"}) object[name] = drawn(schema["additionalProperties"], otherwise, g);
    }
    return object;
  }
  return otherwise;
}

Json value_of(Resolved const& resolved, Key const& key) {
  for (Problem const& problem : resolved.problems.all()) {
    INFO(problem.line());
    CHECK(problem.number > 140);  // of several keys together
  }
  return resolved.find(key.whole_name())->origin.value;
}

}  // namespace

TEST_CASE("every key takes what its schema says, from files and arguments alike, and gives it back", "[config][laws]") {
  std::mt19937 g(7);
  TemporaryFolder const folder;
  for (Key const& key : catalog().keys()) {
    for (int again = 0; again < 2; ++again) {
      Json const value = drawn(key.schema, key.default_value, g);
      INFO(key.whole_name() << " = " << value.dump());
      Json nested = value;
      std::string rest = key.whole_name();
      for (std::size_t dot = rest.rfind('.'); dot != rest.npos; dot = rest.rfind('.')) {
        nested = Json{{rest.substr(dot + 1), nested}};
        rest.resize(dot);
      }
      nested = Json{{rest, nested}};
      Request const file{.files = {folder.file("a.json", nested.dump())}, .shipped = std::nullopt};
      Request const dotted{.files = {folder.file("b.json", Json{{key.whole_name(), value}}.dump())},
                           .shipped = std::nullopt};
      std::string const text = value.is_string() ? value.get<std::string>() : value.dump();
      Request const argument{.arguments = {"--" + key.whole_name() + "=" + text}, .shipped = std::nullopt};
      Resolved const first = resolve(file);
      Json const got = value_of(first, key);
      CHECK(value_of(resolve(dotted), key) == got);
      CHECK(value_of(resolve(argument), key) == got);
      Request const repeated{.files = {folder.file("c.json", first.json().dump())}, .shipped = std::nullopt};
      Resolved const second = resolve(repeated);
      CHECK(value_of(second, key) == got);
      if (key.without_effect.empty()) CHECK(key.get(second.study) == key.get(first.study));
    }
  }
}

TEST_CASE("layers go before each other in one order, whichever of them say something", "[config][laws]") {
  std::mt19937 g(11);
  for (int draw = 0; draw < 40; ++draw) {
    TemporaryFolder const folder;
    std::vector<Json> shipped(4, Json::object());  // defaults, data, workflow, modes
    Json first = Json::object(), second = Json::object();
    std::vector<std::string> arguments;
    std::vector<int> given;
    auto const says = [&](int value, auto const& put) {
      if (g() % 2 == 0) return;
      given.push_back(value);
      put(value);
    };
    auto& any = g() % 2 == 0 ? first : shipped[g() % 3];  // an override counts alike wherever it stands
    says(1, [&](int v) { shipped[0]["batch_size"] = v; });
    says(2, [&](int v) { shipped[1]["data_args"] = {{"batch_size", v}}; });
    says(3, [&](int v) { shipped[2]["batch_size"] = v; });
    says(4, [&](int v) { first["batch_size"] = v; });
    says(5, [&](int v) { second["batch_size"] = v; });
    says(6, [&](int v) { shipped[3]["modes"] = {{"local", {{"batch_size", v}}}}; });
    says(7, [&](int v) { any["data"] = {{"batch_size", v}}; });
    says(8, [&](int v) { any["train"]["batch_size"] = v; });
    says(9, [&](int v) { any["train"]["data"] = {{"batch_size", v}}; });
    says(10, [&](int v) { arguments = {"--batch_size", number_text(v)}; });
    second["test"] = {{"batch_size", 99}};  // of another command
    char const* const names[]{"defaults.json", "data.json", "workflow.json", "modes.json"};
    for (std::size_t i = 0; i < 4; ++i) folder.file(names[i], shipped[i].dump());
    folder.file("experiments.json", "{}");
    Resolved const resolved =
        resolve({.files = {folder.file("1.json", first.dump()), folder.file("2.json", second.dump())},
                 .arguments = arguments,
                 .shipped = folder.path,
                 .cluster = ""});
    resolved.problems.require_none();
    Setting const& setting = *resolved.find("data.batch_size");
    std::vector<Json> found{setting.origin.value};
    for (Origin const& origin : setting.overrode) found.push_back(origin.value);
    std::vector<Json> expected(given.rbegin(), given.rend());
    expected.push_back(BatchOptions{}.batch_size);
    CHECK(found == expected);
    CHECK(resolved.study.fit.batches.batch_size == expected.front().get<std::int64_t>());
  }
}

TEST_CASE("a file that is broken at random places is refused with its place, or is another configuration",
          "[config][laws]") {
  std::mt19937 g(13);
  TemporaryFolder const folder;
  std::string const whole =
      "{ // a study\n \"include\": [\"other.json\"],\n \"tau\": 7, \"model\": {\"rctype\": \"self\", \"layers\": "
      "{\"IT\": "
      "{\"tau\": 9}}},\n \"train\": {\"data\": {\"batch_size\": 32}}, \"pattern\": [1, 0, 1],\n \"normalize\": [[0.5], "
      "[0.25]], \"lr_parameter_groups\": {\"classifier\": {\"lr_factor\": 60}}, \"modes\": {\"debug\": {\"epochs\": "
      "1}}\n}";
  folder.file("other.json", "{}");
  int refused = 0;
  for (int draw = 0; draw < 300; ++draw) {
    std::string text = whole;
    for (auto n = 1 + g() % 3; n > 0; --n) {
      std::size_t const at = g() % text.size();
      char const* const parts[]{"{", "}", "[", "]", "\"", ",", ":", "//", "null", "1e400", "\xff", "\\", "-", "\n"};
      switch (g() % 3) {
        case 0:
          text.erase(at, 1 + g() % 5);
          break;
        case 1:
          text.insert(at, parts[g() % 14]);
          break;
        default:
          text[at] = static_cast<char>(g());
          break;
      }
    }
    Resolved const resolved = resolve({.files = {folder.file("study.json", text)}, .shipped = std::nullopt});
    for (Problem const& problem : resolved.problems.all()) CHECK_FALSE(problem.place.source.empty());
    refused += !resolved.problems.empty();
  }
  CHECK(refused > 200);
}

TEST_CASE("the whole hierarchy is checked within 50 ms", "[config]") {
  REQUIRE(shipped_folder());
  double shortest = 1e9;  // [ms]
  for (int i = 0; i < 10; ++i) {
    auto const start = std::chrono::steady_clock::now();
    Resolved const resolved =
        resolve({.arguments = {"--experiment", "duration", "--tau", "9"}, .scope = "test", .sweeps = true});
    shortest =
        std::min(shortest, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    resolved.problems.require_none();
    CHECK(resolved.sweeps.size() == 1);
  }
  CHECK(shortest < 50);
  UNSCOPED_INFO("shortest: " << shortest << " ms");
}

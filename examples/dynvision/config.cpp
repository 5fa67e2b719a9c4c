// dynvision config: what a study says, where each value comes from, what keys there are.
#include <dynvision/config/explain.hpp>
#include <dynvision/config/resolve.hpp>
#include <dynvision/config/schema.hpp>
#include <dynvision/core/text_columns.hpp>

#include "all_commands.hpp"
#include "study.hpp"

#include <iostream>

namespace program {

namespace {

namespace config = dynvision::config;
using dynvision::fail;

struct Arguments {
  StudyWords study;
  std::string action, key, scope = "train";
  bool all = false, json = false;
};

config::Resolved resolved_of(Arguments const& arguments, bool sweeps) {
  config::Request request;
  for (std::string const& file : arguments.study.files) request.files.emplace_back(file);
  request.arguments = arguments.study.keys;
  request.scope = arguments.scope;
  request.sweeps = sweeps;
  return config::resolve(request);
}

int show(config::Resolved const& resolved, Arguments const& arguments) {
  resolved.problems.require_none();
  if (arguments.json) {
    std::cout << resolved.json().dump(2) << std::endl;
    return done;
  }
  std::vector<std::vector<std::string>> rows{{"key", "value", "unit", "set by"}};
  for (config::Setting const& setting : resolved.settings) {
    if (!arguments.all && !setting.given()) continue;
    std::string value = setting.origin.value.dump();
    if (value.size() > 60) value = value.substr(0, 57) + "...";
    rows.push_back({setting.key->whole_name(), value, setting.key->unit, setting.origin.text()});
  }
  std::cout << dynvision::text_columns(rows, {false, false, false, false}, 2);
  for (config::ActiveMode const& mode : resolved.modes) std::cout << "mode " << mode.name << ": " << mode.why << "\n";
  for (std::string const& note : resolved.notes) std::cout << "note: " << note << "\n";
  if (!arguments.all) std::cout << "All others have their defaults: dynvision config show --all" << std::endl;
  return done;
}

int check(config::Resolved const& resolved, Arguments const& arguments) {
  if (arguments.json) {
    Json problems = Json::array();
    for (config::Problem const& one : resolved.problems.all()) {
      problems.push_back({{"number", "config." + dynvision::number_text(one.number)}, {"message", one.line()}});
    }
    std::cout << Json{{"problems", problems}, {"notes", resolved.notes}}.dump(2) << std::endl;
    return resolved.problems.empty() ? done : misused;
  }
  resolved.problems.require_none();
  std::size_t given = 0;
  for (config::Setting const& setting : resolved.settings) given += setting.given() ? 1 : 0;
  for (std::string const& note : resolved.notes) std::cout << "note: " << note << "\n";
  std::cout << "The configuration is sound: " << given << " keys given";
  if (!resolved.sweeps.empty()) std::cout << ", " << resolved.sweeps.size() << " of them swept";
  std::cout << "." << std::endl;
  return done;
}

int explain(config::Resolved const& resolved, Arguments const& arguments) {
  if (arguments.key.empty()) fail("program", 104, "config explain: expected the name of a key, such as tau");
  resolved.problems.require_none();
  if (arguments.json) {
    std::cout << config::explain_json(resolved, arguments.key).dump(2) << std::endl;
  } else {
    std::cout << config::explain(resolved, arguments.key) << std::flush;
  }
  return done;
}

int keys() {
  for (config::Key const& key : config::catalog().keys()) {
    std::cout << "--" << key.whole_name() << "\n--" << key.name << "\n";
    for (std::string const& alias : key.aliases) {
      if (alias.find('.') == alias.npos) std::cout << "--" << alias << "\n";
    }
  }
  return done;
}

int run_config(Arguments const& arguments) {
  if (arguments.action == "schema") {
    std::cout << config::schema().dump(2) << std::endl;
    return done;
  }
  if (arguments.action == "keys") return keys();
  config::Resolved const resolved = resolved_of(arguments, arguments.action != "explain");
  if (arguments.action == "show") return show(resolved, arguments);
  if (arguments.action == "check") return check(resolved, arguments);
  return explain(resolved, arguments);
}

}  // namespace

Command const config_command{
    "config", "show, explain and check a configuration; the schema of its files",
    "  dynvision config check --config study.json\n"
    "  dynvision config show --config study.json --tau 9 --all\n"
    "  dynvision config explain lr --config study.json\n"
    "  dynvision config schema > study.schema.json               for editors: \"$schema\": \"study.schema.json\"\n"
    "  dynvision config keys                                     all options that keys are\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      line.word("action", arguments->action, "show | explain KEY | schema | check | keys",
                {"show", "explain", "schema", "check", "keys"});
      line.argument("KEY", arguments->key, "of explain: name or alias of a key, with or without its section", false);
      take_study(line, arguments->study);
      line.value("--scope", arguments->scope, "the command whose overrides count: train, test or init", "COMMAND");
      line.flag("--all", arguments->all, "show the keys that have their defaults, too");
      line.flag("--json", arguments->json, "for programs");
      return [arguments] { return run_config(*arguments); };
    }};

}  // namespace program

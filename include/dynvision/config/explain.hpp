// What a key is, where it was set and what it overrode: for a reader, and as JSON.
//
//   std::fputs(config::explain(resolved, "lr").c_str(), stdout);
//
//   model.learning_rate = 0.001
//     help       base of the schedule
//     set by     --lr (command line)
//     overrode   0.004 of study.json:3:9 (study)
//                0.0002, the default
//     takes      a number above 0
//     names      learning_rate, lr
//
// A name or alias without a section explains every key that has it; layers.IT.tau the value within the key layers.
//
// Errors: config.121.
#pragma once
#include <dynvision/config/layers/resolved.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dynvision::config {

namespace explaining {

struct Found {
  Key const* key;
  std::string within;  // of an object: "IT.tau"
};

// The keys of a name; of the longest beginning of it that is a key which takes an object.
inline std::vector<Found> find(std::string_view name) {
  std::string_view section = name.substr(0, name.find('.'));
  bool const has_section =
      std::find(std::begin(Catalog::sections), std::end(Catalog::sections), section) != std::end(Catalog::sections) &&
      section.size() < name.size();
  std::string const rest(has_section ? name.substr(section.size() + 1) : name);
  if (!has_section) section = "";
  std::vector<Found> all;
  for (std::size_t end = rest.size(); end != rest.npos && end > 0 && all.empty(); end = rest.rfind('.', end - 1)) {
    for (Key const* const key : catalog().find(section, rest.substr(0, end))) {
      if (end == rest.size()) all.push_back({key, ""});
      if (end < rest.size() && key->takes_object) all.push_back({key, rest.substr(end + 1)});
    }
  }
  if (library_number(rest) != nullptr) return {{catalog().find("model.numbers"), rest}};
  if (all.empty()) {
    fail("config", 121, {"there is no key \"", name, "\": ", expected_one_of(rest, catalog().names(section))});
  }
  return all;
}

inline Json within(Json value, std::string_view way) {
  while (!way.empty() && value.is_object()) {
    std::size_t const dot = way.find('.');
    auto const found = value.find(std::string(way.substr(0, dot)));
    if (found == value.end()) return nullptr;
    Json inner = *found;
    value = std::move(inner);
    way = dot == way.npos ? "" : way.substr(dot + 1);
  }
  return value;
}

// 3.0 is written 3.
inline std::string shown(Json const& value) {
  return value.is_number_float() ? number_text(value.get<double>()) : value.dump();
}

inline std::string takes(Key const& key) {
  std::string const range = key.range.text();
  if (range == "a finite number" || key.type.find("number") == std::string::npos) return key.type;
  if (key.type == "number" || key.type == "whole number") return expected_number(key.range, key.type != "number");
  return key.type + "; " + expected_number(key.range, key.type.find("whole") != std::string::npos);
}

inline std::vector<std::string> names(Key const& key) {
  std::vector<std::string> all{key.name};
  all.insert(all.end(), key.aliases.begin(), key.aliases.end());
  return all;
}

}  // namespace explaining

inline Json explain_json(Resolved const& resolved, std::string_view name) {
  Json all = Json::array();
  for (auto const& [key, within] : explaining::find(name)) {
    Setting const& setting = *resolved.find(key->whole_name());
    Json overrode = Json::array();
    for (Origin const& origin : setting.overrode) {
      overrode.push_back({{"value", explaining::within(origin.value, within)}, {"set_by", origin.text()}});
    }
    all.push_back({{"key", key->whole_name() + (within.empty() ? "" : "." + within)},
                   {"value", explaining::within(setting.origin.value, within)},
                   {"unit", key->unit},
                   {"help", key->help},
                   {"set_by", setting.origin.text()},
                   {"overrode", overrode},
                   {"default", explaining::within(key->default_value, within)},
                   {"takes", explaining::takes(*key)},
                   {"names", explaining::names(*key)}});
  }
  return all;
}

inline std::string explain(Resolved const& resolved, std::string_view name) {
  std::string text;
  for (Json const& one : explain_json(resolved, name)) {
    std::string const unit = one["unit"].get<std::string>();
    auto const value = [&](Json const& json) {
      return explaining::shown(json) + (unit.empty() || json.is_null() ? "" : " " + unit);
    };
    auto const line = [&](char const* what, std::string const& of) {
      text += "  " + std::string(what) + std::string(11 - std::string_view(what).size(), ' ') + of + "\n";
    };
    if (!text.empty()) text += "\n";
    text += one["key"].get<std::string>() + " = " + value(one["value"]) + "\n";
    line("help", one["help"]);
    line("set by", one["set_by"] == "default" ? "nothing: this is the default" : one["set_by"].get<std::string>());
    char const* what = "overrode";
    for (Json const& origin : one["overrode"]) {
      bool const is_default = origin["set_by"] == "default";
      line(what,
           value(origin["value"]) + (is_default ? ", the default" : " of " + origin["set_by"].get<std::string>()));
      what = "";
    }
    line("takes", one["takes"]);
    std::string names;
    for (Json const& name_ : one["names"]) names += (names.empty() ? "" : ", ") + name_.get<std::string>();
    line("names", names);
  }
  return text;
}

}  // namespace dynvision::config

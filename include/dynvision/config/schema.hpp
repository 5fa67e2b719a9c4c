// The JSON schema of a configuration (draft 2020-12), for editors: they complete keys, show help, and mark mistakes.
//
//   { "$schema": "study.schema.json", "tau": 5 }
#pragma once
#include <dynvision/config/layers/assignment.hpp>

#include <string>

namespace dynvision::config {

namespace schemas {

// A key, with its help; a list of values is swept.
inline Json of(Key const& key, std::string const& name) {
  std::string help = key.help + (key.unit.empty() ? "" : " [" + key.unit + "]");
  if (name != key.name) help = key.name + ": " + help;
  Json one{{"description", help}};
  one["anyOf"] = Json::array({key.schema, {{"type", "array"}, {"items", key.schema}}});
  if (!key.default_value.is_null()) one["default"] = key.default_value;
  return one;
}

// Puts a key at its place: scheduler_kwargs.T_max within scheduler_kwargs.
inline void put(Json& properties, std::string_view name, Json const& what) {
  std::size_t const dot = name.find('.');
  std::string const first(name.substr(0, dot));
  if (dot == name.npos) {
    properties[first] = what;
    return;
  }
  Json& group = properties[first];
  if (!group.contains("properties")) group = {{"type", "object"}, {"properties", Json::object()}};
  put(group["properties"], name.substr(dot + 1), what);
}

// `section` empty: keys of every section.
inline Json properties(std::string_view section) {
  Json all = Json::object();
  for (Key const& key : catalog().keys()) {
    if (!section.empty() && key.section != section) continue;
    put(all, key.name, of(key, key.name));
    for (std::string const& alias : key.aliases) {
      if (alias.find('.') == std::string::npos) put(all, alias, of(key, alias));
    }
  }
  return all;
}

inline Json object(Json properties) {
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"patternProperties", {{"^[a-z_]+\\.", Json::object()}}},  // dotted names: "model.tau"
          {"additionalProperties", false}};
}

}  // namespace schemas

inline Json schema() {
  auto const ref = [](std::string_view name) { return Json{{"$ref", "#/$defs/" + std::string(name)}}; };
  Json const all_keys = schemas::properties("");
  Json definitions = Json::object(), sections = Json::object();
  for (std::string_view const section : Catalog::sections) {
    definitions[std::string(section)] = schemas::object(schemas::properties(section));
    sections[std::string(section)] = ref(section);
  }
  for (std::string_view const arguments : {"model_args", "trainer_args", "data_args"}) {
    sections[std::string(arguments)] = ref("scoped");
  }
  Json scoped = all_keys;  // what a command's overrides, a mode or an experiment may say
  scoped.update(sections);
  definitions["scoped"] = schemas::object(scoped);
  definitions["modes"]["additionalProperties"] = ref("scoped");  // modes by their names, beside their switches

  Json all = std::move(scoped);
  for (std::string_view const scope : layers::scopes) {
    Json one{{"description", "for the command " + std::string(scope) + " alone"}};
    one.update(ref("scoped"));
    std::string const name(scope);
    all[name] = all.contains(name) ? Json{{"anyOf", Json::array({all[name], one})}} : one;
  }
  Json const text{{"type", "string"}}, texts{{"type", "array"}, {"items", text}};
  all["include"] = {{"description", "files that are read before this one, relative to it"},
                    {"anyOf", Json::array({text, texts})}};
  all["$schema"] = text;
  for (std::string_view const name : layers::reserved) {
    if (!all.contains(std::string(name))) all[std::string(name)] = Json::object();
  }
  Json result{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "a study of dynvision"}};
  result.update(schemas::object(std::move(all)));
  result["$defs"] = std::move(definitions);
  return result;
}

}  // namespace dynvision::config

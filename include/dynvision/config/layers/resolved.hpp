// A resolved study: every key with its value, where it came from and what it overrode.
#pragma once
#include <dynvision/config/layers/assignment.hpp>
#include <dynvision/config/layers/modes.hpp>
#include <dynvision/config/study.hpp>
#include <dynvision/config/tree/problems.hpp>
#include <dynvision/version.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::config {

struct Setting {
  Key const* key = nullptr;
  Value value{};                   // of an object: of all layers together
  Origin origin{};                 // of the value, or of what was merged last
  std::vector<Origin> overrode{};  // the newest first; the last one is the default

  bool given() const { return origin.layer != Layer::structs; }
};

// A list where one value is taken: several studies.
struct Sweep {
  Key const* key = nullptr;
  std::vector<Value> values{};
  Origin origin{};
  std::string inside{};  // ".stimulus": of a member of its object
};

struct Resolved {
  Study study{};  // of a sweep: with its first value
  std::vector<Setting> settings{};
  std::vector<Sweep> sweeps{};
  std::vector<ActiveMode> modes{};
  std::vector<std::string> notes{};         // keys without effect that ask for something
  std::map<std::string, Value> sections{};  // "sweep", "category", "experiments", "modes" as they were given
  std::string scope{};
  Problems problems{};

  Setting const* find(std::string_view whole_name) const {
    for (Setting const& setting : settings) {
      if (setting.key->whole_name() == whole_name) return &setting;
    }
    return nullptr;
  }
  bool given(std::string_view whole_name) const {
    Setting const* const setting = find(whole_name);
    return setting != nullptr && setting->given();
  }

  // Where a key was set, for messages; of one that was not, its name.
  Place place_of(std::string_view whole_name) const {
    Setting const* const setting = find(whole_name);
    return setting != nullptr && setting->given() ? setting->origin.place : Place{};
  }

  // The whole study, in sections, with where each value came from. resolve() of a file with it gives the same study.
  Json json() const {
    Json all{{"resolved", {{"dynvision", version}, {"scope", scope}}}};
    Json from = Json::object();
    for (Setting const& setting : settings) {
      Key const& key = *setting.key;
      if (!key.without_effect.empty() && !setting.given()) continue;
      Json* at = &all[key.section];
      std::string_view rest = key.name;
      for (std::size_t dot = rest.find('.'); dot != rest.npos; dot = rest.find('.')) {
        at = &(*at)[std::string(rest.substr(0, dot))];
        rest = rest.substr(dot + 1);
      }
      (*at)[std::string(rest)] = setting.origin.value;
      from[key.whole_name()] = setting.origin.text();
    }
    for (ActiveMode const& mode : modes) all["resolved"]["modes"][mode.name] = mode.why;
    all["provenance"] = std::move(from);
    return all;
  }
};

}  // namespace dynvision::config

// Assignments of all layers become one study: of each key the latest value counts, and those before it are remembered.
//
// Errors: config.131.
#pragma once
#include <dynvision/config/layers/resolved.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::config {

namespace layers {

// A list where the key takes one value (a pattern may be written as a list, and is one).
inline bool is_swept(Key const& key, Value const& value, Study& scratch) {
  if (!value.is_list() || value.items.empty() || !key.set(scratch, value)) return false;
  if (!key.takes_list) return true;
  return std::none_of(value.items.begin(), value.items.end(),
                      [&](Value const& item) { return key.set(scratch, item).has_value(); });
}

inline void check(Assignment const& one, bool sweeps, Study& scratch, Problems& problems) {
  Key const& key = *one.key;
  if (!is_swept(key, one.value, scratch)) return check_value(key, one.value, one.place, scratch, problems);
  for (Value const& item : one.value.items) check_value(key, item, one.place, scratch, problems);
  if (!sweeps) {
    problems.report("config", 131, one.value.place,
                    {key.whole_name(), " = ", one.value.json().dump(), ": expected ", key.type,
                     "; a list of them is for the command sweep"});
  }
}

// Every key of the study, with the latest of its values.
inline std::vector<Setting> settings_of(std::vector<Assignment> assignments, std::string const& scope) {
  std::stable_sort(assignments.begin(), assignments.end(),
                   [](Assignment const& a, Assignment const& b) { return a.layer < b.layer; });
  std::vector<Key> const& keys = catalog().keys();
  std::vector<Setting> settings(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    settings[i].key = &keys[i];
    settings[i].origin.value = keys[i].default_value;
  }
  for (Assignment const& one : assignments) {
    if (!one.scope.empty() && one.scope != scope) continue;
    Setting& setting = settings[static_cast<std::size_t>(one.key - keys.data())];
    if (one.adds && !setting.given()) setting.value = Value::of(one.key->default_value, {});
    if (one.adds) {
      setting.value.merge(one.value);
    } else {
      setting.value = one.value;
    }
    setting.overrode.insert(setting.overrode.begin(), std::move(setting.origin));
    setting.origin = {one.layer, one.mode, one.value.place.source.empty() ? one.place : one.value.place,
                      setting.value.json()};
  }
  return settings;
}

// What a key asks for that has no effect here; of what was overridden, only what the user said.
inline void note_without_effect(Resolved& resolved, Setting const& setting) {
  Key const& key = *setting.key;
  auto const note = [&](Origin const& origin) {
    if (origin.value == key.default_value) return;
    resolved.notes.push_back(joined(
        {origin.text(), ": ", key.whole_name(), " = ", origin.value.dump(), " has no effect: ", key.without_effect}));
  };
  if (key.without_effect.empty()) return;
  note(setting.origin);
  for (Origin const& origin : setting.overrode) {
    if (origin.layer == Layer::study || origin.layer == Layer::command_line) note(origin);
  }
}

// Sets what is given; a value that is refused was reported before.
inline void put_settings(Resolved& resolved) {
  for (Setting& setting : resolved.settings) {
    if (!setting.given()) continue;
    Key const& key = *setting.key;
    Study scratch;
    if (is_swept(key, setting.value, scratch)) {
      resolved.sweeps.push_back({&key, setting.value.items, setting.origin});
      key.set(resolved.study, setting.value.items.front());
      setting.origin.value = setting.value.items.front().json();
    } else if (!key.set(resolved.study, setting.value) && key.without_effect.empty()) {
      setting.origin.value = key.get(resolved.study);
    }
    note_without_effect(resolved, setting);
  }
}

}  // namespace layers

}  // namespace dynvision::config

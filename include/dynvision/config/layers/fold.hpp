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

// The member ".RatePenalty.weight" of an object that has it.
inline Value* member_at(Value& object, std::string_view inside) {
  Value* at = &object;
  while (!inside.empty()) {
    inside.remove_prefix(1);
    std::string_view const name = inside.substr(0, inside.find('.'));
    std::size_t const i = static_cast<std::size_t>(
        std::find_if(at->names.begin(), at->names.end(), [&](Value::Name const& one) { return one.text == name; }) -
        at->names.begin());
    at = &at->items[i];
    inside.remove_prefix(name.size());
  }
  return at;
}

// A list for one value within an object: {"stimulus": [400, 800]} of the numbers of a task.
struct SweptMember {
  std::string inside{};  // ".stimulus"
  Value list{};
};

// Those of an object, which has in `reduced` the first value of each.
inline std::vector<SweptMember> swept_members(Key const& key, Value const& value, Study& scratch, Value& reduced) {
  std::vector<SweptMember> all;
  if (!key.takes_object || !value.is_object()) return all;
  // As the only member of its objects, so that what is wrong with others is not its own.
  auto const alone = [](std::vector<Value::Name> const& path, Value inner) {
    for (std::size_t i = path.size(); i-- > 0;) {
      Value outer{.kind = Value::Kind::object, .place = inner.place};
      outer.put(path[i], std::move(inner));
      inner = std::move(outer);
    }
    return inner;
  };
  std::vector<Value::Name> path;
  auto const look = [&](auto const& again, Value& object) -> void {
    for (std::size_t i = 0; i < object.items.size(); ++i) {
      Value& item = object.items[i];
      path.push_back(object.names[i]);
      if (item.is_object()) again(again, item);
      if (item.is_list() && !item.items.empty() && key.set(scratch, alone(path, item)) &&
          !key.set(scratch, alone(path, item.items.front()))) {
        std::string inside;
        for (Value::Name const& name : path) inside += "." + name.text;
        all.push_back({inside, item});
        Value first = item.items.front();
        item = std::move(first);
      }
      path.pop_back();
    }
  };
  reduced = value;
  look(look, reduced);
  return all;
}

inline void check(Assignment const& one, bool sweeps, Study& scratch, Problems& problems) {
  Key const& key = *one.key;
  Value reduced;
  for (SweptMember const& member : swept_members(key, one.value, scratch, reduced)) {
    if (!sweeps) {
      problems.report("config", 131, member.list.place,
                      {key.whole_name(), member.inside, " = ", member.list.json().dump(),
                       ": expected one value; a list of them is for the command sweep"});
    }
    for (std::size_t i = 1; i < member.list.items.size(); ++i) {
      Value other = reduced;
      *member_at(other, member.inside) = member.list.items[i];
      check_value(key, other, one.place, scratch, problems);
    }
  }
  if (reduced.is_object()) return check_value(key, reduced, one.place, scratch, problems);
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
    Value reduced;
    if (auto const members = swept_members(key, setting.value, scratch, reduced); !members.empty()) {
      for (SweptMember const& member : members) {
        Origin origin = setting.origin;
        origin.place = member.list.place;
        resolved.sweeps.push_back({&key, member.list.items, std::move(origin), member.inside});
      }
      setting.value = std::move(reduced);
    }
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

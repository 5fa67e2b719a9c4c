// What a sweep varies: keys with lists of values, keys that vary together, and named categories.
//
// An axis is a list of points; at each point every key of the axis has one value. Values are JSON texts ("9", "\"full\"",
// "false"), so that nothing is lost between a file and a run.
//   a list where one value is expected     an axis of this key
//   zip groups {{"tau", "t_recurrence"}}   these axes become one: point i of it is point i of each; lengths must match
//   category "rctype"                      the list of categories.hpp, where the key has no list of its own
//
// Errors: config.301 … config.306.
#pragma once
#include <dynvision/config/sweep/categories.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

struct SweepAxis {
  std::vector<std::string> keys{};                 // that vary together
  std::vector<std::vector<std::string>> values{};  // (point, key), as JSON
  std::string place{};                             // where it was written, for messages: "study.json:12"
};

// {"tau", {"3", "5", "9"}}: refused without values, or with a value twice (two runs would be the same).
inline SweepAxis sweep_axis(std::string key, std::vector<std::string> const& values, std::string place = "") {
  auto const where = [&] { return place.empty() ? key : place + ": " + key; };
  if (values.empty()) fail("config", 301, {where(), ": expected at least one value to sweep, found []"});
  SweepAxis axis{.keys = {key}, .place = place};
  for (std::string const& value : values) {
    if (std::find(axis.values.begin(), axis.values.end(), std::vector{value}) != axis.values.end()) {
      fail("config", 302, {where(), ": ", value, " is in the list twice: the same run would be made twice"});
    }
    axis.values.push_back({value});
  }
  return axis;
}

// The axis of a named category, with the key that `key_of` makes of its name (an alias: rctype -> model.recurrence_type).
template <class KeyOf> SweepAxis category_axis(std::string_view category, KeyOf&& key_of, std::string place = "") {
  for (SweepCategory const& known : sweep_categories) {
    if (known.name != category) continue;
    return sweep_axis(key_of(std::string(category)), {known.values.begin(), known.values.begin() + known.n},
                      std::move(place));
  }
  std::vector<std::string_view> names;
  for (SweepCategory const& known : sweep_categories) names.push_back(known.name);
  fail("config", 303,
       {place, place.empty() ? "" : ": ", "category \"", category, "\": ", expected_one_of(category, names)});
}

// The axes with those of each group joined, where the first key of the group stood.
inline std::vector<SweepAxis> zipped(std::vector<SweepAxis> axes, std::vector<std::vector<std::string>> const& groups) {
  auto const axis_of = [&](std::string const& key) {
    return std::find_if(axes.begin(), axes.end(), [&](SweepAxis const& axis) {
      return std::find(axis.keys.begin(), axis.keys.end(), key) != axis.keys.end();
    });
  };
  std::vector<std::string> taken, names;
  for (SweepAxis const& axis : axes) names.insert(names.end(), axis.keys.begin(), axis.keys.end());
  for (auto const& group : groups) {
    SweepAxis joined;
    std::size_t place = axes.size();  // where the first written of them stood
    for (std::string const& key : group) {
      if (std::find(taken.begin(), taken.end(), key) != taken.end()) {
        fail("config", 304, {"zip: ", key, " is named twice: a key varies with one group"});
      }
      auto const at = axis_of(key);
      if (at == axes.end()) {
        fail("config", 305, {"zip: ", key, " has no list of values: ", expected_one_of(key, names)});
      }
      taken.insert(taken.end(), at->keys.begin(), at->keys.end());
      if (joined.keys.empty()) joined.values.resize(at->values.size());
      if (at->values.size() != joined.values.size()) {
        fail("config", 306,
             {"zip: ", joined.keys[0], " has ", joined.values.size(), " values, ", key, " has ", at->values.size(),
              ": keys that vary together need lists of one length"});
      }
      joined.keys.insert(joined.keys.end(), at->keys.begin(), at->keys.end());
      for (std::size_t i = 0; i < joined.values.size(); ++i) {
        joined.values[i].insert(joined.values[i].end(), at->values[i].begin(), at->values[i].end());
      }
      place = std::min(place, static_cast<std::size_t>(at - axes.begin()));
      axes.erase(at);
    }
    if (!group.empty()) axes.insert(axes.begin() + static_cast<std::ptrdiff_t>(std::min(place, axes.size())), joined);
  }
  return axes;
}

}  // namespace dynvision::config

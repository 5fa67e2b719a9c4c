// Parameters by their learning rate: recurrent and feedback weights learn more slowly.
//
//   learning rate of a parameter = base * lr_factor of its group
//
// A learned parameter belongs to the first key that its name contains, or that is a pattern of its whole name ("V1.*"), else
// to "regular"; parameters that are not learned belong to none. Keys and factors as in the Python toolbox
// (lr_parameter_groups).
//
// Errors: train.101 … train.104.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/weights/name_table.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace dynvision {

struct LrParameterGroup {
  std::string key;  // "regular": everything else
  double lr_factor = 1;
};
using LrParameterGroups = std::vector<LrParameterGroup>;

inline LrParameterGroups default_lr_parameter_groups() {
  return {{"regular", 1.0}, {"recurrence", 0.2}, {"feedback", 0.5}};
}

struct ParameterGroup {
  std::string name;
  double lr_factor = 1;
  Parameters parameters;
};

// Groups in the order of the keys, "regular" first; those without a parameter are left out.
inline std::vector<ParameterGroup> parameter_groups(Parameters const& parameters,
                                                    LrParameterGroups const& keys = default_lr_parameter_groups()) {
  std::vector<ParameterGroup> groups{{"regular", 1.0, {}}};
  bool has_regular = false;
  for (LrParameterGroup const& group : keys) {
    std::string const& key = group.key;
    double const factor = group.lr_factor;
    if (!(factor >= 0) || !std::isfinite(factor)) {
      fail("train", 101, {"lr_factor of group \"", key, "\" = ", factor, ": expected a number >= 0"});
    }
    bool const known = key == "regular"
                           ? has_regular
                           : std::any_of(groups.begin(), groups.end(), [&](auto const& g) { return g.name == key; });
    if (known || key.empty()) {
      fail("train", 102, {"lr_parameter_groups: key \"", key, "\": expected keys that differ and are not empty"});
    }
    if (key == "regular") {
      groups.front().lr_factor = factor;
      has_regular = true;
    } else {
      groups.push_back({key, factor, {}});
    }
  }
  for (Parameter const& p : parameters) {
    if (!p.learned) continue;
    auto const own = std::find_if(groups.begin() + 1, groups.end(), [&](ParameterGroup const& g) {
      bool const is_pattern = g.name.find('*') != std::string::npos;
      return is_pattern ? matches_pattern(g.name, p.name) : p.name.find(g.name) != std::string::npos;
    });
    (own == groups.end() ? groups.front() : *own).parameters.push_back(p);
  }
  std::erase_if(groups, [](ParameterGroup const& g) { return g.parameters.empty(); });
  if (groups.empty()) fail("train", 103, "no parameter is learned: expected at least one");
  if (std::all_of(groups.begin(), groups.end(), [](ParameterGroup const& g) { return g.lr_factor == 0; })) {
    fail("train", 104, "lr_parameter_groups: the lr_factor of every group is 0: expected one above 0");
  }
  return groups;
}

}  // namespace dynvision

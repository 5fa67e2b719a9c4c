// Name tables: how the parameters of a file are called here.
//
// A rule replaces the leading part of a name, up to a dot or the end: {"features.0", "layer1.conv"} makes
// features.0.weight layer1.conv.weight. Of several rules the longest counts; a rule with an empty right side says that the
// tensor is of no use here; a name without a rule stays as it is. Always: weight_g and weight_v of older weight-normalised
// layers become parametrizations.weight.original0 and original1.
// Tables of published models: io/weights/published_names.hpp.
#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct NameTable {
  std::string title{};                                       // for messages
  std::vector<std::pair<std::string, std::string>> rules{};  // leading part in the file, here
  std::vector<std::string> without{};  // patterns of names here that such files lack by design: they keep their values

  // Nothing: the tensor is of no use here.
  std::optional<std::string> operator()(std::string_view name) const {
    std::pair<std::string, std::string> const* best = nullptr;
    for (auto const& rule : rules) {
      bool const leads =
          name.starts_with(rule.first) && (name.size() == rule.first.size() || name[rule.first.size()] == '.');
      if (leads && (best == nullptr || rule.first.size() > best->first.size())) best = &rule;
    }
    if (best != nullptr && best->second.empty()) return std::nullopt;
    std::string result =
        best == nullptr ? std::string(name) : best->second + std::string(name.substr(best->first.size()));
    for (auto const& [old, now] : {std::pair(".weight_g", "0"), std::pair(".weight_v", "1")}) {
      if (!result.ends_with(old)) continue;
      result.resize(result.size() - std::string_view(old).size());
      result += std::string(".parametrizations.weight.original") + now;
    }
    return result;
  }
};

// Whether a pattern covers the whole name; * stands for any text: "*.recurrence.weight", "classifier.*".
inline bool matches_pattern(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = pattern.npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != pattern.npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}
inline bool matches_any_pattern(std::vector<std::string> const& patterns, std::string_view name) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](std::string const& one) { return matches_pattern(one, name); });
}

}  // namespace dynvision

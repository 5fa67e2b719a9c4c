// The models that a program has built in: those of src/variants/list.hpp, in the library of the target dynvision::variants.
//
//   for (Variant const& one : built_in_variants()) std::printf("%s\n", one.type.c_str());
//   if (Variant const* one = find_variant(type_of(structure))) AnyModel model = one->make(options, one->type);
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/variants/any_model.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct Variant {
  std::string type;  // as type_of writes it
  AnyModel (*make)(Options const& options, std::string type);
};

// In the order of the list. Defined in the library of dynvision::variants.
std::vector<Variant> const& built_in_variants();

inline Variant const* find_variant(std::string_view type) {
  for (Variant const& one : built_in_variants()) {
    if (one.type == type) return &one;
  }
  return nullptr;
}

// Those whose names differ least.
inline std::vector<std::string> nearest_variants(std::string_view type, std::size_t n = 3) {
  std::vector<std::pair<int, std::string>> all;
  for (Variant const& one : built_in_variants()) all.emplace_back(edit_distance(type, one.type), one.type);
  std::stable_sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(n, all.size()); ++i) names.push_back(all[i].second);
  return names;
}

}  // namespace dynvision

// The tensors of a file under the names that they have here; and which published name table would fit best.
//
// The leading part under which the model lies in the file (io/weights/leading_part.hpp) goes first, then the table
// translates. What lies outside of that part belongs to something else (a criterion, a teacher) where the model is complete.
//
// Errors: io.183, io.187.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/io/weights/leading_part.hpp>
#include <dynvision/io/weights/published_names.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

struct RenamedWeights {
  TensorMap weights;  // under our names
  std::string leading_part{};
  std::vector<std::string> ignored{};      // the table leaves them out, or they lie outside of the model
  std::vector<std::string> equal_parts{};  // leading parts that fit equally well: none was taken
};

// `leading` empty: found by the names.
inline RenamedWeights renamed_weights(TensorMap const& weights, NameTable const& names, Parameters const& parameters,
                                      std::string const& file, std::string const& leading = "") {
  FittingNames const fitting(names, parameters);
  LeadingPart const found = leading.empty() ? leading_part(weights, fitting) : LeadingPart{leading};
  RenamedWeights renamed{TensorMap({}, weights.metadata), found.text, {}, found.equal};
  renamed.weights.passed_over = weights.passed_over;
  std::vector<TensorMap::Entry const*> outside;
  for (TensorMap::Entry const& entry : weights) {
    std::string_view const name = entry.first;
    if (!name.starts_with(found.text)) {
      outside.push_back(&entry);
      continue;
    }
    std::optional<std::string> ours = fitting(name.substr(found.text.size()));
    if (!ours) {
      renamed.ignored.emplace_back(name);
    } else if (renamed.weights.contains(*ours)) {
      fail("io", 183, {file, ": tensor \"", name, "\": expected names that differ, found a second \"", *ours, "\""});
    } else {
      renamed.weights.insert(std::move(*ours), entry.second);
    }
  }
  if (!leading.empty() && outside.size() == weights.size()) {
    fail("io", 187, {file, ": expected names that begin with \"", leading, "\", found none"});
  }
  bool const complete = std::all_of(parameters.begin(), parameters.end(), [&](Parameter const& p) {
    return renamed.weights.contains(p.name) || matches_any_pattern(names.without, p.name);
  });
  for (TensorMap::Entry const* const entry : outside) {
    if (complete || renamed.weights.contains(entry->first)) {
      renamed.ignored.push_back(entry->first);
    } else {
      renamed.weights.insert(entry->first, entry->second);
    }
  }
  return renamed;
}

// Of the published name tables the one that makes most names fit, if one does better than `than`; as a sentence.
inline std::string better_table(TensorMap const& weights, Parameters const& parameters, std::size_t than) {
  std::string best;
  for (NameTable const& table : names::all()) {
    std::size_t const fit = leading_part(weights, FittingNames(table, parameters)).n_fit;
    if (fit <= than) continue;
    than = fit;
    best = joined({"\n  with the names of ", table.title, " ", fit, " would be there: see WeightOptions::names"});
  }
  return best;
}

}  // namespace dynvision

// The tensors of a file under the names that they have here; and which published name table would fit best.
//
// A leading part that all names share (`module.` of DataParallel, `model.` of Lightning, `_orig_mod.` of
// torch.compile) goes first, then the table translates.
//
// Errors: io.183.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/io/weights/published_names.hpp>

#include <algorithm>
#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision {

// The tensors of a file under our names; `ignored` gets the names of those that the table leaves out.
inline TensorMap renamed_weights(TensorMap const& weights, NameTable const& names, std::string const& file,
                                 std::vector<std::string>& ignored) {
  std::size_t skip = 0;
  for (bool again = !weights.empty(); again;) {
    again = false;
    for (std::string_view const wrapper : {"module.", "model.", "_orig_mod."}) {
      bool const all = std::all_of(weights.begin(), weights.end(), [&](TensorMap::Entry const& entry) {
        return std::string_view(entry.first).substr(std::min(skip, entry.first.size())).starts_with(wrapper);
      });
      if (all) skip += wrapper.size(), again = true;
    }
  }
  TensorMap renamed({}, weights.metadata);
  for (auto const& [name, tensor] : weights) {
    auto ours = names(std::string_view(name).substr(skip));
    if (!ours) {
      ignored.push_back(name);
    } else if (renamed.contains(*ours)) {
      fail("io", 183, {file, ": tensor \"", name, "\": expected names that differ, found a second \"", *ours, "\""});
    } else {
      renamed.insert(std::move(*ours), tensor);
    }
  }
  return renamed;
}

// Of the published name tables the one that makes most names fit, if one does better than `than`; as a sentence.
inline std::string better_table(TensorMap const& weights, Parameters const& parameters, std::size_t than) {
  std::string best;
  std::vector<std::string> ignored;
  for (NameTable const& table : names::all()) {
    std::set<std::string> there;
    for (auto const& [name, tensor] : weights) {
      if (auto ours = table(name)) there.insert(std::move(*ours));
    }
    auto const fit = static_cast<std::size_t>(std::count_if(
        parameters.begin(), parameters.end(), [&](Parameter const& p) { return there.contains(p.name); }));
    if (fit <= than) continue;
    than = fit;
    best =
        "\n  with the names of " + table.title + " " + number_text(fit) + " would be there: see WeightOptions::names";
  }
  return best;
}

}  // namespace dynvision

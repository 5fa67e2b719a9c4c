// Numbers that parts of the library describe and that have no field of Options: model.tau_adaptation. Those of one's own
// parts are known once the model is, or are given under model.numbers.
#pragma once
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/operations/adaptation.hpp>
#include <dynvision/operations/delayed_normalisation.hpp>
#include <dynvision/operations/linear.hpp>
#include <dynvision/operations/synaptic_depression.hpp>

#include <string_view>
#include <vector>

namespace dynvision::config {

inline std::vector<PartNumber> const& library_numbers() {
  static std::vector<PartNumber> const known = [] {
    std::vector<PartNumber> all;
    auto const add = [&](auto const& numbers) {
      for (PartNumber const& one : numbers) {
        if (!one.field.exists()) all.push_back(one);
      }
    };
    add(part_numbers<Adaptation<>>());
    add(part_numbers<SynapticDepression<>>());
    add(part_numbers<DelayedNormalisation<>>());
    add(part_numbers<Linear<image_channels, any_units>>());
    return all;
  }();
  return known;
}

// null: none of this name.
inline PartNumber const* library_number(std::string_view name) {
  for (PartNumber const& one : library_numbers()) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

}  // namespace dynvision::config

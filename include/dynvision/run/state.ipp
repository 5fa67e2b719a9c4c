// States by name, and initial ones.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/run/state.hpp>

#include <algorithm>

namespace dynvision::run {

DYNVISION_INLINE LayerState const& State::layer(std::string_view name) const {
  std::vector<std::string_view> names;
  for (LayerState const& one : layers) {
    if (one.layer == name) return one;
    names.push_back(one.layer);
  }
  fail("run", 153,
       {"the state of layer \"", name,
        "\": ", names.empty() ? "there is no state: run with .keep_state = true" : expected_one_of(name, names)});
}

DYNVISION_INLINE State State::detached() const {
  State all = *this;
  for (LayerState& one : all.layers) {
    for (Signal& r : one.past) {
      if (r.defined()) r = r.detach();
    }
  }
  return all;
}

DYNVISION_INLINE State empty_state(std::vector<std::string_view> const& layers, std::vector<int> const& capacity,
                                   int step) {
  State all{.step = step};
  for (std::size_t l = 0; l < layers.size(); ++l) {
    all.layers.push_back({std::string(layers[l]), std::vector<Signal>(static_cast<std::size_t>(capacity[l]))});
  }
  return all;
}

DYNVISION_INLINE State initial_state(Parts const& parts, std::vector<int> const& capacity, double dt,
                                     std::vector<std::pair<std::string, Tensor>> const& responses) {
  int const longest = *std::max_element(capacity.begin(), capacity.end());
  State all = empty_state(layer_names(parts), capacity, longest);
  all.dt = dt;
  std::vector<std::string_view> stored;
  for (Part const& part : parts) {
    if (part.type->is_memory) stored.push_back(part.layer_name);
  }
  for (auto const& [name, response] : responses) {
    if (std::find(stored.begin(), stored.end(), name) == stored.end()) {
      fail("run", 154, {"an initial state of \"", name, "\", which is not stored: ", expected_one_of(name, stored)});
    }
    for (LayerState& one : all.layers) {
      if (one.layer == name) std::fill(one.past.begin(), one.past.end(), response);
    }
  }
  return all;
}

}  // namespace dynvision::run

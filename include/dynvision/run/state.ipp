// States by name, and initial ones.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/run/state.hpp>
#include <dynvision/run/stimulus.hpp>

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

DYNVISION_INLINE State empty_state(std::vector<std::string> const& states, std::vector<int> const& capacity, int step) {
  State all{.step = step};
  for (std::size_t l = 0; l < states.size(); ++l) {
    all.layers.push_back({states[l], std::vector<Signal>(static_cast<std::size_t>(capacity[l]))});
  }
  return all;
}

DYNVISION_INLINE State initial_state(Parts const& parts, std::vector<int> const& capacity, double dt,
                                     std::vector<std::pair<std::string, Tensor>> const& responses) {
  int const longest = *std::max_element(capacity.begin(), capacity.end());
  std::vector<std::string> const names = state_names(parts);
  State all = empty_state(names, capacity, longest);
  all.dt = dt;
  std::vector<std::string_view> stored;
  for (Part const& part : parts) {
    if (part.type->is_memory) stored.push_back(part.layer_name);
  }
  stored.insert(stored.end(), names.begin() + static_cast<std::ptrdiff_t>(layer_names(parts).size()), names.end());
  for (auto const& [name, response] : responses) {
    if (std::find(stored.begin(), stored.end(), name) == stored.end()) {
      fail("run", 154, {"an initial state of \"", name, "\", which is not stored: ", expected_one_of(name, stored)});
    }
    for (LayerState& one : all.layers) {
      if (one.layer == name) std::fill(one.past.begin(), one.past.end(), with_places(response));
    }
  }
  return all;
}

}  // namespace dynvision::run

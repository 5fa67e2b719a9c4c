// Every part in its place.
#pragma once
#include <dynvision/model/compose.hpp>
#include <dynvision/model/numbers.hpp>

namespace dynvision {

DYNVISION_INLINE std::vector<int> compose(Parts const& parts, std::initializer_list<std::string_view> layers,
                                          Options& options) {
  settle_numbers(parts, options);
  for (Part const& part : parts) part.settle(options);
  Clock const clock{options.dt};
  clock.steps(0, "dt");
  if (options.dtype != at::kFloat && options.dtype != at::kDouble) {
    fail("model", 102, {"dtype ", c10::toString(options.dtype), ": expected Float or Double"});
  }
  auto const [channels, height, width] = options.input_dims.value();
  if (channels < 1 || height < 0 || width < 0 || (height > 0) != (width > 0)) {
    fail("model", 103,
         {"input_dims = {", channels, ", ", height, ", ", width, "}: expected (channels, height, width)"});
  }
  std::vector<StoredLayer> places(layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) places[l].name = layers.begin()[l];
  Composition at{options, clock, places};
  for (auto const& [name, numbers] : options.layers) at.find(name);
  std::vector<std::string> const names = state_names(parts);
  for (std::size_t s = places.size(); s < names.size(); ++s) places.push_back({names[s]});
  std::vector<int> const own_state = first_states(parts);
  at.seed(options.seed);

  std::vector<int> const entering = channels_of(parts, channels);
  std::vector<Size> const sizes = sizes_of(parts, {height, width});
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].type->is_memory) places[static_cast<std::size_t>(parts[i].layer)].state_channels = entering[i];
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    at.layer = parts[i].layer;
    at.of_head = i + 1 == parts.size();
    at.channels = entering[i];
    at.size = sizes[i];
    at.first_state = own_state[i];
    for (std::size_t k = 0; k < parts[i].type->states.size(); ++k) {
      places[static_cast<std::size_t>(own_state[i]) + k].state_channels = entering[i];
    }
    parts[i].compose(at);
  }
  tie_parameters(parts);
  for (Parameter const& p : parameters_of(parts)) p.tensor.set_requires_grad(p.learned);

  std::vector<int> memory(places.size());
  for (std::size_t l = 0; l < places.size(); ++l) memory[l] = places[l].memory;
  return memory;
}

}  // namespace dynvision

// The search for layers, and how parameters are made.
#pragma once
#include <dynvision/concepts/composition.hpp>

namespace dynvision {

DYNVISION_INLINE void Composition::seed(std::optional<std::uint64_t> value) {
  if (value) generator = at::detail::createCPUGenerator(*value);
}

DYNVISION_INLINE int Composition::find(std::string_view name) const {
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i].name == name) return static_cast<int>(i);
  }
  std::vector<std::string_view> names;
  for (StoredLayer const& place : places) names.push_back(place.name);
  fail("model", 101, {"layer \"", name, "\": ", expected_one_of(name, names)});
}

DYNVISION_INLINE void Composition::remember(int index, int n) {
  int& memory = places[static_cast<std::size_t>(index)].memory;
  memory = std::max(memory, n);
}

DYNVISION_INLINE double Composition::number(Option<double> Options::*of_model,
                                            std::optional<double> LayerOptions::*of_layer) {
  for (auto const& [name, own] : options.layers) {
    if (name == here().name && own.*of_layer) return *(own.*of_layer);
  }
  return options.*of_model;
}

DYNVISION_INLINE int Composition::steps(Option<double> Options::*of_model,
                                        std::optional<double> LayerOptions::*of_layer, std::string_view what,
                                        std::string_view otherwise) {
  return clock.steps(number(of_model, of_layer), what, here().name, otherwise);
}

DYNVISION_INLINE double Composition::max_weight(double when_alone) const {
  return options.max_weight_init.value().value_or(alone ? when_alone : 0.001);
}

DYNVISION_INLINE Tensor Composition::uniform(at::IntArrayRef sizes, double bound) {
  return made(zeros(sizes, cpu()).uniform_(-bound, bound, generator));
}

}  // namespace dynvision

// A part of a model composed outside one: what it sees at composition and in a time step.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/parameters.hpp>

#include "numbers.hpp"

#include <string>
#include <vector>

namespace laws {

using namespace dynvision;

inline Options in_double(std::uint64_t seed = 7) {
  Options options;
  options.dtype = at::kDouble;
  options.seed = seed;
  return options;
}

// One layer, "V1", in which a part finds itself.
struct Place {
  Options options;
  std::vector<StoredLayer> places{{"V1", 0, 1}};
  Composition at;

  explicit Place(Options numbers, int channels = 1, Size size = {}, int state_channels = 0)
      : options(std::move(numbers)), at{options, Clock{options.dt}, places} {
    places[0].state_channels = state_channels == 0 ? channels : state_channels;
    at.channels = channels;
    at.size = size;
    at.seed(options.seed);
  }
  Place(Place const&) = delete;
};

// All tensors that a part lists.
template <class Part> Parameters listed(Part& part) {
  Parameters all;
  auto keep = [&](std::string_view name, Tensor& tensor, bool learned) {
    all.push_back({std::string(name), tensor, learned});
  };
  part.parameters(ParameterVisitor(keep));
  return all;
}

inline Parameters learned(Parameters const& parameters) {
  Parameters all;
  for (Parameter const& p : parameters) {
    if (p.learned) all.push_back(p);
  }
  return all;
}

inline std::vector<std::string> names(Parameters const& parameters) {
  std::vector<std::string> all;
  for (Parameter const& p : parameters) all.push_back(p.name);
  return all;
}

inline std::vector<Tensor> tensors(Parameters const& parameters) {
  std::vector<Tensor> all;
  for (Parameter const& p : parameters) all.push_back(p.tensor);
  return all;
}

// Gives every listed tensor other numbers, so that zeros and ones of the initialisation hide nothing.
inline void randomise(Parameters const& parameters, std::uint64_t seed, double scale = 0.5) {
  for (Parameter p : parameters) assign(p.tensor, normal(p.tensor.sizes(), ++seed, p.tensor.scalar_type()).mul(scale));
}

// One layer's memory and response, for an operation that sees the moment.
struct Instant {
  std::vector<DelayLine> memories;
  std::vector<Signal> responses{Signal{}};
  Moment now;

  explicit Instant(int capacity = 8, Size size = {}) : memories{DelayLine(capacity)} {
    now.memories = memories;
    now.responses = responses;
    now.size = size;
  }
  // The operation has a state of its own, with these numbers.
  void add_state(Tensor const& state) {
    if (memories.size() == 1) now.first_state = 1;
    memories.emplace_back(1).store(state);
    now.memories = memories;
  }
  Instant(Instant const&) = delete;
};

}  // namespace laws

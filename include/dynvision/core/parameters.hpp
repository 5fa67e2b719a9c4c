// Parameters: the named tensors of a model, as seen by everything that is not templated on the model.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace dynvision {

struct Parameter {
  std::string name;     // "V1.conv.weight", as in the Python toolbox
  Tensor tensor;        // shares storage with the model
  bool learned = true;  // false: saved and loaded, not trained
};

using Parameters = std::vector<Parameter>;

// The one of this name, or null.
inline Parameter const* find_parameter(Parameters const& parameters, std::string_view name) {
  for (Parameter const& p : parameters) {
    if (p.name == name) return &p;
  }
  return nullptr;
}

// The tensor of this name; to change it in place, turn gradients off (at::AutoGradMode).
[[gnu::cold]] inline Tensor tensor_of(Parameters const& parameters, std::string_view name) {
  if (Parameter const* const found = find_parameter(parameters, name)) return found->tensor;
  std::vector<std::string_view> names;
  for (Parameter const& p : parameters) names.push_back(p.name);
  fail("model", 107, {"parameter \"", name, "\": ", expected_one_of(name, names)});
}

inline std::int64_t count_learned(Parameters const& parameters) {
  std::int64_t n = 0;
  for (Parameter const& p : parameters) n += p.learned ? p.tensor.numel() : 0;
  return n;
}

}  // namespace dynvision

// Parameters of a model by their names.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/parameters.hpp>

#include "numbers.hpp"

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace laws {

template <class Model> Tensor parameter(Model& model, std::string_view name) {
  std::vector<std::string> known;
  for (dynvision::Parameter const& p : model.parameters()) {
    if (p.name == name) return p.tensor;
    known.push_back(p.name);
  }
  dynvision::fail("test", 1, "parameter \"" + std::string(name) + "\": " + dynvision::expected_one_of(name, known));
}

template <class Model> void set_parameter(Model& model, std::string_view name, double value) {
  Tensor tensor = parameter(model, name);
  assign(tensor, dynvision::full({}, value, at::TensorOptions(at::kDouble)));
}

template <class Model> std::vector<std::string> parameter_names(Model& model) {
  std::vector<std::string> all;
  for (dynvision::Parameter const& p : model.parameters()) all.push_back(p.name);
  return all;
}

// Random numbers for everything that is learned but time constants and delays: large enough to matter, small enough not to explode.
template <class Model> void randomise_model(Model& model, std::uint64_t seed, double scale = 1) {
  for (dynvision::Parameter& p : model.parameters()) {
    if (!p.learned || p.name.find("tau") != std::string::npos || p.name.ends_with(".delay")) continue;
    double const inputs = p.tensor.dim() > 1 ? static_cast<double>(p.tensor[0].numel()) : 4;
    assign(p.tensor, normal(p.tensor.sizes(), ++seed, p.tensor.scalar_type()).mul(scale / std::sqrt(inputs)));
  }
}

// Gives `to` the numbers that `from` has under the same names.
template <class From, class To> void copy_parameters(From& from, To& to) {
  dynvision::Parameters const known = from.parameters();
  for (dynvision::Parameter& p : to.parameters()) {
    for (dynvision::Parameter const& k : known) {
      if (k.name == p.name) assign(p.tensor, k.tensor);
    }
  }
}

}  // namespace laws

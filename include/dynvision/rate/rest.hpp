// Where a rate network begins: at potentials, and the rates that follow from them.
//
//   at_rest(net)                                 v = 0, r = f(0) in every layer whose potential evolves, r = 0 in others that evolve
//   from_potentials(net, {{"rates", v0}})        v0 (B,N), which may be learned; other layers are at rest
//
// For Settings::start, of one sample or of all (B). A run that begins with nothing has no rate before its first step, so that neither W r nor its bias
// arrives in that step, where f(0) says W/2 + b for Sigmoid. CTRNN begins at rest by itself. Errors: rate.101, rate.102.
#pragma once
#include <dynvision/families/policies.hpp>
#include <dynvision/run/state.hpp>

#include <string>
#include <utility>
#include <vector>

namespace dynvision::rate {

template <class Op>
concept EvolvesPotential = EvolutionOperation<Op> && StatefulOperation<Op>;

template <class Model>
run::State from_potentials(Model const& model, std::vector<std::pair<std::string, Tensor>> const& given) {
  std::vector<std::pair<std::string, Tensor>> states;
  std::vector<std::string_view> with_potentials;
  model.each_layer([&](auto const& layer, int) {
    Tensor v;  // (B,N)
    bool has_rates = false;
    int units = model.options.input_dims.value()[0];
    layer.each([&]<class Op>(Op const& op, int) {
      units = out_channels<Op>(units);
      if constexpr (requires { op.channels_out(); }) units = op.channels_out();
      auto const at_zero = [&] {
        return zeros({1, units}, at::TensorOptions(model.options.dtype).device(model.options.device));
      };
      if constexpr (EvolvesPotential<Op>) {
        with_potentials.push_back(layer.name);
        for (auto const& [name, of_layer] : given) {
          if (name == layer.name) v = of_layer;
        }
        if (!v.defined()) v = at_zero();
        if (v.dim() != 2 || v.size(1) != units) {
          fail("rate", 102,
               {"potentials of ", layer.name, " of shape ", shape_text(v.sizes()), ": expected (B,", units, ")"});
        }
        states.emplace_back(joined({layer.name, ".v"}), v);
      } else if constexpr (EvolutionOperation<Op>) {
        states.emplace_back(layer.name, at_zero());
      } else if constexpr (IsNonlinearity<Op>::value) {
        if (v.defined() && !has_rates) states.emplace_back(layer.name, op(v)), has_rates = true;
      }
    });
  });
  for (auto const& [name, v] : given) {
    if (std::find(with_potentials.begin(), with_potentials.end(), name) == with_potentials.end()) {
      fail("rate", 101, {"potentials of \"", name, "\": ", expected_one_of(name, with_potentials)});
    }
  }
  run::State all = run::initial_state(model, states);
  all.step = 0;
  return all;
}

template <class Model> run::State at_rest(Model const& model) { return from_potentials(model, {}); }

}  // namespace dynvision::rate

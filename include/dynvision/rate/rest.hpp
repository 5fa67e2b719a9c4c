// Where a rate network begins: at potentials, and the rates that follow from them.
//
//   at_rest(net)                                 v = 0, r = f(0) in every layer whose potential evolves, r = 0 in others that evolve
//   from_potentials(net, {{"rates", v0}})        v0 (B,N), which may be learned; other layers are at rest
//
// A layer with LearnedStart is at what it has learned. Layers of images, in front of rates, begin with nothing.
// For Settings::start, of one sample or of all (B). A run that begins with nothing has no rate before its first step, so that neither W r nor its bias
// arrives in that step, where f(0) says W/2 + b for Sigmoid. CTRNN begins at rest by itself. Errors: rate.101, rate.102.
#pragma once
#include <dynvision/families/policies.hpp>
#include <dynvision/rate/learned_start.hpp>
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
  Parts const parts = model.parts();
  auto const [inputs, height, width] = model.options.input_dims.value();
  // Of images of any size: who has one place still has one where they are large.
  std::vector<Size> const sizes = sizes_of(parts, height > 0 ? Size{height, width} : Size{4096, 4096});
  std::vector<int> const channels = channels_of(parts, inputs);
  std::size_t part = 0;
  model.each_layer([&](auto const& layer, int) {
    Tensor v, start;  // (B,N), (1,N)
    bool has_rates = false;
    layer.each([&]<class Op>(Op const& op, int) {
      std::int64_t const units = channels[part];
      bool const has_places = sizes[part] != Size{1, 1};
      ++part;
      auto const resting = [&] {
        auto const of = at::TensorOptions(model.options.dtype).device(model.options.device);
        return start.defined() ? start : zeros({1, units}, of);
      };
      if constexpr (std::is_same_v<Op, Start>) {
        start = op.values.unsqueeze(0);
      } else if constexpr (EvolvesPotential<Op>) {
        with_potentials.push_back(layer.name);
        for (auto const& [name, of_layer] : given) {
          if (name == layer.name) v = of_layer;
        }
        if (!v.defined() && has_places) return;
        if (!v.defined()) v = resting();
        if (v.dim() != 2 || v.size(1) != units) {
          fail("rate", 102,
               {"potentials of ", layer.name, " of shape ", shape_text(v.sizes()), ": expected (B,", units, ")"});
        }
        states.emplace_back(joined({layer.name, ".v"}), v);
      } else if constexpr (EvolutionOperation<Op>) {
        if (!has_places) states.emplace_back(layer.name, resting());
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

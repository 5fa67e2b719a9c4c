// clamp_delays: takes the learned delays of a model back into the range that they were made for, after a step of an optimiser.
//
//   optimizer.step();
//   clamp_delays(model);      connections/interpolated_delay.hpp
#pragma once
#include <dynvision/connections/interpolated_delay.hpp>

namespace dynvision {

template <class Model> void clamp_delays(Model const& model) {
  model.each_layer([](auto const& layer, int) {
    layer.each([](auto const& op, int) {
      if (InterpolatedDelay const* const delay = interpolated_delay(op)) delay->clamp();
    });
  });
}

}  // namespace dynvision

// Delay: the signal becomes the layer's state and is handed on t_feedforward later.
//
//   y(t) = r(t - n)       n = t_feedforward/dt steps; n = 0: engineering time, y(t) = r(t); absent for t < n
//
// What is stored here is what the solver, lateral, skip and feedback connections find in the past. DelayBy<Interpolated> takes a
// t_feedforward between two steps, DelayBy<LearnedDelay<>> learns it (operations/delay_by.hpp).
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>

namespace dynvision {

struct Delay {
  static constexpr std::string_view label = "delay";
  static constexpr bool only_once = true;
  static constexpr bool is_memory = true;

  static constexpr PartNumber numbers[]{{.name = "t_feedforward",
                                         .unit = "ms",
                                         .range = at_least(0),
                                         .help = "delay from a layer to the next; 0: the same step",
                                         .field = {&Options::t_feedforward, &LayerOptions::t_feedforward}}};

  int steps = 0;

  void compose(Composition& at) {
    steps = at.steps(&Options::t_feedforward, &LayerOptions::t_feedforward, "t_feedforward",
                     ", or DelayBy<Interpolated> in place of Delay");
    at.remember(at.layer, steps);
  }
  Signal operator()(Signal const& x, Moment& now) const {
    Signal const handed_on = steps == 0 ? x : now.past(now.layer, steps);
    now.memory().store(x);
    return handed_on;
  }
};

}  // namespace dynvision

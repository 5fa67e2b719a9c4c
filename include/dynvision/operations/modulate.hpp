// Gain of a layer over time: attention, neuromodulation, what an experimenter turns.
//
//   x(t) <- m(t) x(t)       m (B,T,C,H,W) or what broadcasts to it, from run::Settings::external, under "V1.modulation"
//
// In steps for which none is given m is 1. An absent signal stays absent. m may learn.
#pragma once
#include <dynvision/concepts/operation.hpp>

namespace dynvision {

struct Modulate {
  static constexpr std::string_view label = "modulation";
  static constexpr bool forgets_state = true;
  static constexpr bool only_once = true;

  Signal operator()(Signal const& x, Moment& now) const {
    return x.defined() && now.modulation.defined() ? x.mul(now.modulation) : x;
  }
};

}  // namespace dynvision

// Zero if absent: a layer that is active from the start, before its input arrives.
//
//   y = x,  or 0 (B,C,H,W) while x is absent
//
// What follows then works on a zero signal: a normalisation gives its bias, and the layer's state exists from the first
// step on. Nothing is asked of the tensor's values, so a silent signal stays a signal.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/ops.hpp>

namespace dynvision {

struct ZeroIfAbsent {
  static constexpr std::string_view label = "zero_if_absent";
  static constexpr bool forgets_state = true;
  static constexpr bool active_without_input = true;

  int channels = 1;

  void compose(Composition& at) { channels = at.channels; }

  Signal operator()(Signal const& x, Moment& now) const {
    return x.defined() ? x : zeros({now.batch, channels, now.size.height, now.size.width}, now.options);
  }
};

}  // namespace dynvision

// DelayBy: Delay, by a t_feedforward that need be no multiple of dt, and may learn.
//
//   y(t) = sum over k of w_k r(t - k)      w_k = max(0, 1 - |d - k|)      d = t_feedforward/dt, k [steps]
//
//   DelayBy<Interpolated>             any t_feedforward of at least 0
//   DelayBy<LearnedDelay<>>           the parameter V1.feedforward.delay [ms], at t_feedforward in the beginning
//   DelayBy<LearnedDelay<Feature>>    one delay for each channel, (C,1,1)
//
// Stands where Delay does: the signal r(t) becomes the layer's state. A learned delay may reach from 0 to longest_delay
// (connections/interpolated_delay.hpp). The first signal is handed on after floor(d) steps, a part of it where d is not whole;
// whole steps give what Delay gives.
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/connections/interpolated_delay.hpp>
#include <dynvision/operations/delay.hpp>

namespace dynvision {

template <class How> struct DelayBy {
  static constexpr std::string_view label = Delay::label;
  static constexpr std::string_view path = "{}.feedforward";
  static constexpr bool only_once = true;
  static constexpr bool is_memory = true;
  static constexpr Fault fault = IsInterpolation<How>::value ? Fault::none : Fault::policy;
  static constexpr auto numbers = NumbersOf<Delay, LongestDelayOf<How>>::all;

  InterpolatedDelay interpolated;

  void compose(Composition& at) {
    double const t = at.number(&Options::t_feedforward, &LayerOptions::t_feedforward);
    interpolated.compose<How>(at, t, "t_feedforward", 0, at.channels);
    at.remember(at.layer, interpolated.oldest() + 1);  // the state of this step counts
  }
  void parameters(auto&& visit) { interpolated.parameters(visit); }

  int steps() const { return interpolated.taps().newest; }  // until something is handed on, at the present delay

  Signal operator()(Signal const& x, Moment& now) const {
    now.memory().store(x);
    return interpolated(now, now.layer);
  }
};

}  // namespace dynvision

// Clock: milliseconds at the border, steps inside.
//
//   n = t / dt      t: duration or delay [ms], dt: time step [ms], n: steps
//
// A time that is no multiple of dt (beyond 1e-6 relative) is an error that names its valid neighbours.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>

#include <cmath>
#include <string_view>

namespace dynvision {

struct Clock {
  double dt = 2;  // [ms]

  // `what` names the quantity in messages: "t_recurrence", of `layer`; `otherwise`: what else could be done.
  int steps(double t, std::string_view what, std::string_view layer = {}, std::string_view otherwise = {}) const;

  double milliseconds(int steps) const { return steps * dt; }  // [ms]
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/dynamics/clock.ipp>
#endif

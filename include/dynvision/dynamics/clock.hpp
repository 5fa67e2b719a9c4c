// Clock: milliseconds at the border, steps inside.
//
//   n = t / dt      t: duration or delay [ms], dt: time step [ms], n: steps
//
// A time that is no multiple of dt (beyond 1e-6 relative) is an error that names its valid neighbours.
#pragma once
#include <dynvision/core/error.hpp>

#include <cmath>
#include <string_view>

namespace dynvision {

struct Clock {
  double dt = 2;  // [ms]

  // `what` names the quantity in messages: "t_recurrence", of `layer`.
  int steps(double t, std::string_view what, std::string_view layer = {}) const {
    if (!(dt > 0) || !std::isfinite(dt)) fail("dynamics", 101, {"dt = ", dt, " ms: expected a positive number"});
    std::string_view const of = layer.empty() ? "" : " of ";
    if (!(t >= 0) || !std::isfinite(t)) {
      fail("dynamics", 102, {what, of, layer, " = ", t, " ms: expected a finite time of at least 0 ms"});
    }
    double const n = std::round(t / dt);
    if (n > 1e6) fail("dynamics", 103, {what, of, layer, " = ", t, " ms: more than a million steps of dt"});
    if (std::abs(t - n * dt) > 1e-6 * std::max(t, dt)) {
      double const below = std::floor(t / dt) * dt;
      fail("dynamics", 104,
           {what, of, layer, " = ", t, " ms is no multiple of dt = ", dt, " ms: expected ", below, " or ", below + dt,
            " ms"});
    }
    return static_cast<int>(n);
  }

  double milliseconds(int steps) const { return steps * dt; }  // [ms]
};

}  // namespace dynvision

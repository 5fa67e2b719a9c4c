// Times that are multiples of dt.
#pragma once
#include <dynvision/dynamics/clock.hpp>

namespace dynvision {

DYNVISION_INLINE int Clock::steps(double t, std::string_view what, std::string_view layer,
                                  std::string_view otherwise) const {
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
          " ms", otherwise});
  }
  return static_cast<int>(n);
}

}  // namespace dynvision

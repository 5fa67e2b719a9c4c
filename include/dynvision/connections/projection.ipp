// What arrives beside a signal.
#pragma once
#include <dynvision/connections/projection.hpp>

namespace dynvision {

DYNVISION_INLINE Signal Projection::operator()(Signal const& x, Moment& now) const {
  if (!on || (now.feedforward_only && !feedforward)) return {};
  Signal const h = interpolated.on ? interpolated(now, from) : now.past(from, delay);
  return h.defined() ? adapter(h, size_at(x, now.size)) : h;
}

}  // namespace dynvision

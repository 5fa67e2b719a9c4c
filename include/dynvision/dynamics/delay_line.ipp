// The ring of states.
#pragma once
#include <dynvision/dynamics/delay_line.hpp>

namespace dynvision {

DYNVISION_INLINE DelayLine::DelayLine(int capacity, int next) : stored_(next) {
  if (capacity < 1) fail("dynamics", 111, {"delay line of ", capacity, " steps: expected at least 1"});
  ring_.resize(static_cast<std::size_t>(capacity));
}

DYNVISION_INLINE Signal DelayLine::past(int delay) const {
  if (delay < 1) delay = 1;
  if (delay > capacity()) return {};
  return ring_[index(stored_ - delay)];
}

DYNVISION_INLINE void DelayLine::detach() {
  for (Signal& state : ring_) {
    if (state.defined()) state = state.detach();
  }
}

}  // namespace dynvision

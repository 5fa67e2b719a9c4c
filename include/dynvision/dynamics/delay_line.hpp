// Delay line: the newest states of a layer, as many as its longest delay asks for.
//
// One state is stored per time step; an absent state is stored too. past(d) is the state stored d steps ago:
// past(1) the newest, absent if fewer than d have been stored. Storing into a full line drops the oldest.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/tensor.hpp>

#include <string>
#include <vector>

namespace dynvision {

class DelayLine {
 public:
  explicit DelayLine(int capacity = 1) {  // [steps]
    if (capacity < 1) fail("dynamics", 111, {"delay line of ", capacity, " steps: expected at least 1"});
    ring_.resize(static_cast<std::size_t>(capacity));
  }
  int capacity() const { return static_cast<int>(ring_.size()); }
  int stored() const { return stored_; }  // states since the start, also those that have been dropped

  void store(Signal state) { ring_[index(stored_++)] = std::move(state); }

  Signal past(int delay) const {  // delay [steps]; 0 means the newest, like 1
    if (delay < 1) delay = 1;
    if (delay > stored_ || delay > capacity()) return {};
    return ring_[index(stored_ - delay)];
  }

  // State of an absolute step (the first stored state is step 0).
  Signal at_step(int step) const { return step < 0 || step >= stored_ ? Signal{} : past(stored_ - step); }

  void detach() {
    for (Signal& state : ring_) {
      if (state.defined()) state = state.detach();
    }
  }

 private:
  std::size_t index(int step) const { return static_cast<std::size_t>(step) % ring_.size(); }

  std::vector<Signal> ring_;
  int stored_ = 0;
};

}  // namespace dynvision

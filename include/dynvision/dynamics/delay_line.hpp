// Delay line: the newest states of a layer, as many as its longest delay asks for.
//
// One state is stored per time step; an absent state is stored too. past(d) is the state stored d steps ago:
// past(1) the newest, absent if fewer than d have been stored. Storing into a full line drops the oldest.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

#include <string>
#include <vector>

namespace dynvision {

class DelayLine {
 public:
  // [steps]; `next`: the step of the state that is stored first. Before it there are none.
  explicit DelayLine(int capacity = 1, int next = 0);
  int capacity() const { return static_cast<int>(ring_.size()); }
  int stored() const { return stored_; }  // states since the start, also those that have been dropped

  void store(Signal state) { ring_[index(stored_++)] = std::move(state); }

  Signal past(int delay) const;  // delay [steps]; 0 means the newest, like 1

  // State of an absolute step (the first stored state is step 0, or before it: `next`).
  Signal at_step(int step) const { return step >= stored_ ? Signal{} : past(stored_ - step); }

  void detach();

 private:
  std::size_t index(int step) const {  // steps may be negative
    int const n = capacity(), i = step % n;
    return static_cast<std::size_t>(i < 0 ? i + n : i);
  }

  std::vector<Signal> ring_;
  int stored_ = 0;
};

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/dynamics/delay_line.ipp>
#endif

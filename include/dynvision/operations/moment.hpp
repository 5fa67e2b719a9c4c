// Moment: what an operation sees of the running model, beside its signal.
#pragma once
#include <dynvision/core/size.hpp>
#include <dynvision/dynamics/delay_line.hpp>

#include <span>

namespace dynvision {

struct Moment {
  int step = 0;                     // steps since the start, idle steps included
  int frame_age = 0;                // steps since the shown frame came on
  bool feedforward_only = false;    // leave out lateral, skip and feedback input
  std::span<DelayLine> memories{};  // stored responses of every layer
  std::span<Signal> responses{};    // where Record puts this step's response of every layer
  int layer = 0;                    // index of the layer that is being computed
  Size size{};                      // (H,W) of a signal at this operation, also while it is absent
  Signal external{};                // external input to this layer at this step, or absent
  std::int64_t batch = 1;           // samples of a signal that starts here, from nothing
  at::TensorOptions options{};      // its dtype and device

  DelayLine& memory() { return memories[static_cast<std::size_t>(layer)]; }
  DelayLine& memory_of(int other) { return memories[static_cast<std::size_t>(other)]; }
  Signal& response() { return responses[static_cast<std::size_t>(layer)]; }
};

}  // namespace dynvision

// Frames of a block: once, if they stay the same; else one after the other.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled/memory/prepared_run.hpp>

namespace dynvision::run {

struct Wave {           // a signal during a block
  Tensor data{};        // (n B,C,H,W), or (B,C,H,W) if it is shared; undefined: absent
  bool shared = false;  // the same in all steps
};

// Whether anything is shown during a block.
bool has_frames(PreparedRun const& prepared, Block const& block);
bool has_one_frame(PreparedRun const& prepared, Block const& block);

// The frames of a block that has some, in the layout and dtype of the signals.
Wave frames_of(PreparedRun const& prepared, Block const& block);

// From this step on each step has a frame of its own, which the static prefix takes all together, once for a group: of models
// without places, whose products are small. Else the number of steps. It does not depend on how a run is divided in segments.
int first_frame_by_step(PreparedRun const& prepared);
// The frames of all steps from this one on, (n B,C,1,1).
Tensor frames_from(PreparedRun const& prepared, int step);

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/sweep/frames.ipp>
#endif

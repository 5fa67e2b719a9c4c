// Frames side by side.
#pragma once
#include <dynvision/run/compiled/sweep/frames.hpp>

namespace dynvision::run {

DYNVISION_INLINE bool has_frames(PreparedRun const& prepared, Block const& block) {
  int const t = block.first;
  return t >= 0 && t < prepared.table.n_steps && prepared.table.frame[static_cast<std::size_t>(t)] != nothing;
}

DYNVISION_INLINE bool has_one_frame(PreparedRun const& prepared, Block const& block) {
  auto const shown = [&](int step) { return prepared.table.frame_run[static_cast<std::size_t>(step)]; };
  return block.n == 1 || shown(block.first) == shown(block.first + block.n - 1);
}

DYNVISION_INLINE Wave frames_of(PreparedRun const& prepared, Block const& block) {
  auto const frame = [&](int step) {
    Tensor const x = prepared.stimulus.frame(prepared.table.frame[static_cast<std::size_t>(step)]).detach();
    return prepared.layout.of(kernels::in_dtype(prepared.of_group(x), prepared.dtype()));
  };
  if (has_one_frame(prepared, block)) return {frame(block.first), true};
  std::vector<Tensor> frames;
  for (int i = 0; i < block.n; ++i) frames.push_back(frame(block.first + i));
  return {cat(frames, 0), false};
}

}  // namespace dynvision::run

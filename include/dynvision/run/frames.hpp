// Frames of a block: once, if they stay the same; else one after the other.
//
// Station: run.
#pragma once
#include <dynvision/run/sequence.hpp>

namespace dynvision::run {

struct Wave {           // a signal during a block
  Tensor data{};        // (n B,C,H,W), or (B,C,H,W) if it is shared; undefined: absent
  bool shared = false;  // the same in all steps
};

// What is shown during a block, in the layout and dtype of the signals.
inline Wave frames_of(Sequence const& q, Block const& block) {
  Timetable const& table = q.table;
  int const t = block.first;
  if (t < 0 || t >= table.n_steps || table.frame[static_cast<std::size_t>(t)] == nothing) return {};
  auto const frame = [&](int step) {
    Tensor const x = q.stimulus.frame(table.frame[static_cast<std::size_t>(step)]).detach();
    return q.layout.of(x.to(q.dtype()));
  };
  auto const run = [&](int step) { return table.frame_run[static_cast<std::size_t>(step)]; };
  if (block.n == 1 || run(t) == run(t + block.n - 1)) return {frame(t), true};
  std::vector<Tensor> frames;
  for (int i = 0; i < block.n; ++i) frames.push_back(frame(t + i));
  return {cat(frames, 0), false};
}

}  // namespace dynvision::run

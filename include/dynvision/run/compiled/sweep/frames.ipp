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

DYNVISION_INLINE int first_frame_by_step(PreparedRun const& prepared) {
  constexpr std::int64_t most_bytes = 1 << 24;
  Timetable const& table = prepared.table;
  auto const at = [](int i) { return static_cast<std::size_t>(i); };
  if (table.static_nodes == 0 || table.longest > 1 || prepared.stores_bfloat16()) return table.n_steps;
  kernels::Shape const in = table.nodes[0].in, out = table.nodes[at(table.static_nodes - 1)].out;
  if (in.size() != in.channels || out.size() != out.channels) return table.n_steps;
  int first = table.n_steps;
  while (first > table.n_given && table.frame[at(first - 1)] != nothing &&
         (first == 1 || table.frame_run[at(first - 2)] != table.frame_run[at(first - 1)]) &&
         (first == table.n_steps || table.frame_run[at(first)] != table.frame_run[at(first - 1)])) {
    --first;
  }
  std::int64_t const rows = (table.n_steps - first) * prepared.batch;
  bool const is_much = rows * std::max(in.channels, out.channels) * prepared.engine.bytes() > most_bytes;
  return table.n_steps - first < 2 || is_much ? table.n_steps : first;
}

DYNVISION_INLINE Tensor frames_from(PreparedRun const& prepared, int step) {
  std::vector<int> const& frame = prepared.table.frame;
  auto const first = frame.begin() + step;
  bool const in_a_row =
      *first >= 0 && std::adjacent_find(first, frame.end(), [](int a, int b) { return b != a + 1; }) == frame.end();
  Tensor x;
  if (in_a_row) {
    Tensor const all = prepared.of_group(prepared.stimulus.frames).detach();
    x = all.narrow(1, *first, frame.end() - first).transpose(0, 1).flatten(0, 1);
  } else {
    std::vector<Tensor> frames;
    for (auto one = first; one != frame.end(); ++one) {
      frames.push_back(prepared.of_group(prepared.stimulus.frame(*one)).detach());
    }
    x = cat(frames, 0);
  }
  return prepared.layout.of(kernels::in_dtype(x, prepared.dtype()));
}

}  // namespace dynvision::run

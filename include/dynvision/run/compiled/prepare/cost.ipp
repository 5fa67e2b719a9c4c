// Bytes and operations.
#pragma once
#include <dynvision/run/compiled/prepare/cost.hpp>

namespace dynvision::run {

DYNVISION_INLINE double Cost::bytes(kernels::Shape const& shape, double rows) const {
  return rows * static_cast<double>(shape.size() * run_.engine.bytes());
}

DYNVISION_INLINE double Cost::kept_bytes(kernels::Shape const& shape, double rows) const {
  return bytes(shape, rows) * (run_.stores_bfloat16() ? 2.0 / static_cast<double>(run_.engine.bytes()) : 1);
}

DYNVISION_INLINE double Cost::tape(Segment const& segment, bool has_past) const {
  double sum = 0;
  for (std::size_t l = 0; l < run_.state_shape.size(); ++l) {
    auto const [first, last] = run_.held(segment, l, has_past);
    sum += kept_bytes(run_.state_shape[l], last - first);
  }
  int run = -1;
  for (std::size_t b = segment.first_block; b < segment.first_block + segment.n_blocks; ++b) {
    Block const& block = run_.table.blocks[b];
    for (PreparedNode const& node : run_.nodes) sum += of_node(node, block, run);
    run = run_of(block).second;
  }
  return sum;
}

DYNVISION_INLINE double Cost::longest_segment(double samples) const {
  double longest = 0;
  for (std::size_t i = run_.first_kept; i < run_.segments.size(); ++i) {
    longest = std::max(longest, tape(run_.segments[i], i > 0));
  }
  return samples * longest;
}

DYNVISION_INLINE double Cost::checkpoints(double samples) const {
  double one = 0;
  for (std::size_t l = 0; l < run_.state_shape.size(); ++l) one += bytes(run_.state_shape[l], run_.table.memory[l]);
  std::size_t const first = std::max<std::size_t>(run_.first_kept, 1);
  return samples * one * static_cast<double>(run_.segments.size() - std::min(first, run_.segments.size()));
}

DYNVISION_INLINE double Cost::beside_kept(double samples) const {
  double const n = run_.table.longest;
  double all = 0, largest = 0;
  for (kernels::Shape const& shape : run_.state_shape) {
    double const one = bytes(shape, 1), of_layer = (n + 1) * one;
    all += of_layer + (run_.stores_bfloat16() ? n * one : 0);
    largest = std::max(largest, of_layer);
  }
  double learned = 0;
  for (Tensor const& x : run_.gradients.tensors()) learned += static_cast<double>(x.numel() * x.element_size());
  return samples * (all + largest) + 2 * learned;
}

DYNVISION_INLINE Flops Cost::flops() const {
  Flops all;
  for (PreparedNode const& prepared : run_.nodes) {
    Flops const one = prepared.flops();
    if (one.by_definition == 0) continue;
    Node const& node = *prepared.node;
    bool const in_prefix = node.index < static_cast<std::size_t>(run_.table.static_nodes);
    for (int t = run_.table.n_given; t < run_.table.n_steps; ++t) {
      bool const takes_place =
          node.source.layer >= 0 ? run_.table.arrives(node, t) : run_.table.has_signal(node.index, t);
      if (!takes_place) continue;
      auto const i = static_cast<std::size_t>(t);
      bool const again = in_prefix && t > 0 && run_.table.frame_run[i] == run_.table.frame_run[i - 1];
      all.planned += again ? 0 : one.planned;
      all.by_definition += one.by_definition;
    }
  }
  return all;
}

DYNVISION_INLINE std::pair<int, int> Cost::run_of(Block const& block) const {
  auto const run = [&](int t) {
    return t < 0 || t >= run_.table.n_steps ? -1 : run_.table.frame_run[static_cast<std::size_t>(t)];
  };
  return {run(block.first), run(block.first + block.n - 1)};
}

DYNVISION_INLINE double Cost::of_node(PreparedNode const& prepared, Block const& block, int run_before) const {
  Node const& node = *prepared.node;
  std::size_t const p = node.index;
  auto const prefix = static_cast<std::size_t>(run_.table.static_nodes);
  if (!run_.table.runs(p, block.first)) return 0;
  auto const [first_run, last_run] = run_of(block);
  double const rows = block.n, of_frames = first_run != last_run ? rows : (first_run == run_before ? 0 : 1);
  int const step = run_.table.step(p, block.first);
  double const one = p < prefix ? bytes(node.in, of_frames) : kept_bytes(node.in, rows);
  double sum = 0;
  if (prepared.keeps_output && run_.table.has_result(p, step)) sum += one;
  if (node.reads_operand && node.source.layer >= 0 && run_.table.arrives(node, step)) sum += one;
  bool const enters = p == 0 || run_.table.has_signal(p - 1, step);
  if (prepared.keeps_input && enters && !is_elsewhere(p)) sum += p == prefix ? bytes(node.in, of_frames) : one;
  return sum;
}

DYNVISION_INLINE bool Cost::is_elsewhere(std::size_t p) const {
  return p == 0 || run_.node(p - 1).stores || run_.node(p - 1).is_recomputed || run_.nodes[p - 1].keeps_output;
}

}  // namespace dynvision::run

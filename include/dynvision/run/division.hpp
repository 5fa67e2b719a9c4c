// Division: the segments of a run. What one keeps is kept, or dropped and computed again, as a whole.
//
// Station: run. Idle blocks are not kept; the rest is one segment, or one for every k steps in whole blocks. With a
// budget, k is the largest number for which the run keeps no more bytes than that.
#pragma once
#include <dynvision/run/planner.hpp>

namespace dynvision::run {

// Segments of at most k steps, one block at least; k = 0: one. `keeps`: something learns from the run.
[[gnu::cold]] inline void divide(Sequence& q, bool keeps, int k) {
  std::vector<Block> const& blocks = q.table.blocks;
  q.segments.clear(), q.segments.reserve(blocks.size());
  q.first_kept = 0;
  int const lead = *std::max_element(q.table.layer_offset.begin(), q.table.layer_offset.end());
  int const short_one = std::max(8, 2 * q.table.longest);
  bool was_idle = false;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    bool const is_idle = blocks[b].first + blocks[b].n + lead <= q.table.idle;
    int const length = is_idle || !keeps ? short_one : k;
    bool const starts = q.segments.empty() || (!is_idle && was_idle) ||
                        (length > 0 && blocks[b].first + blocks[b].n - q.segments.back().first > length);
    if (starts) {
      if (!is_idle && (q.segments.empty() || was_idle)) q.first_kept = q.segments.size();
      q.segments.push_back({blocks[b].first, blocks[b].first, b, 0});
    }
    q.segments.back().last = blocks[b].first + blocks[b].n;
    ++q.segments.back().n_blocks;
    was_idle = is_idle;
  }
}

[[gnu::cold]] inline void divide_within(Sequence& q, std::int64_t budget) {
  Planner const planner(q);
  double least = -1;
  int k = 0, best = 0;
  for (int parts = 1; parts == 1 || k > 1; ++parts) {
    int const length = (q.table.n_steps + parts - 1) / parts;
    if (parts > 1 && length == k) continue;
    k = length;
    divide(q, true, parts == 1 ? 0 : k);
    double const kept = planner.kept();
    if (kept <= static_cast<double>(budget)) return;
    if (least < 0 || kept < least) least = kept, best = k;
  }
  fail("run", 107,
       {"memory_budget = ", static_cast<double>(budget) / 1e6, " MB: expected at least ", least / 1e6,
        " MB for so many samples and steps, with a checkpoint every ", best, " steps"});
}

}  // namespace dynvision::run

// Division: the segments of a run, and how many of its samples run at a time. What a segment keeps is kept, or dropped and
// computed again, as a whole.
//
// Idle blocks are not kept; the rest is one segment, or one for every k steps in whole blocks. A budget is
// met by the largest k for which the run keeps no more bytes than that; or else by groups of samples of which only the
// last is kept: the others are computed again, from their first step, when their turn comes in the backward pass.
#pragma once
#include <dynvision/run/compiled/prepare/cost.hpp>

namespace dynvision::run {

// Whether a backward pass may follow.
inline bool is_differentiated(PreparedRun const& q) {
  bool learns = false;
  for (Tensor const& x : q.learned.tensors()) learns = learns || x.requires_grad();
  return at::GradMode::is_enabled() && learns;
}

// Segments of as few whole blocks as make k steps; k = 0: one. `keeps`: see is_differentiated.
[[gnu::cold]] inline void divide(PreparedRun& q, bool keeps, int k) {
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
                        (length > 0 && blocks[b].first - q.segments.back().first >= length);
    if (starts) {
      if (!is_idle && (q.segments.empty() || was_idle)) q.first_kept = q.segments.size();
      q.segments.push_back({blocks[b].first, blocks[b].first, b, 0});
    }
    q.segments.back().last = blocks[b].first + blocks[b].n;
    ++q.segments.back().n_blocks;
    was_idle = is_idle;
  }
}

// Whether checkpoints keep the run within so many bytes; then it is divided so, else not at all.
[[gnu::cold]] inline bool divide_within(PreparedRun& q, double budget) {
  Cost const planner(q);
  divide(q, true, 0);
  int const n_steps = q.segments.back().last - q.segments[q.first_kept].first;
  int k = n_steps;
  for (int parts = 2; planner.kept() > budget; ++parts) {
    if (k == 1) {
      divide(q, true, 0);
      return false;
    }
    int const length = (n_steps + parts - 1) / parts;
    if (length == k) continue;
    k = length;
    divide(q, true, k);
  }
  return true;
}

// Divides the run; gives the number of its samples that are to run at a time.
[[gnu::cold]] inline std::int64_t divide(PreparedRun& q) {
  Settings const& settings = q.settings;
  bool const keeps = is_differentiated(q);
  auto const budget = static_cast<double>(settings.memory_budget);
  if (keeps && budget > 0) {
    if (divide_within(q, budget)) return q.batch;
    Cost const planner(q);
    double const of_all = planner.checkpoints();  // idle steps end in a state that is kept
    double const of_sample = planner.longest_segment() / static_cast<double>(q.batch);
    auto const most = static_cast<std::int64_t>((budget - of_all) / of_sample);
    if (most < 1) {
      fail("run", 107,
           {"memory_budget = ", budget / 1e6, " MB: expected at least ", (of_all + of_sample) / 1e6,
            " MB, for one sample at a time"});
    }
    std::int64_t const groups = (q.batch + most - 1) / most;
    return (q.batch + groups - 1) / groups;
  }
  divide(q, keeps, settings.checkpoint_timesteps);
  return settings.samples_at_once > 0 ? std::min(settings.samples_at_once, q.batch) : q.batch;
}

}  // namespace dynvision::run

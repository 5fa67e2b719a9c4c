// Checkpointing: the segments of a run, and how many of its samples run at a time. What a segment keeps is kept, or dropped and
// computed again, as a whole.
//
// Idle blocks are not kept; the rest is one segment, or one for every k steps in whole blocks. A budget is
// met by the largest k for which the run keeps no more bytes than that; or else by microbatches of which only the
// last is kept: the others are computed again, from their first step, when their turn comes in the backward pass.
#pragma once
#include <dynvision/run/compiled/prepare/cost.hpp>

namespace dynvision::run {

// Whether a backward pass may follow.
inline bool is_differentiated(PreparedRun const& run) {
  bool learns = false;
  for (Tensor const& x : run.gradients.tensors()) learns = learns || x.requires_grad();
  return at::GradMode::is_enabled() && learns;
}

// Segments of as few whole blocks as make k steps; k = 0: one. `keeps`: see is_differentiated.
[[gnu::cold]] inline void choose_segments(PreparedRun& run, bool keeps, int k) {
  std::vector<Block> const& blocks = run.table.blocks;
  run.segments.clear(), run.segments.reserve(blocks.size());
  run.first_kept = 0;
  int const lead = *std::max_element(run.table.layer_offset.begin(), run.table.layer_offset.end());
  int const short_one = std::max(8, 2 * run.table.longest);
  bool was_idle = false;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    bool const is_idle = blocks[b].first + blocks[b].n + lead <= run.table.idle;
    int const length = is_idle || !keeps ? short_one : k;
    bool const starts = run.segments.empty() || (!is_idle && was_idle) ||
                        (length > 0 && blocks[b].first - run.segments.back().first >= length);
    if (starts) {
      if (!is_idle && (run.segments.empty() || was_idle)) run.first_kept = run.segments.size();
      run.segments.push_back({blocks[b].first, blocks[b].first, b, 0});
    }
    run.segments.back().last = blocks[b].first + blocks[b].n;
    ++run.segments.back().n_blocks;
    was_idle = is_idle;
  }
}

// Whether checkpoints keep the run within so many bytes; then its segments are these, else it is one.
[[gnu::cold]] inline bool choose_segments_within(PreparedRun& run, double budget) {
  Cost const cost(run);
  choose_segments(run, true, 0);
  int const n_steps = run.segments.back().last - run.segments[run.first_kept].first;
  int k = n_steps;
  for (int parts = 2; cost.kept() > budget; ++parts) {
    if (k == 1) {
      choose_segments(run, true, 0);
      return false;
    }
    int const length = (n_steps + parts - 1) / parts;
    if (length == k) continue;
    k = length;
    choose_segments(run, true, k);
  }
  return true;
}

// Chooses the segments; gives the number of its samples that are to run at a time.
[[gnu::cold]] inline std::int64_t choose_segments(PreparedRun& run) {
  Settings const& settings = run.settings;
  bool const keeps = is_differentiated(run);
  auto const budget = static_cast<double>(settings.memory_budget);
  if (keeps && budget > 0) {
    if (choose_segments_within(run, budget)) return run.batch;
    Cost const cost(run);
    double const of_all = cost.checkpoints();  // idle steps end in a state that is kept
    double const of_sample = cost.longest_segment() / static_cast<double>(run.batch);
    auto const most = static_cast<std::int64_t>((budget - of_all) / of_sample);
    if (most < 1) {
      fail("run", 107,
           {"memory_budget = ", budget / 1e6, " MB: expected at least ", (of_all + of_sample) / 1e6,
            " MB, for one sample at a time"});
    }
    std::int64_t const groups = (run.batch + most - 1) / most;
    return (run.batch + groups - 1) / groups;
  }
  choose_segments(run, keeps, settings.checkpoint_timesteps);
  return settings.samples_at_once > 0 ? std::min(settings.samples_at_once, run.batch) : run.batch;
}

}  // namespace dynvision::run

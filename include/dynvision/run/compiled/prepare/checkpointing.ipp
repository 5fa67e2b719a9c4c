// Segments, and groups of samples.
#pragma once
#include <dynvision/run/compiled/prepare/checkpointing.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

DYNVISION_INLINE bool is_differentiated(PreparedRun const& run) {
  bool learns = false;
  for (Tensor const& x : run.gradients.tensors()) learns = learns || x.requires_grad();
  return at::GradMode::is_enabled() && learns;
}

DYNVISION_INLINE void choose_segments(PreparedRun& run, bool keeps, int k) {
  std::vector<Block> const& blocks = run.table.blocks;
  run.segments.clear(), run.segments.reserve(blocks.size());
  run.first_kept = 0;
  int const lead = *std::max_element(run.table.layer_offset.begin(), run.table.layer_offset.end());
  int const short_one = std::max(8, 2 * run.table.longest);
  bool was_idle = false;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    bool const is_idle = blocks[b].first + blocks[b].n + lead <= run.table.idle;
    int const length = is_idle || !keeps ? short_one : k;
    bool const may_start = blocks[b].first >= run.table.n_given;  // the first one holds all given states
    bool const starts =
        run.segments.empty() || (may_start && ((!is_idle && was_idle) ||
                                               (length > 0 && blocks[b].first - run.segments.back().first >= length)));
    if (starts) {
      if (!is_idle && (run.segments.empty() || was_idle)) run.first_kept = run.segments.size();
      run.segments.push_back({blocks[b].first, blocks[b].first, b, 0});
    }
    run.segments.back().last = blocks[b].first + blocks[b].n;
    ++run.segments.back().n_blocks;
    was_idle = is_idle;
  }
}

DYNVISION_INLINE void divide_samples(PreparedRun& run, std::int64_t most, double waiting) {
  std::int64_t const all = run.n_samples(), n = (all + most - 1) / most, each = (all + n - 1) / n;
  run.groups.clear();
  for (std::int64_t first = 0; first < all; first += each) {
    bool const waits = first + each >= all || static_cast<double>(all - first) <= waiting;
    run.groups.push_back({first, std::min(each, all - first), waits, run.segments});
  }
}

DYNVISION_INLINE std::int64_t enough_samples(PreparedRun const& run) {
  constexpr std::int64_t enough_images = 24, enough_bytes = 2 << 20;  // of a convolution, of a signal
  std::int64_t largest = 1;
  for (kernels::Shape const& shape : run.state_shape) largest = std::max(largest, shape.size());
  std::int64_t const of_sample = largest * run.engine.bytes() * run.table.longest;
  return std::max((enough_images - 1) / run.table.longest + 1, (enough_bytes - 1) / of_sample + 1);
}

DYNVISION_INLINE std::int64_t samples_together(PreparedRun const& run, bool keeps) {
  constexpr std::int64_t most_groups = 8;
  std::int64_t const all = run.n_samples();
  if (!keeps || !run.engine.device.is_cpu()) return all;
  std::int64_t const groups = std::clamp<std::int64_t>(all / enough_samples(run), 1, most_groups);
  return (all + groups - 1) / groups;
}

DYNVISION_INLINE void divide_by_halves(PreparedRun& run) {
  std::int64_t const all = run.n_samples(), enough = enough_samples(run);
  std::int64_t next = all < 2 * enough ? all : std::max(all / 8, (enough + 1) / 2);
  std::vector<std::int64_t> sizes;  // of the last group first
  for (std::int64_t left = all; left > 0; left -= sizes.back(), next *= 2) {
    sizes.push_back(2 * left < 5 * next ? left : next);
  }
  run.groups.clear();
  std::int64_t first = 0;
  for (std::size_t i = sizes.size(); i-- > 0; first += sizes[i])
    run.groups.push_back({first, sizes[i], true, run.segments});
}

DYNVISION_INLINE void divide_within(PreparedRun& run, double budget) {
  Cost const cost(run);
  auto const all = static_cast<double>(run.n_samples());
  std::int64_t const together = samples_together(run, true);
  choose_segments(run, true, 0);
  double const of_all = cost.checkpoints(all);  // idle steps end in a state that is kept
  double const of_sample = cost.longest_segment(1), samples_that_fit = (budget - of_all) / of_sample;
  if (samples_that_fit >= static_cast<double>(together)) return divide_samples(run, together, samples_that_fit);
  int const n_steps = run.segments.back().last - run.segments[run.first_kept].first;
  for (int parts = 2, k = n_steps; k > 1; ++parts) {
    int const length = (n_steps + parts - 1) / parts;
    if (length == k) continue;
    k = length;
    choose_segments(run, true, k);
    if (cost.kept(all, static_cast<double>(together)) <= budget) return divide_samples(run, together, 0);
  }
  choose_segments(run, true, 0);
  if (samples_that_fit < 1) {
    fail("run", 107,
         {"memory_budget = ", budget / 1e6, " MB: expected at least ", (of_all + of_sample) / 1e6,
          " MB, for one sample at a time"});
  }
  divide_samples(run, static_cast<std::int64_t>(samples_that_fit), samples_that_fit);
}

DYNVISION_INLINE void divide(PreparedRun& run) {
  Settings const& settings = run.settings;
  bool const keeps = is_differentiated(run);
  if (keeps && settings.memory_budget > 0) return divide_within(run, static_cast<double>(settings.memory_budget));
  choose_segments(run, keeps, settings.checkpoint_timesteps);
  bool const all_wait = settings.checkpoint_timesteps == 0;
  if (keeps && all_wait && settings.samples_at_once == 0 && run.engine.device.is_cpu()) return divide_by_halves(run);
  std::int64_t const samples = settings.samples_at_once > 0 ? settings.samples_at_once : samples_together(run, keeps);
  divide_samples(run, samples, all_wait ? static_cast<double>(run.n_samples()) : 0);
}

}  // namespace dynvision::run

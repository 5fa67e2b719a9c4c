// What a run will do, in numbers.
#pragma once
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/run/plan.hpp>

namespace dynvision::run {

DYNVISION_INLINE Plan plan_of(std::shared_ptr<PreparedRun> quiet, Settings const& settings, Monitors const& monitors) {
  CompiledRun const run(std::move(quiet));
  PreparedRun const& prepared = run.prepared();
  Cost const cost(prepared);
  auto const samples = static_cast<double>(prepared.n_samples());
  double const rows = samples * static_cast<double>(settings.n_timesteps);

  Plan plan;
  plan.n_threads = kernels::loop_threads();
  plan.n_groups = static_cast<std::int64_t>(prepared.groups.size());
  plan.n_blocks = static_cast<int>(prepared.table.blocks.size());
  plan.longest_block = prepared.table.longest;
  plan.layer_offset = prepared.table.layer_offset;
  if (run.keeps()) {
    plan.n_segments = static_cast<int>(prepared.segments.size() - prepared.first_kept);
    std::int64_t waiting = 0;
    for (Group const& group : prepared.groups) {  // those of the groups after it have been reversed, and are gone
      if (group.waits) waiting += group.n;
      auto const n = static_cast<double>(group.n);
      double const kept = cost.kept(samples, std::max(static_cast<double>(waiting), n));
      plan.kept_bytes = std::max(plan.kept_bytes, kept);
      plan.peak_bytes = std::max(plan.peak_bytes, kept + cost.beside_kept(n));
    }
  }
  for (Node const& node : prepared.table.nodes) {
    if (settings.record && node.records) plan.result_bytes += cost.bytes(node.in, rows);
    if (monitors.wants(node.index)) plan.result_bytes += cost.bytes(node.out, rows);
  }
  plan.result_bytes += monitors.probes.bytes();
  plan.peak_bytes += plan.result_bytes;
  Flops const flops = cost.flops();
  plan.forward_flops = samples * flops.planned, plan.forward_flops_by_step = samples * flops.by_definition;
  return plan;
}

}  // namespace dynvision::run

// What a pipeline takes in beside its signal, going forward: responses of the past, external input, a bias, a factor, the
// state that the solver starts from.
#pragma once
#include <dynvision/run/compiled/sweep/fallback.hpp>

namespace dynvision::run {

// For place p; `kept`: what the reverse looks at again, or null. `alive` holds what the addresses point to.
inline void take_source(PreparedRun& q, Segment const& segment, Block const& block, std::size_t p,
                        kernels::Arguments& flow, kernels::RoleArguments& role, Values* kept,
                        std::vector<Tensor>& alive) {
  Node const& at = q.place(p);
  auto const takes = [&](void** steps) { role.operand = steps, role.operand_stride = flow.size; };
  switch (at.kind) {
    case NodeKind::lateral:
    case NodeKind::incoming: {
      std::optional<int> const s = q.table.arriving(p, block.first);
      if (!s) return;
      if (!at.opaque && q.arrivals[p]->trivial()) {
        takes(q.side_by_side(q.state_data(segment, at.source.layer, *s), block.n, flow.size));
        q.set_affine(role, p);
        return;
      }
      Tensor const h = arrive(q, p, q.state_rows(segment, at.source.layer, *s, block.n));
      if (kept != nullptr && q.keeps_operand[p]) kept->operand[p] = h;
      alive.push_back(h);
      return takes(q.steps_of(h, block.n, false, flow.size));
    }
    case NodeKind::external: {
      Tensor const input = q.external(at.layer);
      int const t = q.table.step(p, block.first) - q.table.idle;
      if (!input.defined() || t < 0 || t >= input.size(1)) return;
      alive.push_back(q.external_rows(input, t, block.n, at.in));
      return takes(q.steps_of(alive.back(), block.n, false, flow.size));
    }
    case NodeKind::bias:
      role.operand = q.steps_of(q.biases[p], block.n, true, flow.size);
      return;
    case NodeKind::scale:
      if (at.on) role.factor = q.factors(p, q.table.step(p, block.first), block.n);
      return;
    case NodeKind::step:
      flow.previous = q.previous_states(segment, p, block);
      return;
    default:
      return;
  }
}

}  // namespace dynvision::run

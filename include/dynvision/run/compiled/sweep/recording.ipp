// Into the results, at their steps.
#pragma once
#include <dynvision/run/compiled/sweep/recording.hpp>

namespace dynvision::run {

DYNVISION_INLINE void Recording::record(int l) {
  for (auto const& [p, value] : made_) {
    watch(p, value);
    if (!run_.node(p).records || !run_.results.has_response(l)) continue;
    int const t = run_.table.step(p, at_.block.first) - run_.table.idle;
    run_.results.put(run_.results.responses[static_cast<std::size_t>(l)], t, n(), value);
  }
  made_.clear();
}

DYNVISION_INLINE void Recording::watch(std::size_t p, Tensor const& value) {
  if (!run_.results.looks_at(p)) return;
  run_.results.give(p, run_.table.step(p, at_.block.first) - run_.table.idle, n(), value);
}

DYNVISION_INLINE void Recording::give_arrival(std::size_t p, Tensor const& arrived) {
  if (!arrived.defined()) return;
  run_.results.give_arrival(p, run_.table.step(p, at_.block.first) - run_.table.idle, n(), arrived);
}

DYNVISION_INLINE void Recording::watch_delayed(int l, Node const& node) {
  if (!wanted_ || !run_.results.looks_at(node.index)) return;
  if (run_.table.step(node.index, at_.block.first) < run_.table.idle) return;
  int const s = at_.block.first - node.t_feedforward;
  if (node.feedforward_span > 0) {
    Tensor const value = run_.nodes[node.index].handed_on(at_, s);
    if (value.defined()) watch(node.index, value);
  } else if (run_.table.stored_at(l, s)) {
    watch(node.index, run_.state_rows(at_.segment, l, s, n()));
  }
}

DYNVISION_INLINE void Recording::watch_states(Node const& node) {
  for (int k = 0; k < node.n_states; ++k) {
    int const s = node.first_state + k, t = run_.table.step(node.index, at_.block.first) - run_.table.idle;
    if (t < 0 || !run_.results.probes.sees_state(node.index, k) || !run_.table.stored_at(s, at_.block.first)) continue;
    run_.results.give_state(node.index, k, t, n(), run_.state_rows(at_.segment, s, at_.block.first, n()));
  }
}

}  // namespace dynvision::run

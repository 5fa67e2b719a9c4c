// What was kept, and gradients of states.
#pragma once
#include <dynvision/run/compiled/memory/reverse_context.hpp>

namespace dynvision::run {

DYNVISION_INLINE bool ReverseContext::wanted(std::size_t p) const {
  return p > at(run.table.static_nodes) || frames.defined() || run.learns_before(p);
}

DYNVISION_INLINE Tensor ReverseContext::input(std::size_t p) {
  bool const is_kept = values->input[p].defined() || values->reference(values->input[p]).n > 0;
  if (is_kept || p == 0 || !run.node(p - 1).is_recomputed) return kept(values->input[p]);
  Node const& before = run.node(p - 1);
  if (before.stores) return run.nodes[p - 1].handed_on(*this, block.first - run.table.feedforward_lag(before.layer));
  Tensor const x = input(p - 1);
  return x.defined() ? run.nodes[p - 1].forward_again(*this, x) : x;
}

DYNVISION_INLINE Tensor ReverseContext::state_rows(int l, int s, int n) {
  if (segment.stored.empty()) return run.state_rows(segment, l, s, n);
  restored.resize(segment.stored.size());
  Restored& last = restored[at(l)];
  if (s < last.s || s + n > last.s + last.n) {
    last = {s, n, run.state_buffer(at(l), s, n)};
    last.rows.copy_(kernels::rows_of(segment.stored[at(l)], run.rows(s - segment.stored_begin[at(l)]), run.rows(n)));
  }
  return kernels::rows_of(last.rows, run.rows(s - last.s), run.rows(n));
}

DYNVISION_INLINE Tensor ReverseContext::memory_of_states(int l) {
  if (segment.stored.empty()) return run.state_rows(segment, l, block.first, block.n);
  if (restored.empty() || restored[at(l)].s != block.first || restored[at(l)].n != block.n) return {};
  Tensor rows = std::exchange(restored[at(l)], {}).rows;
  return rows.use_count() == 1 && rows.storage().use_count() == 1 ? rows : Tensor{};
}

DYNVISION_INLINE void** ReverseContext::earlier_states(int state, int lag, bool reads) {
  if (segment.stored.empty()) return run.earlier_states(segment, state, lag, block);
  void** const list = run.addresses.take(block.n);
  int const s = block.first - lag;
  for (int i = 0; i < block.n; ++i) {
    list[i] = run.table.stored_at(state, s + i) ? segment.stored[at(state)].mutable_data_ptr() : nullptr;
    if (!reads || list[i] == nullptr) continue;
    run.alive.push_back(state_rows(state, s + i, 1));
    list[i] = run.alive.back().mutable_data_ptr();
  }
  return list;
}

DYNVISION_INLINE Tensor ReverseContext::kept(Tensor& place) {
  StateReference const of = values->reference(place);
  if (of.n > 0) return state_rows(of.layer, of.s, of.n);
  if (run.stores_bfloat16() && place.defined() && place.scalar_type() == at::kBFloat16) place = place.to(run.dtype());
  return place;
}

DYNVISION_INLINE void ReverseContext::gather(c10::ArrayRef<Tensor> all, StateGradient const* of_states, int n,
                                             kernels::AdjointRoleArguments& to) {
  int addends = 0;
  for (int i = 0; of_states != nullptr && i < n; ++i) {
    addends = std::max(addends, static_cast<int>(of_states->at(block.first + i).size()));
  }
  int const count = static_cast<int>(all.size()) + addends;
  if (count == 0) return;
  void** const list = run.addresses.take(n * count);
  for (int i = 0; i < n; ++i) {
    void** next = list + i * count;
    for (Tensor const& g : all) *next++ = run.at(g.mutable_data_ptr(), i * (g.numel() / n));
    if (of_states != nullptr) {
      for (auto const& addend : of_states->at(block.first + i)) *next++ = addend.data;
    }
    while (next != list + (i + 1) * count) *next++ = nullptr;
  }
  run.alive.insert(run.alive.end(), all.begin(), all.end());
  to.incoming = list, to.n_incoming = count;
}

DYNVISION_INLINE int ReverseContext::first_attached(int l, int s, int t) const {
  int const offset = run.table.state_offset(l);
  int i = 0;
  while (i < block.n && !(run.table.stored(l, s + i + offset) && run.table.attached(s + i + offset, t + i))) ++i;
  return i;
}

DYNVISION_INLINE void ReverseContext::add_state_gradient(int l, int s, int t, Tensor const& g, bool is_free) {
  if (!g.defined()) return;
  std::int64_t const size = run.rows(1) * run.state_shape[at(l)].size();
  for (int i = first_attached(l, s, t); i < block.n; ++i) {
    states[at(l)].add(s + i, g, run.at(g.const_data_ptr(), i * size), is_free);
  }
}

DYNVISION_INLINE void ReverseContext::add_handed_on_gradient(Node const& node, int s, int t, Tensor const& g,
                                                             bool is_free) {
  if (node.feedforward_span == 0) return add_state_gradient(node.layer, s, t, g, is_free);
  run.nodes[node.index].hand_back(*this, s, t, g, is_free);
}

}  // namespace dynvision::run

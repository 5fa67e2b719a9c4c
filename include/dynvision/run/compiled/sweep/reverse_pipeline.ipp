// The arguments of a pipeline's adjoint.
#pragma once
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/run/compiled/sweep/reverse_pipeline.hpp>

namespace dynvision::run {

DYNVISION_INLINE PipelineReverse::PipelineReverse(ReverseContext& context, Stage const& stage, bool in_prefix)
    : at_(context),
      run_(context.run),
      stage_(stage),
      in_prefix_(in_prefix),
      roles_(static_cast<int>(stage.last - stage.first) + 1),
      stores_(run_.node(stage.last).stores),
      shape_(run_.node(stage.first).in) {}

DYNVISION_INLINE void PipelineReverse::reverse() {
  std::size_t const first = stage_.first;
  int const step = run_.table.step(first, at_.block.first);
  run_.addresses.give_back();
  run_.alive.clear();
  arguments_.n_steps = in_prefix_ ? 1 : at_.block.n;
  arguments_.size = shape_.size();
  arguments_.batch = in_prefix_ ? (at_.g.defined() ? at_.g.size(0) : 0) : run_.batch;
  if (stores_) delay_adjoint(at_, run_.node(stage_.last));
  bool any = false;
  for (int j = 0; j < roles_; ++j) any |= has_gradients(j);
  if (any) {
    for (int j = 0; j < roles_; ++j) run_.nodes[node_of(j)].prepare_adjoint(at_);
    for (int j = 0; j < roles_; ++j) take_gradients(j);
    at_.g = Tensor{};
    take_values();
    bool const x_enters = in_prefix_ || (first == 0 ? at_.tape->prefix >= 0 : run_.table.has_signal(first - 1, step));
    take_operands(x_enters);
    store_operand_gradients();
    Tensor const of_x = store_signal_gradient(x_enters && at_.wanted(first));
    {
      kernels::ProfilerScope const scope("dynvision::pipeline_backward");
      stage_.reverse(stage_.pipeline, run_.engine, arguments_, adjoint_);
    }
    at_.g = of_x;
  }
  run_.alive.clear();
  clear_states();
  if (!any) return;
  if (stores_ && is_large()) at_.room = at_.memory_of_states(stage_.layer);
  for (int j = 0; j < roles_; ++j) run_.nodes[node_of(j)].scatter(at_, of_operand_[j]);
  at_.room = Tensor{};
}

DYNVISION_INLINE void PipelineReverse::delay_adjoint(ReverseContext& at, Node const& node) {
  if (!at.g.defined()) return;
  int const l = node.layer;
  Timetable const& table = at.run.table;
  bool const is_free = at.g.use_count() == 1 && at.g.storage().use_count() == 1;
  at.add_handed_on_gradient(node, at.block.first - table.feedforward_lag(l), at.block.first + table.next_offset(l),
                            at.g, is_free);
  at.g = Tensor{};
}

DYNVISION_INLINE bool PipelineReverse::is_large() const {
  return arguments_.n_steps * arguments_.batch * shape_.size() * run_.engine.bytes() > Convolution::most_waiting_bytes;
}

DYNVISION_INLINE bool PipelineReverse::is_given(Tensor const& result, std::size_t p) const {
  return result.defined() && first_recorded_step(p) >= 0 &&
         run_.table.has_signal(p, run_.table.step(p, at_.block.first));
}

DYNVISION_INLINE bool PipelineReverse::has_state_gradients(int state) const {
  StateGradient const& gradients = at_.states[static_cast<std::size_t>(state)];
  bool any = false;
  for (int i = 0; i < at_.block.n; ++i) any = any || !gradients.at(at_.block.first + i).empty();
  return any;
}

DYNVISION_INLINE bool PipelineReverse::has_gradients(int j) {
  std::size_t const p = node_of(j);
  Node const& node = run_.node(p);
  bool any = p == stage_.last && at_.g.defined();
  for (int k = 0; k < node.n_states; ++k) any = any || has_state_gradients(node.first_state + k);
  Tensor const& watched = at_.given.watched[p];
  if (node.stores) {
    if (is_given(watched, p)) {
      at_.add_handed_on_gradient(node, at_.block.first - node.t_feedforward, run_.table.step(p, at_.block.first),
                                 run_.results.rows(watched, first_recorded_step(p), arguments_.n_steps));
    }
    return any || has_state_gradients(node.layer);
  }
  if (in_prefix_) return any;
  Tensor const& response = at_.given.responses[static_cast<std::size_t>(node.layer)];
  return any || is_given(watched, p) || (node.records && is_given(response, p));
}

DYNVISION_INLINE void PipelineReverse::take_gradients(int j) {
  std::size_t const p = node_of(j);
  Node const& node = run_.node(p);
  auto const l = static_cast<std::size_t>(node.layer);
  int const n = arguments_.n_steps, t = first_recorded_step(p);
  c10::SmallVector<Tensor, 3> all;  // (n B,C,H,W)
  if (p == stage_.last && at_.g.defined()) all.push_back(at_.g);
  Tensor const &response = at_.given.responses[l], &watched = at_.given.watched[p];
  if (node.stores) {
    room_ = at_.states[l].room(at_.block.first, n);
  } else if (!in_prefix_) {
    if (node.records && is_given(response, p)) all.push_back(run_.results.rows(response, t, n));
    if (is_given(watched, p)) all.push_back(run_.results.rows(watched, t, n));
  }
  at_.gather(all, node.stores ? &at_.states[l] : nullptr, n, adjoint_.role[node.slot]);
}

DYNVISION_INLINE void PipelineReverse::take_values() {
  std::size_t const first = stage_.first;
  Tensor const input = run_.nodes[first].keeps_input ? at_.input(first) : Tensor{};
  for (int j = 0; j < roles_; ++j) {
    std::size_t const p = node_of(j);
    Tensor const before = j == 0 ? input : at_.output(p - 1);
    if (before.defined()) {
      bool const shared = before.size(0) != arguments_.n_steps * arguments_.batch;
      adjoint_.role[slot_of(j)].input = run_.steps_of(before, arguments_.n_steps, shared, arguments_.size);
      run_.alive.push_back(before);
    }
    Tensor after = at_.output(p);
    if (!after.defined() && stores_ && run_.node(p).reads_output) {
      after = at_.state_rows(stage_.layer, at_.block.first, at_.block.n);
    }
    if (!after.defined()) continue;
    adjoint_.role[slot_of(j)].output = steps_of(after);
    run_.alive.push_back(std::move(after));
  }
}

DYNVISION_INLINE void PipelineReverse::take_operands(bool x_present) {
  for (int j = 0; j < roles_ && !in_prefix_; ++j) {
    PreparedNode const& prepared = run_.nodes[node_of(j)];
    kernels::RoleArguments& role = arguments_.role[slot_of(j)];
    kernels::AdjointRoleArguments& adjoint = adjoint_.role[slot_of(j)];
    prepared.adjoint_operand(at_, arguments_, role, adjoint_, adjoint);
    if (role.operand == nullptr) continue;
    if (!x_present || !prepared.node->reads_operand) adjoint.input = nullptr;
    adjoint.starts = !x_present;
    x_present = true;
  }
}

DYNVISION_INLINE Tensor const& PipelineReverse::store_input_gradient(int j) {
  while (j > 0 && !adjoint_.role[slot_of(j)].starts && run_.node(node_of(j - 1)).passes_gradient &&
         adjoint_.role[slot_of(j - 1)].n_incoming == 0) {
    --j;
  }
  if (!of_input_[j].defined()) {
    of_input_[j] = room_.defined() ? std::exchange(room_, Tensor{}) : empty();
    adjoint_.role[slot_of(j)].g_input = steps_of(of_input_[j]);
  }
  return of_input_[j];
}

DYNVISION_INLINE void PipelineReverse::store_operand_gradients() {
  for (int j = 0; j < roles_; ++j) {
    Node const& node = run_.node(node_of(j));
    kernels::RoleArguments const& role = arguments_.role[slot_of(j)];
    if (role.operand == nullptr || !node.wants_operand_gradient) continue;
    bool const is_its_own = role.is_affine || (adjoint_.role[slot_of(j)].input != nullptr && node.reads_operand);
    if (!is_its_own) {
      of_operand_[j] = store_input_gradient(j);
      continue;
    }
    of_operand_[j] = empty();
    adjoint_.role[slot_of(j)].g_operand = steps_of(of_operand_[j]);
  }
}

DYNVISION_INLINE Tensor PipelineReverse::store_signal_gradient(bool wanted) {
  if (!wanted) return {};
  StaticPrefix* const prefix = prefix_before();
  if (prefix == nullptr) return store_input_gradient(0);
  if (!prefix->gradient.defined()) {
    std::int64_t const rows = run_.rows(prefix->by_step ? prefix->n_runs : 1);
    prefix->gradient = run_.layout.zeros(rows, shape_, run_.options.dtype(run_.engine.arithmetic()));
  }
  void** const list = run_.addresses.take(arguments_.n_steps);
  std::fill_n(list, arguments_.n_steps, at_.gradient_of_prefix(*prefix).mutable_data_ptr());
  adjoint_.g_shared = list;
  return {};
}

DYNVISION_INLINE StaticPrefix* PipelineReverse::prefix_before() {
  if (in_prefix_ || stage_.first != static_cast<std::size_t>(run_.table.static_nodes) || at_.tape->prefix < 0) {
    return nullptr;
  }
  StaticPrefix& prefix = at_.segment.prefixes[static_cast<std::size_t>(at_.tape->prefix)];
  return prefix.n_runs == 1 || prefix.by_step ? &prefix : nullptr;
}

DYNVISION_INLINE void PipelineReverse::clear_states() {
  auto const clear = [&](int state) {
    for (int i = 0; i < at_.block.n; ++i) at_.states[static_cast<std::size_t>(state)].clear(at_.block.first + i);
  };
  if (stores_) clear(stage_.layer);
  for (std::size_t p = stage_.first; p <= stage_.last; ++p) {
    for (int k = 0; k < run_.node(p).n_states; ++k) clear(run_.node(p).first_state + k);
  }
}

}  // namespace dynvision::run

// Stage by stage.
#pragma once
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/run/compiled/sweep/forward.hpp>

namespace dynvision::run {

DYNVISION_INLINE ForwardSweep::ForwardSweep(PreparedRun& run, Segment& segment, bool keeps, bool results)
    : run_(run), segment_(segment), keeps_(keeps), results_(results), at_{run, segment}, recording_(at_, results) {
  auto const n_states = run.table.memory.size();
  segment.states.resize(n_states);
  segment.begin.assign(n_states, 0);
  if (keeps && run.stores_bfloat16()) storage_.emplace(run, segment);
  for (std::size_t l = 0; l < n_states; ++l) {
    if (run.state_shape[l].size() == 0) continue;
    auto const [first, last] = run.held(segment, l, !segment.past.empty());
    bool const is_first = segment.first == run.table.first_index;
    Tensor const past = is_first ? run.given_states(l, first) : (segment.past.empty() ? Tensor{} : segment.past[l]);
    if (storage_) {
      storage_->open(l, first, last, past);
      continue;
    }
    segment.begin[l] = first;
    segment.states[l] = run.state_buffer(l, first, last - first);
    if (past.defined()) kernels::rows_of(segment.states[l], 0, past.size(0)).copy_(past);
  }
}

DYNVISION_INLINE void ForwardSweep::sweep(kernels::CrowdedOperators& operators) {
  by_step_from_ = first_frame_by_step(run_);
  segment_.blocks.reserve(keeps_ ? segment_.n_blocks : 1);
  for (std::size_t b = segment_.first_block; b < segment_.first_block + segment_.n_blocks; ++b) {
    operators.update();
    block(b);
  }
  if (!keeps_) segment_.blocks.clear();
  if (results_ && segment_.last == run_.table.last_index) keep_last_states();
  if (storage_) storage_->close();
  if (!segment_.prefixes.empty()) segment_.prefixes.back().out = Tensor{};
}

DYNVISION_INLINE void ForwardSweep::block(std::size_t b) {
  at_.block = run_.table.blocks[b];
  if (keeps_ || segment_.blocks.empty()) segment_.blocks.push_back({{}, -1, Values(run_.nodes.size() + 1)});
  BlockTape& tape = segment_.blocks.back();
  tape.block = at_.block, tape.prefix = -1;
  use(tape.values);
  if (storage_) storage_->move_to(at_.block);
  one_block();
  if (storage_) storage_->store(tape, tape.prefix < 0 ? Tensor{} : segment_.prefixes.back().out);
  bool const last = b + 1 == segment_.first_block + segment_.n_blocks;
  if (keeps_ && results_ && is_last_group()) {
    release_forward_weights(last ? 0 : run_.table.blocks[b + 1].first, last);
  }
  if (!keeps_) {
    tape.values.clear();
    while (segment_.prefixes.size() > 1) segment_.prefixes.pop_front();
  }
}

DYNVISION_INLINE void ForwardSweep::keep_last_states() {
  for (std::size_t l = 0; l < run_.results.last.size(); ++l) {
    Tensor const& to = run_.results.last[l];
    if (!to.defined()) continue;
    int const first = run_.first_last_step(l), n = run_.table.n_steps - first;
    run_.results.put(
        to, 0, n,
        run_.state_rows(segment_, static_cast<int>(l), first - run_.table.state_offset(static_cast<int>(l)), n));
  }
}

DYNVISION_INLINE std::vector<Tensor> ForwardSweep::past_of_next() const {
  std::vector<Tensor> all(segment_.states.size());
  for (std::size_t l = 0; l < all.size(); ++l) {
    if (!segment_.states[l].defined()) continue;
    int const m = run_.table.memory[l];
    all[l] = run_.state_rows(segment_, static_cast<int>(l), segment_.last - m, m).clone();
  }
  return all;
}

DYNVISION_INLINE void ForwardSweep::use(Values& values) {
  values_ = &values;
  at_.kept = keeps_ ? &values : nullptr;
}

DYNVISION_INLINE void ForwardSweep::release_forward_weights(int index, bool last) {
  for (PreparedNode const& prepared : run_.nodes) {
    if (last || !run_.table.runs(prepared.node->index, index)) prepared.release_forward_weight();
  }
}

DYNVISION_INLINE void ForwardSweep::one_block() {
  bool fresh = false;
  Wave x = start_prefix(fresh);
  for (Stage const& stage : run_.stages) one_stage(stage, x, fresh);
  leave_prefix(run_.nodes.size(), x, fresh);
  take_to_head(at_, x.data, results_);
}

DYNVISION_INLINE Wave ForwardSweep::start_prefix(bool& fresh) {
  if (!has_frames(run_, at_.block)) return {};
  if (at_.block.first >= by_step_from_) return start_by_step(fresh);
  int const first_run = run_.table.frame_run[static_cast<std::size_t>(at_.block.first)];
  bool const shared = has_one_frame(run_, at_.block);
  auto const before = segment_.prefixes.empty() ? nullptr : &segment_.prefixes.back();
  fresh = !(shared && before != nullptr && before->first_run == first_run && before->n_runs == 1);
  if (fresh && before != nullptr) before->out = Tensor{};
  if (fresh) segment_.prefixes.push_back({first_run, shared ? 1 : n(), {}, Values(run_.nodes.size() + 1), {}});
  segment_.blocks.back().prefix = static_cast<int>(segment_.prefixes.size()) - 1;
  if (!fresh) return {before->out, true};
  use(segment_.prefixes.back().values);
  return frames_of(run_, at_.block);
}

DYNVISION_INLINE Wave ForwardSweep::start_by_step(bool& fresh) {
  if (segment_.prefixes.empty() || !segment_.prefixes.back().by_step) {
    if (!segment_.prefixes.empty()) segment_.prefixes.back().out = Tensor{};
    fresh = !run_.frames_by_step.out.defined();
    int const first_run = run_.table.frame_run[static_cast<std::size_t>(by_step_from_)];
    segment_.prefixes.push_back(run_.frames_by_step);
    StaticPrefix& all = segment_.prefixes.back();
    if (fresh) all = {first_run, run_.table.n_steps - by_step_from_, {}, Values(run_.nodes.size() + 1), {}, true};
  }
  segment_.blocks.back().prefix = static_cast<int>(segment_.prefixes.size()) - 1;
  if (!fresh) return rows_of_block();
  use(segment_.prefixes.back().values);
  at_.kept = values_;  // for segments that are kept
  return {frames_from(run_, by_step_from_), true};
}

DYNVISION_INLINE Wave ForwardSweep::rows_of_block() const {
  std::int64_t const first = run_.rows(at_.block.first - by_step_from_);
  return {kernels::rows_of(segment_.prefixes.back().out, first, run_.batch), true};
}

DYNVISION_INLINE void ForwardSweep::leave_prefix(std::size_t p, Wave& x, bool fresh) {
  if (!fresh || values_ != &segment_.prefixes.back().values) return;
  if (p < static_cast<std::size_t>(run_.table.static_nodes)) return;
  StaticPrefix& prefix = segment_.prefixes.back();
  prefix.out = x.data;
  if (prefix.by_step) {
    if (run_.segments.size() > 1) run_.frames_by_step = prefix;
    x = rows_of_block();
  }
  use(segment_.blocks.back().values);
}

DYNVISION_INLINE void ForwardSweep::one_stage(Stage const& stage, Wave& x, bool fresh) {
  std::size_t const first = stage.first;
  bool const in_prefix = stage.last < static_cast<std::size_t>(run_.table.static_nodes);
  if (in_prefix && !fresh) return;
  if (!in_prefix) leave_prefix(static_cast<std::size_t>(run_.table.static_nodes), x, fresh);
  if (!in_prefix && !run_.table.runs(first, at_.block.first)) {
    x = {};
    if (run_.node(stage.last).stores) x = delayed(run_.node(stage.last));
    return;
  }
  if (stage.pipeline == nullptr && !in_prefix && x.shared) x = spread(x);
  bool const is_again = first > 0 && run_.node(first - 1).is_recomputed;
  if (at_.kept != nullptr && run_.nodes[first].keeps_input && !is_again) at_.kept->input[first] = x.data;
  if (stage.pipeline != nullptr) {
    pipeline(stage, x, in_prefix);
  } else {
    recording_.asking_arrival(first, in_prefix, [&] { x.data = run_.nodes[first].forward(at_, x.data); });
    if (results_ && !in_prefix && x.data.defined()) recording_.watch(first, x.data);
  }
  for (std::size_t p = first; results_ && p <= stage.last; ++p) recording_.watch_states(run_.node(p));
}

DYNVISION_INLINE Wave ForwardSweep::spread(Wave const& x) const {
  std::vector<Tensor> const all(static_cast<std::size_t>(n()), x.data);
  return {n() == 1 ? x.data : cat(all, 0), false};
}

DYNVISION_INLINE void ForwardSweep::pipeline(Stage const& stage, Wave& x, bool in_prefix) {
  std::size_t const first = stage.first, last = stage.last;
  kernels::Shape const& shape = run_.node(first).in;
  int const steps = in_prefix ? 1 : n();
  kernels::Arguments arguments;
  arguments.n_steps = steps;
  arguments.size = shape.size();
  arguments.batch = in_prefix && x.data.defined() ? x.data.size(0) : run_.batch;
  run_.addresses.give_back();
  run_.alive.clear();
  if (x.data.defined()) arguments.x = run_.steps_of(x.data, steps, x.shared || in_prefix, arguments.size);
  for (std::size_t p = first; !in_prefix && p <= last; ++p) {
    recording_.asking_arrival(p, in_prefix,
                              [&] { run_.nodes[p].operand(at_, arguments, arguments.role[run_.node(p).slot]); });
  }
  Tensor out;
  bool is_wanted = false;
  for (std::size_t p = first; p <= last; ++p) {
    if (in_prefix ? !x.data.defined() : !run_.table.has_result(p, run_.table.step(p, at_.block.first))) continue;
    kernels::RoleArguments& role = arguments.role[run_.node(p).slot];
    role.tap = places_of_result(stage, p, in_prefix, arguments, out);
    is_wanted = is_wanted || role.tap != nullptr || run_.node(p).n_states > 0;
  }
  if (is_wanted) {
    kernels::ProfilerScope const scope("dynvision::pipeline");
    stage.forward(stage.pipeline, run_.engine, arguments);
  }
  run_.alive.clear();
  recording_.record(stage.layer);
  if (run_.node(last).stores) {
    recording_.watch_delayed(stage.layer, run_.node(last));
    x = delayed(run_.node(last));
  } else {
    x = {out, in_prefix && x.shared};
  }
}

DYNVISION_INLINE kernels::Steps ForwardSweep::places_of_result(Stage const& stage, std::size_t p, bool in_prefix,
                                                               kernels::Arguments const& arguments, Tensor& out) {
  Node const& node = run_.node(p);
  int const n = arguments.n_steps;
  if (node.stores) {
    return run_.side_by_side(run_.state_data(segment_, stage.layer, at_.block.first), n, arguments.size);
  }
  int const t = run_.table.step(p, at_.block.first) - run_.table.idle;
  bool const is_result = results_ && !in_prefix && t >= 0;
  bool const is_watched = is_result && run_.results.looks_at(p);
  bool const is_response = is_result && node.records && run_.results.has_response(stage.layer);
  if (is_response && !is_watched && p != stage.last) {
    Tensor const& responses = run_.results.responses[static_cast<std::size_t>(stage.layer)];
    void* const first = run_.results.step_of_group(responses, t).mutable_data_ptr();
    return run_.list_of(first, n, run_.results.apart(arguments.size));
  }
  bool const is_kept = at_.kept != nullptr && run_.nodes[p].keeps_output;
  if (!is_kept && !is_watched && !is_response && p != stage.last) return nullptr;
  Tensor const result = run_.empty(n * arguments.batch, node.in);
  if (is_kept) at_.kept->output[p] = result;
  if (p == stage.last) out = result;
  if (is_watched || is_response) recording_.add(p, result);
  return run_.side_by_side(result.mutable_data_ptr(), n, arguments.size);
}

DYNVISION_INLINE Wave ForwardSweep::delayed(Node const& node) {
  int const l = node.layer, s = at_.block.first - run_.table.feedforward_lag(l);
  if (node.feedforward_span > 0) {
    int const t = at_.block.first + run_.table.next_offset(l);
    if (t < run_.table.n_given || t >= run_.table.n_steps) return {};  // nobody takes it
    return {run_.nodes[node.index].handed_on(at_, s), false};
  }
  if (!run_.table.stored_at(l, s) || !run_.table.stored_at(l, s + n() - 1)) return {};  // nobody takes a part
  return {run_.state_rows(segment_, l, s, n()), false};
}

}  // namespace dynvision::run

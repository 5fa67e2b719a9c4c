// The forward sweep of the compiled path: block after block, every layer once for all steps of a block.
//
// Within a block a signal is either there in every step or in none (run/compiled/graph/timetable.hpp). A stage is a
// pipeline of roles, or a single node; signals are (n B,C,H,W). What the adjoint reads is put into the block's Values.
#pragma once
#include <dynvision/kernels/device/crowded_operators.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/memory/forward_context.hpp>
#include <dynvision/run/compiled/memory/storage.hpp>
#include <dynvision/run/compiled/sweep/frames.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

class ForwardSweep {
  PreparedRun& run_;
  Segment& segment_;
  bool keeps_;    // for the reverse sweep
  bool results_;  // fills outputs, responses and what is monitored as well
  ForwardContext at_;
  Values* values_ = nullptr;  // of the block, or of the static prefix
  std::vector<std::pair<std::size_t, Tensor>> to_record_;
  std::optional<Storage> storage_{};  // if what is kept is kept in bfloat16
  kernels::CrowdedOperators operators_;

 public:
  ForwardSweep(PreparedRun& run, Segment& segment, bool keeps, bool results)
      : run_(run),
        segment_(segment),
        keeps_(keeps),
        results_(results),
        at_{run, segment},
        operators_(run.settings.share_cpus) {
    auto const n_layers = run.table.memory.size();
    segment.states.resize(n_layers);
    segment.begin.assign(n_layers, 0);
    if (keeps && run.stores_bfloat16()) storage_.emplace(run, segment);
    for (std::size_t l = 0; l < n_layers; ++l) {
      if (run.state_shape[l].size() == 0) continue;
      auto const [first, last] = run.held(segment, l, !segment.past.empty());
      if (storage_) {
        storage_->open(l, first, last, segment.past.empty() ? Tensor{} : segment.past[l]);
        continue;
      }
      segment.begin[l] = first;
      segment.states[l] = run.state_buffer(l, first, last - first);
      if (segment.past.empty()) continue;
      kernels::rows_of(segment.states[l], 0, run.rows(run.table.memory[l])).copy_(segment.past[l]);
    }
  }

  void sweep() {
    segment_.blocks.reserve(keeps_ ? segment_.n_blocks : 1);
    for (std::size_t b = segment_.first_block; b < segment_.first_block + segment_.n_blocks; ++b) {
      operators_.update();
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
    if (!keeps_) segment_.blocks.clear();
    if (storage_) storage_->close();
    if (!segment_.prefixes.empty()) segment_.prefixes.back().out = Tensor{};
  }

  // The states that the next segment starts from.
  std::vector<Tensor> past_of_next() const {
    std::vector<Tensor> all(segment_.states.size());
    for (std::size_t l = 0; l < all.size(); ++l) {
      if (!segment_.states[l].defined()) continue;
      int const m = run_.table.memory[l];
      all[l] = run_.state_rows(segment_, static_cast<int>(l), segment_.last - m, m).clone();
    }
    return all;
  }

 private:
  int n() const { return at_.block.n; }
  bool is_last_group() const { return run_.first_sample + run_.batch == run_.n_samples(); }
  void use(Values& values) {
    values_ = &values;
    at_.kept = keeps_ ? &values : nullptr;
  }

  // What is kept is not computed again: from an index on some nodes have nothing left to do.
  void release_forward_weights(int index, bool last) {
    for (PreparedNode const& prepared : run_.nodes) {
      if (last || !run_.table.runs(prepared.node->index, index)) prepared.release_forward_weight();
    }
  }

  void one_block() {
    bool fresh = false;
    Wave x = start_prefix(fresh);
    for (Stage const& stage : run_.stages) one_stage(stage, x, fresh);
    leave_prefix(run_.nodes.size(), x, fresh);
    head(x);
  }

  // --- the static prefix: what depends on the frame alone

  // What it has made of the frame, if that is known; else the frames, and it is `fresh`.
  Wave start_prefix(bool& fresh) {
    if (!has_frames(run_, at_.block)) return {};
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
  void leave_prefix(std::size_t p, Wave const& x, bool fresh) {
    if (!fresh || values_ != &segment_.prefixes.back().values) return;
    if (p < static_cast<std::size_t>(run_.table.static_nodes)) return;
    segment_.prefixes.back().out = x.data;
    use(segment_.blocks.back().values);
  }

  // --- stages

  void one_stage(Stage const& stage, Wave& x, bool fresh) {
    std::size_t const first = stage.first;
    bool const in_prefix = stage.last < static_cast<std::size_t>(run_.table.static_nodes);
    if (in_prefix && !fresh) return;
    if (!in_prefix) leave_prefix(static_cast<std::size_t>(run_.table.static_nodes), x, fresh);
    if (!in_prefix && !run_.table.runs(first, at_.block.first)) {
      x = {};
      if (run_.node(stage.last).stores) x = delayed(stage.layer);
      return;
    }
    if (stage.pipeline == nullptr && !in_prefix && x.shared) x = spread(x);
    bool const is_again = first > 0 && run_.node(first - 1).is_recomputed;
    if (at_.kept != nullptr && run_.nodes[first].keeps_input && !is_again) at_.kept->input[first] = x.data;
    if (stage.pipeline != nullptr) {
      pipeline(stage, x, in_prefix);
    } else {
      x.data = run_.nodes[first].forward(at_, x.data);
      if (results_ && !in_prefix && x.data.defined()) watch(first, x.data);
    }
  }

  // A signal that is the same in all steps, once for each.
  Wave spread(Wave const& x) const {
    std::vector<Tensor> const all(static_cast<std::size_t>(n()), x.data);
    return {n() == 1 ? x.data : cat(all, 0), false};
  }

  void pipeline(Stage const& stage, Wave& x, bool in_prefix) {
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
      run_.nodes[p].operand(at_, arguments, arguments.role[p - first]);
    }
    Tensor out;
    bool is_wanted = false;
    for (std::size_t p = first; p <= last; ++p) {
      if (in_prefix ? !x.data.defined() : !run_.table.has_result(p, run_.table.step(p, at_.block.first))) continue;
      arguments.role[p - first].tap = places_of_result(stage, p, in_prefix, arguments, out);
      is_wanted = is_wanted || arguments.role[p - first].tap != nullptr;
    }
    if (is_wanted) {
      kernels::ProfilerScope const scope("dynvision::pipeline");
      stage.forward(stage.pipeline, run_.engine, arguments);
    }
    run_.alive.clear();
    record_results(stage.layer);
    if (run_.node(last).stores) {
      watch_delayed(stage.layer, run_.node(last));
      x = delayed(stage.layer);
    } else {
      x = {out, in_prefix && x.shared};
    }
  }

  // Where the result of a role goes: into the states, the responses, what is kept or watched, the next stage; or nowhere.
  kernels::Steps places_of_result(Stage const& stage, std::size_t p, bool in_prefix,
                                  kernels::Arguments const& arguments, Tensor& out) {
    Node const& node = run_.node(p);
    int const n = arguments.n_steps;
    if (node.stores) {
      return run_.side_by_side(run_.state_data(segment_, stage.layer, at_.block.first), n, arguments.size);
    }
    int const t = run_.table.step(p, at_.block.first) - run_.table.idle;
    bool const is_result = results_ && !in_prefix && t >= 0;
    bool const is_watched = is_result && run_.results.watched[p].defined();
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
    if (is_watched || is_response) to_record_.emplace_back(p, result);
    return run_.side_by_side(result.mutable_data_ptr(), n, arguments.size);
  }

  // What Delay gives: the state of t_feedforward steps ago.
  Wave delayed(int l) const {
    int const s = at_.block.first - run_.table.feedforward_lag(l);
    if (!run_.table.stored_at(l, s) || !run_.table.stored_at(l, s + n() - 1)) return {};  // nobody takes a part
    return {run_.state_rows(segment_, l, s, n()), false};
  }

  // --- results

  void record_results(int l) {
    for (auto const& [p, value] : to_record_) {
      watch(p, value);
      if (!run_.node(p).records || !run_.results.has_response(l)) continue;
      int const t = run_.table.step(p, at_.block.first) - run_.table.idle;
      run_.results.put(run_.results.responses[static_cast<std::size_t>(l)], t, n(), value);
    }
    to_record_.clear();
  }
  void watch(std::size_t p, Tensor const& value) {
    if (!run_.results.watched[p].defined()) return;
    run_.results.put(run_.results.watched[p], run_.table.step(p, at_.block.first) - run_.table.idle, n(), value);
  }
  void watch_delayed(int l, Node const& node) {  // at the time of Delay
    if (!results_ || !run_.results.watched[node.index].defined()) return;
    if (run_.table.step(node.index, at_.block.first) < run_.table.idle) return;
    int const s = at_.block.first - node.t_feedforward;
    if (run_.table.stored_at(l, s)) watch(node.index, run_.state_rows(segment_, l, s, n()));
  }

  void head(Wave const& x) {
    int const t = at_.block.first + run_.table.layer_offset.back() - run_.table.idle;
    if (t < 0 || t >= run_.stimulus.n_timesteps() || !x.data.defined()) return;
    if (at_.kept != nullptr) at_.kept->input.back() = x.data;
    if (!results_) return;
    if (run_.classifier != nullptr) {
      run_.results.put_head_input(t, n(), in_parameter_dtype(run_, x.data).sum({2, 3}));
    } else if (run_.head.functions != nullptr) {
      run_.results.put_head_input(t, n(), run_.head.forward(at_, x.data));
    }
  }
};

}  // namespace dynvision::run

// The forward sweep of the compiled path: block after block, every layer once for all steps of a block.
//
// Within a block a signal is either there in every step or in none (run/compiled/graph/timetable.hpp). A stage is a
// pipeline of pointwise operations, one convolution or pooling, or any other operation of a tensor: (n B,C,H,W) in and out.
#pragma once
#include <dynvision/run/compiled/sweep/fallback.hpp>
#include <dynvision/run/compiled/sweep/frames.hpp>
#include <dynvision/run/compiled/sweep/operands.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

class ForwardSweep {
  PreparedRun& q_;
  Segment& segment_;
  bool keeps_;  // for the reverse
  Block block_{};
  Values* values_ = nullptr;
  std::vector<std::pair<std::size_t, Tensor>> to_look_at_;

 public:
  ForwardSweep(PreparedRun& q, Segment& segment, bool keeps) : q_(q), segment_(segment), keeps_(keeps) {
    auto const n_layers = q.table.memory.size();
    segment.states.resize(n_layers);
    segment.head.assign(n_layers, 0);
    for (std::size_t l = 0; l < n_layers; ++l) {
      if (q.state_shape[l].size() == 0) continue;
      auto const [first, last] = q.held(segment, l, !segment.past.empty());
      segment.head[l] = segment.first - first;
      segment.states[l] = q.state_buffer(l, first, last - first);
      if (!segment.past.empty())
        kernels::rows_of(segment.states[l], 0, q.rows(q.table.memory[l])).copy_(segment.past[l]);
    }
  }

  // `results`: also fills outputs, responses and what is monitored.
  void run(bool results) {
    segment_.blocks.reserve(keeps_ ? segment_.n_blocks : 1);
    for (std::size_t b = segment_.first_block; b < segment_.first_block + segment_.n_blocks; ++b) {
      block_ = q_.table.blocks[b];
      if (keeps_ || segment_.blocks.empty()) segment_.blocks.push_back({{}, -1, Values(q_.table.places.size() + 1)});
      BlockTape& tape = segment_.blocks.back();
      tape.block = block_, tape.leading = -1;
      values_ = &tape.values;
      one_block(results);
      bool const last = b + 1 == segment_.first_block + segment_.n_blocks;
      if (keeps_ && results) rest(last ? 0 : q_.table.blocks[b + 1].first, last);
      if (!keeps_) {
        tape.values.clear();
        while (segment_.leading.size() > 1) segment_.leading.pop_front();
      }
    }
    if (!keeps_) segment_.blocks.clear();
  }

  // The states that the next segment starts from.
  std::vector<Tensor> past_of_next() const {
    std::vector<Tensor> all(segment_.states.size());
    for (std::size_t l = 0; l < all.size(); ++l) {
      if (!segment_.states[l].defined()) continue;
      int const m = q_.table.memory[l];
      all[l] = q_.state_rows(segment_, static_cast<int>(l), segment_.last - m, m).clone();
    }
    return all;
  }

 private:
  // What is kept is not computed again: from an index on some convolutions have nothing left to do.
  void rest(int index, bool last) {
    for (std::size_t p = 0; p < q_.table.places.size(); ++p) {
      if (!last && q_.table.runs(p, index)) continue;
      if (q_.convolutions[p]) q_.convolutions[p]->rest();
      if (q_.arrivals[p]) q_.arrivals[p]->rest();
    }
  }

  void one_block(bool results) {
    Timetable& table = q_.table;
    bool fresh = false;
    Wave x = start_leading(fresh);
    for (Stage const& one : q_.stages) stage(one, x, fresh, results);
    leave_leading(table.places.size(), x, fresh);
    head(x, results);
  }

  // --- what depends on the frame alone

  // What the leading places have made of the frame, if that is known; else the frames, and it is `fresh`.
  Wave start_leading(bool& fresh) {
    if (!has_frames(q_, block_)) return {};
    int const run = q_.table.frame_run[static_cast<std::size_t>(block_.first)];
    bool const shared = has_one_frame(q_, block_);
    auto const before = segment_.leading.empty() ? nullptr : &segment_.leading.back();
    fresh = !(shared && before != nullptr && before->first_run == run && before->n_runs == 1);
    if (fresh) segment_.leading.push_back({run, shared ? 1 : block_.n, {}, Values(q_.table.places.size() + 1), {}});
    segment_.blocks.back().leading = static_cast<int>(segment_.leading.size()) - 1;
    if (!fresh) return {before->out, true};
    values_ = &segment_.leading.back().values;
    return frames_of(q_, block_);
  }
  void leave_leading(std::size_t place, Wave const& x, bool fresh) {
    if (!fresh || values_ != &segment_.leading.back().values) return;
    if (place < static_cast<std::size_t>(q_.table.static_places)) return;
    segment_.leading.back().out = x.data;
    values_ = &segment_.blocks.back().values;
  }

  // --- stages

  void stage(Stage const& stage, Wave& x, bool fresh, bool results) {
    std::size_t const first = stage.first, last = stage.last;
    bool const leading = last < static_cast<std::size_t>(q_.table.static_places);
    if (leading && !fresh) return;
    if (!leading) leave_leading(static_cast<std::size_t>(q_.table.static_places), x, fresh);
    if (!leading && !q_.table.runs(first, block_.first)) {
      x = {};
      if (q_.place(last).kind == NodeKind::delay) x = handed_on(stage.layer);
      return;
    }
    if (keeps_ && q_.keeps_entry[first] && !(first > 0 && q_.place(first - 1).kind == NodeKind::max_pool)) {
      values_->entry[first] = x.data;
    }
    if (stage.pipeline != nullptr) {
      pipeline(stage, x, leading, results);
    } else {
      if (!leading && x.shared) x = spread(x);
      if (keeps_ && q_.keeps_entry[first] && values_->entry[first].defined()) values_->entry[first] = x.data;
      batch_stage(first, x);
      if (results && !leading && x.data.defined()) watch(first, x.data);
    }
  }

  Wave spread(Wave const& x) const {
    std::vector<Tensor> const all(static_cast<std::size_t>(block_.n), x.data);
    return {block_.n == 1 ? x.data : cat(all, 0), false};
  }

  void batch_stage(std::size_t p, Wave& x) {
    Calls const& calls = q_.calls[p];
    switch (q_.place(p).kind) {
      case NodeKind::moment:
        return moment_stage(p, x);
      case NodeKind::meeting: {
        Tensor const h = arriving(p);
        if (keeps_) values_->operand[p] = h;
        if (h.defined()) x.data = inside(q_, x.data.defined() ? calls.meet(x.data, h) : h);
        return;
      }
      case NodeKind::zero:
        if (x.data.defined()) return;
        x.data = q_.layout.zeros(q_.rows(block_.n), q_.place(p).in, q_.options);
        if (keeps_) values_->operand[p] = x.data;  // what was made here owes nothing to what came before
        return;
      case NodeKind::convolution:
        if (x.data.defined()) x.data = q_.convolutions[p]->forward(x.data);
        return;
      case NodeKind::max_pool:
        if (x.data.defined()) x.data = q_.pool(p, x.data, {});
        return;
      default:
        if (x.data.defined()) x.data = apply(q_, calls.of_tensor, x.data);
    }
  }

  // What arrives at a place from the past during a block, (n B,C,H,W); undefined: nothing.
  Tensor arriving(std::size_t p) {
    std::optional<int> const s = q_.table.arriving(p, block_.first);
    if (!s) return {};
    return arrive(q_, p, q_.state_rows(segment_, q_.place(p).source.layer, *s, block_.n));
  }

  void pipeline(Stage const& stage, Wave& x, bool leading, bool results) {
    int const l = stage.layer;
    std::size_t const first = stage.first, last = stage.last;
    kernels::Arguments flow;
    int const n = leading ? 1 : block_.n;
    kernels::Shape const& shape = q_.place(first).in;
    flow.n_steps = n;
    flow.size = shape.size();
    flow.batch = leading && x.data.defined() ? x.data.size(0) : q_.batch;
    q_.addresses.give_back();
    if (x.data.defined()) flow.x = q_.steps_of(x.data, n, x.shared || leading, flow.size);
    q_.alive.clear();
    for (std::size_t p = first; !leading && p <= last; ++p)
      take_source(q_, segment_, block_, p, flow, flow.role[p - first], keeps_ ? values_ : nullptr, q_.alive);

    // Where results go: the state, the response, what is kept or watched, what the next stage takes.
    bool const stores = q_.place(last).kind == NodeKind::delay;
    int const step = q_.table.step(first, block_.first);
    bool const looked_at = results && !leading && step >= q_.table.idle;
    bool somewhere = false;
    Tensor out;
    for (std::size_t p = first; p <= last; ++p) {
      if (leading ? !x.data.defined() : !q_.table.arrives(p, step)) continue;
      NodeKind const kind = q_.place(p).kind;
      bool const watched = looked_at && q_.results.watched[p].defined() && kind != NodeKind::delay;
      bool const recorded = looked_at && kind == NodeKind::record && q_.results.has_response(l);
      void* to = nullptr;
      if (kind == NodeKind::delay) {
        to = q_.state_data(segment_, l, block_.first);
      } else if (recorded && !watched && p != last) {
        to = q_.results.rows(q_.results.responses[static_cast<std::size_t>(l)], step - q_.table.idle, n)
                 .mutable_data_ptr();
      } else if ((keeps_ && q_.keeps_value[p]) || watched || recorded || p == last) {
        Tensor const value = q_.empty(n * flow.batch, shape);
        to = value.mutable_data_ptr();
        if (keeps_ && q_.keeps_value[p]) values_->value[p] = value;
        if (p == last) out = value;
        if (watched || recorded) to_look_at_.emplace_back(p, value);
      }
      if (to != nullptr) flow.role[p - first].tap = q_.side_by_side(to, n, flow.size), somewhere = true;
    }
    if (somewhere) {
      kernels::ProfilerScope const mark("dynvision::pipeline");
      stage.forward(stage.pipeline, q_.engine, flow);
    }
    q_.alive.clear();
    for (auto const& [p, value] : to_look_at_) {
      watch(p, value);
      if (q_.place(p).kind == NodeKind::record && q_.results.has_response(l)) {
        q_.results.put(q_.results.responses[static_cast<std::size_t>(l)], step - q_.table.idle, n, value);
      }
    }
    to_look_at_.clear();
    if (!stores) {
      x = {out, leading && x.shared};
      return;
    }
    if (looked_at && q_.results.watched[last].defined()) {  // what is handed on, at the time of Delay
      int const s = block_.first - q_.place(last).t_feedforward;
      if (q_.table.stored_at(l, s)) watch(last, q_.state_rows(segment_, l, s, block_.n));
    }
    x = handed_on(l);
  }

  // What Delay hands on: the state of some steps ago.
  Wave handed_on(int l) const {
    int const s = block_.first - q_.table.feedforward_lag(l);
    if (!q_.table.stored_at(l, s) || !q_.table.stored_at(l, s + block_.n - 1)) return {};  // nobody takes a part
    return {q_.state_rows(segment_, l, s, block_.n), false};
  }

  // --- results

  void watch(std::size_t p, Tensor const& value) {
    if (!q_.results.watched[p].defined()) return;
    q_.results.put(q_.results.watched[p], q_.table.step(p, block_.first) - q_.table.idle, block_.n, value);
  }

  void head(Wave const& x, bool results) {
    int const t = block_.first + q_.table.layer_offset.back() - q_.table.idle;
    if (t < 0 || t >= q_.stimulus.n_timesteps() || !x.data.defined()) return;
    if (keeps_) values_->entry.back() = x.data;
    if (!results) return;
    Calls const& head = q_.calls.back();
    if (q_.classifier != nullptr) {
      q_.results.see(t, block_.n, outside(q_, x.data).sum({2, 3}));
    } else if (head.of_tensor.apply != nullptr) {
      q_.results.see(t, block_.n, head.of_tensor.apply(head.of_tensor.op, seen(q_, head.of_tensor, x.data)));
    }
  }

  // --- operations that see single steps

  [[gnu::cold]] void moment_stage(std::size_t p, Wave& x) {
    int const t = block_.first;  // one step a block, and no offsets
    std::vector<DelayLine> memories = memories_at(q_, segment_, p, t, false);
    std::vector<Signal> responses(memories.size());
    Moment now = moment_at(q_, p, t, memories, responses);
    Node const& at = q_.place(p);
    Calls const& calls = q_.calls[p];
    Tensor const y = calls.at_moment(calls.op, x.data.defined() ? outside(q_, x.data) : x.data, now);
    x = {};
    if (y.defined()) {
      x.data = inside(q_, y.expand({q_.batch, at.out.channels, at.out.height, at.out.width}));
    }
    q_.table.found(p, t, y.defined());
  }
};

}  // namespace dynvision::run

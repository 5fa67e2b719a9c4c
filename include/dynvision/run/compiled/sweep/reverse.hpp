// The reverse sweep of the compiled path: the adjoint of run/compiled/sweep/forward.hpp, stage by stage, last block first.
//
// The gradient of the signal travels backwards through the stages of a block; what it owes to states of
// the past is put down in the StateGradient of their layer, where the pipeline that stored them picks it up. All steps
// that still owe something to a state come later in time, or later in the model, so when a pipeline's turn comes its
// states have all they get. Convolutions add up the gradients of their weights, one call a block.
#pragma once
#include <dynvision/run/compiled/sweep/reverse_pipeline.hpp>

namespace dynvision::run {

class ReverseSweep {
  ReverseContext& r_;
  PipelineReverse pipelines_;
  bool is_first_ = false;  // of the segments
  int index_before_ = 0;   // of the block before, if there is one in the segment

 public:
  explicit ReverseSweep(ReverseContext& state) : r_(state), pipelines_(state) {}

  // `carry`: from the segment after, and to the one before, if there is one.
  void run(FrameCarry& carry, bool is_first) {
    receive(carry);
    is_first_ = is_first;
    for (std::size_t b = r_.segment.blocks.size(); b-- > 0;) {
      r_.tape = &r_.segment.blocks[b];
      r_.block = r_.tape->block;
      index_before_ = b > 0 ? r_.segment.blocks[b - 1].block.first : std::numeric_limits<int>::min() / 2;
      r_.pooled = {}, r_.pooled_at = std::size_t(-1);
      head();
      for (std::size_t k = r_.q.stages.size(); k-- > 0;) stage(r_.q.stages[k]);
      into_leading();
      bool const first_of_leading = b == 0 || r_.segment.blocks[b - 1].leading != r_.tape->leading;
      if (r_.tape->leading >= 0 && first_of_leading) {
        Leading& source = r_.segment.leading[at(r_.tape->leading)];
        if (b == 0 && !is_first && stays_before(source)) {
          carry = {source.first_run, source.gradient};
        } else {
          leading(source);
        }
      }
      r_.tape->values = Values{};
    }
  }

 private:
  static constexpr std::size_t at(int i) { return static_cast<std::size_t>(i); }

  bool stays_before(Leading const& source) const {
    int const t = r_.segment.first - 1;
    return source.n_runs == 1 && t >= 0 && r_.q.table.frame_run[at(t)] == source.first_run;
  }
  void receive(FrameCarry& carry) {
    if (carry.run >= 0 && !r_.segment.leading.empty() && r_.segment.leading.back().first_run == carry.run) {
      r_.segment.leading.back().gradient = carry.gradient;
    }
    carry = {};
  }

  void stage(Stage const& stage) {
    if (stage.last < at(r_.q.table.static_places)) return;  // run once for all steps, by leading()
    if (r_.q.table.runs(stage.first, r_.block.first)) {
      one_stage(stage, r_.tape->values, false);
      for (std::size_t p = stage.first; p <= stage.last; ++p) leave(p);
    } else {
      if (r_.q.place(stage.last).kind == NodeKind::delay) pipelines_.hand_back(stage.layer);
      r_.g = Tensor{};
    }
  }
  // Nothing of a place is needed any more in this block, and perhaps in the run.
  void leave(std::size_t p) {
    Values& values = r_.tape->values;
    values.entry[p] = values.value[p] = values.operand[p] = Tensor{};
    if (!is_first_ || r_.q.table.runs(p, index_before_)) return;
    if (r_.q.convolutions[p]) r_.q.convolutions[p]->finish(r_.q.learned);
    if (r_.q.arrivals[p]) r_.q.arrivals[p]->finish(r_.q.learned);
  }
  void one_stage(Stage const& stage, Values& values, bool leading) {
    if (stage.pipeline != nullptr) return pipelines_.pipeline(stage, values, leading);
    if (!leading) add_watched(stage.first);
    batch_stage(stage.first, stage.layer, values);
  }

  void add_watched(std::size_t p) {
    Tensor const& all = r_.given.watched[p];
    int const t = r_.q.table.step(p, r_.block.first) - r_.q.table.idle;
    if (!all.defined() || t < 0 || !r_.q.table.leaves(p, t + r_.q.table.idle)) return;
    r_.add(r_.g, r_.q.results.rows(all, t, r_.block.n));
  }

  // --- the head

  void head() {
    r_.g = Tensor{};
    int const t = r_.block.first + r_.q.table.layer_offset.back() - r_.q.table.idle;
    Tensor const& x = r_.tape->values.entry.back();
    if (t < 0 || !r_.given.seen.defined() || !x.defined()) return;
    bool const shared = x.size(0) != r_.q.rows(r_.block.n);
    Tensor g = r_.q.results.rows(r_.given.seen, t, r_.block.n);
    if (shared) g = g.reshape({r_.block.n, r_.q.batch, g.size(1)}).sum({0});
    if (r_.q.classifier != nullptr) {
      r_.g = r_.q.layout.empty(x.size(0), {x.size(1), x.size(2), x.size(3)}, r_.q.options);  // the same at every place
      r_.g.copy_(kernels::view_of(g, x.sizes(), std::array<std::int64_t, 4>{g.stride(0), g.stride(1), 0, 0},
                                  g.storage_offset()));
    } else if (r_.q.calls.back().of_tensor.apply != nullptr) {
      r_.g = function_of_tensor(r_.q.calls.back(), x, g);
    }
  }

  // --- stages that are functions of a tensor

  Tensor function_of_tensor(Calls const& calls, Tensor const& x, Tensor const& g) {
    TensorFunction const& own = calls.of_tensor;
    if (own.adjoint == nullptr) return by_autograd(calls, x, g);
    Tensor const gx = own.adjoint(own.op, seen(r_.q, own, g), seen(r_.q, own, x), AddGradient(r_.q.learned));
    return inside(r_.q, gx);
  }
  [[gnu::cold]] Tensor by_autograd(Calls const& calls, Tensor const& x, Tensor const& g) {
    TensorFunction const& own = calls.of_tensor;
    std::vector<Tensor> inputs{leaf(outside(r_.q, x))};
    for (Tensor const& parameter : calls.learned) inputs.push_back(parameter);
    std::vector<Tensor> const all = local_gradients([&] { return own.apply(own.op, inputs[0]); }, inputs, g);
    add_gradients(r_.q, {inputs.begin() + 1, inputs.end()}, all, 1);
    return all[0].defined() ? inside(r_.q, all[0]) : all[0];
  }

  void batch_stage(std::size_t p, int l, Values& values) {
    switch (r_.q.place(p).kind) {
      case NodeKind::moment:
        return moment_stage(p);
      case NodeKind::meeting:
        return meeting(p, values);
      case NodeKind::zero:
        if (values.operand[p].defined()) r_.g = Tensor{};
        return;
      default:
        break;
    }
    if (!r_.g.defined()) return;
    if (r_.q.place(p).kind == NodeKind::max_pool) {
      unpool(p, l, values);
    } else if (r_.q.place(p).kind == NodeKind::convolution) {
      bool const wants_gx = r_.wanted(p);
      r_.g = r_.q.convolutions[p]->reverse(r_.g, r_.entry(p, values), wants_gx);
    } else {
      r_.g = function_of_tensor(r_.q.calls[p], r_.entry(p, values), r_.g);
    }
  }

  void unpool(std::size_t p, int l, Values& values) {
    if (r_.pooled_at != p) r_.pool_again(p, values);
    Tensor const where = r_.pooled.second;
    r_.pooled = {};
    r_.pooled_at = std::size_t(-1);
    auto const adjoint = [&](std::int64_t row, void* to, std::int64_t n) {
      std::int64_t const from = row * r_.q.place(p).out.size();
      kernels::ProfilerScope const mark("dynvision::max_pool_backward");
      r_.q.pools[p]->adjoint(r_.q.engine, r_.q.at(r_.g.const_data_ptr(), from),
                             where.const_data_ptr<std::uint8_t>() + from, to, n);
    };
    int const s = r_.block.first - r_.q.table.feedforward_lag(l);
    bool const of_state =
        p > 0 && r_.q.place(p - 1).kind == NodeKind::delay && r_.q.place(p - 1).layer == r_.q.place(p).layer;
    if (of_state) {  // straight into the gradient of the states
      r_.scatter(l, s, r_.q.table.step(p, r_.block.first),
                 [&](void* to, int i) { adjoint(i * r_.q.batch, to, r_.q.batch); });
      r_.g = Tensor{};
      return;
    }
    Tensor const gx = r_.q.layout.zeros(r_.g.size(0), r_.q.place(p).in, r_.q.options);
    adjoint(0, gx.mutable_data_ptr(), r_.g.size(0));
    r_.g = gx;
  }

  // --- operations with an integration, or a moment, of their own

  [[gnu::cold]] void meeting(std::size_t p, Values& values) {
    Tensor const x = r_.entry(p, values), h = values.operand[p], g = r_.g;
    if (!g.defined() || !h.defined()) return;
    if (!x.defined()) {
      r_.arrived(p, g);
      r_.g = Tensor{};
      return;
    }
    std::vector<Tensor> const inputs{leaf(outside(r_.q, x)), leaf(outside(r_.q, h))};
    std::vector<Tensor> const all =
        local_gradients([&] { return r_.q.calls[p].meet(inputs[0], inputs[1]); }, inputs, g);
    if (all[1].defined()) r_.arrived(p, inside(r_.q, all[1]));
    r_.g = all[0].defined() ? inside(r_.q, all[0]) : all[0];
  }

  [[gnu::cold]] void moment_stage(std::size_t p) {
    Tensor const g = r_.g;
    r_.g = Tensor{};
    int const t = r_.block.first;
    if (!g.defined() || t < r_.q.table.idle) return;
    std::vector<DelayLine> memories = memories_at(r_.q, r_.segment, p, t, true);
    std::vector<Signal> responses(memories.size());
    Moment now = moment_at(r_.q, p, t, memories, responses);
    Tensor const entry = r_.entry(p, r_.tape->values);
    std::vector<Tensor> inputs;
    if (entry.defined()) inputs.push_back(leaf(outside(r_.q, entry)));
    std::size_t const from_states = inputs.size();
    std::vector<std::pair<int, int>> states;  // (layer, step)
    for (int l = 0; l < static_cast<int>(memories.size()); ++l) {
      for (int u = 0; u < memories[at(l)].stored(); ++u) {
        Signal const r = memories[at(l)].at_step(u);
        if (!r.defined() || !r.requires_grad()) continue;
        inputs.push_back(r);
        states.emplace_back(l, u);
      }
    }
    Calls const& calls = r_.q.calls[p];
    std::size_t const from_parameters = inputs.size();
    for (Tensor const& parameter : r_.q.calls[p].learned) inputs.push_back(parameter);
    std::vector<Tensor> const all =
        local_gradients([&] { return calls.at_moment(calls.op, from_states ? inputs[0] : Signal{}, now); }, inputs, g);
    if (from_states && all[0].defined()) r_.g = inside(r_.q, all[0]);
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (!all[from_states + i].defined()) continue;
      Tensor const owed = inside(r_.q, all[from_states + i]);
      auto const [l, u] = states[i];
      r_.states[at(l)].add(u, owed, owed.const_data_ptr());
    }
    add_gradients(r_.q, {inputs.begin() + static_cast<std::ptrdiff_t>(from_parameters), inputs.end()}, all,
                  from_parameters);
  }

  // --- what depends on the frame alone

  // A gradient that has come all the way to the leading places belongs to their result.
  void into_leading() {
    if (!r_.g.defined() || r_.tape->leading < 0) return;
    Leading& source = r_.segment.leading[at(r_.tape->leading)];
    Tensor g = kernels::in_dtype(r_.g, r_.q.engine.arithmetic());
    if (source.out.size(0) != g.size(0)) {
      g = g.reshape({r_.block.n, r_.q.batch, g.size(1), g.size(2), g.size(3)}).sum({0});
    }
    r_.add(source.gradient, g);
    r_.g = Tensor{};
  }

  void leading(Leading& source) {
    r_.g = source.gradient.defined() ? inside(r_.q, source.gradient) : Tensor{};
    source.gradient = Tensor{};
    for (std::size_t k = r_.q.stages.size(); k-- > 0;) {
      Stage const& stage = r_.q.stages[k];
      if (stage.last < at(r_.q.table.static_places) && r_.g.defined()) one_stage(stage, source.values, true);
    }
    if (r_.g.defined() && r_.frames.defined()) {
      for (int i = 0; i < source.n_runs; ++i) {
        int const frame = r_.q.table.frame[at(step_of_run(source.first_run + i))];
        if (frame >= 0)
          r_.frames_found = true, r_.frames.select(1, frame).add_(r_.g.narrow(0, i * r_.q.batch, r_.q.batch));
      }
    }
    r_.g = Tensor{};
    source.values = Values{};
  }
  int step_of_run(int run) const {
    auto const& runs = r_.q.table.frame_run;
    return static_cast<int>(std::find(runs.begin(), runs.end(), run) - runs.begin());
  }
};

}  // namespace dynvision::run

// Stage by stage, backwards.
#pragma once
#include <dynvision/run/compiled/sweep/reverse.hpp>

namespace dynvision::run {

DYNVISION_INLINE void ReverseSweep::sweep(FrameCarry& carry, bool is_first, kernels::CrowdedOperators& operators) {
  receive(carry);
  is_first_ = is_first && run_.first_sample == 0;
  auto& blocks = at_.segment.blocks;
  for (std::size_t b = blocks.size(); b-- > 0;) {
    operators.update();
    at_.tape = &blocks[b];
    at_.values = &blocks[b].values;
    at_.block = blocks[b].block;
    index_before_ = b > 0 ? blocks[b - 1].block.first : std::numeric_limits<int>::min() / 2;
    at_.g = gradient_from_head(at_);
    for (std::size_t k = run_.stages.size(); k-- > 0;) one_stage(run_.stages[k]);
    int const prefix = blocks[b].prefix;
    if (prefix >= 0) {
      StaticPrefix& source = at_.segment.prefixes[static_cast<std::size_t>(prefix)];
      add_to_prefix(source);
      bool const is_its_first_block = b == 0 || blocks[b - 1].prefix != prefix;
      if (is_its_first_block && b == 0 && !is_first && stays_before(source)) {
        carry = {source.first_run, source.gradient};
      } else if (is_its_first_block) {
        reverse_prefix(source);
      }
    }
    blocks[b].values = Values{};
  }
}

DYNVISION_INLINE void ReverseSweep::one_stage(Stage const& stage) {
  if (stage.last < static_cast<std::size_t>(run_.table.static_nodes)) return;  // once for all steps: reverse_prefix()
  if (!run_.table.runs(stage.first, at_.block.first)) {
    if (run_.node(stage.last).stores) PipelineReverse::delay_adjoint(at_, run_.node(stage.last));
    at_.g = Tensor{};
    return;
  }
  if (stage.pipeline == nullptr) add_watched(stage.first);
  reverse_stage(stage, false);
  for (std::size_t p = stage.first; p <= stage.last; ++p) release(p);
}

DYNVISION_INLINE void ReverseSweep::reverse_stage(Stage const& stage, bool in_prefix) {
  if (stage.pipeline != nullptr) {
    PipelineReverse(at_, stage, in_prefix).reverse();
  } else {
    run_.nodes[stage.first].adjoint(at_);
  }
}

DYNVISION_INLINE void ReverseSweep::release(std::size_t p) {
  at_.values->input[p] = at_.values->output[p] = at_.values->operand[p] = Tensor{};
  if (is_first_ && !run_.table.runs(p, index_before_)) run_.nodes[p].finish(run_.gradients);
}

DYNVISION_INLINE void ReverseSweep::add_watched(std::size_t p) {
  Tensor const& all = at_.given.watched[p];
  int const step = run_.table.step(p, at_.block.first), t = step - run_.table.idle;
  if (all.defined() && t >= 0 && run_.table.has_signal(p, step)) {
    add(at_.g, run_.results.rows(all, t, at_.block.n));
  }
}

DYNVISION_INLINE bool ReverseSweep::stays_before(StaticPrefix const& source) const {
  int const t = at_.segment.first - 1;
  if (t < 0 || (source.n_runs != 1 && !source.by_step)) return false;
  int const before = run_.table.frame_run[static_cast<std::size_t>(t)];
  return source.by_step ? before >= source.first_run : before == source.first_run;
}

DYNVISION_INLINE void ReverseSweep::receive(FrameCarry& carry) {
  auto& prefixes = at_.segment.prefixes;
  if (carry.run >= 0 && !prefixes.empty() && prefixes.back().first_run == carry.run) {
    prefixes.back().gradient = carry.gradient;
  }
  carry = {};
}

DYNVISION_INLINE void ReverseSweep::add_to_prefix(StaticPrefix& source) {
  if (!at_.g.defined()) return;
  Tensor g = kernels::in_dtype(at_.g, run_.engine.arithmetic());
  if (source.by_step) {
    kernels::Shape const shape{g.size(1), g.size(2), g.size(3)};
    if (!source.gradient.defined()) {
      source.gradient = run_.layout.zeros(run_.rows(source.n_runs), shape, g.options());
    }
    at_.gradient_of_prefix(source).add_(g);
    at_.g = Tensor{};
    return;
  }
  if (source.n_runs * run_.batch != g.size(0)) {
    g = g.reshape({at_.block.n, run_.batch, g.size(1), g.size(2), g.size(3)}).sum({0});
  }
  add(source.gradient, g);
  at_.g = Tensor{};
}

DYNVISION_INLINE void ReverseSweep::reverse_prefix(StaticPrefix& source) {
  at_.g = source.gradient.defined() ? in_signal_dtype(run_, source.gradient) : Tensor{};
  source.gradient = Tensor{};
  at_.values = &source.values;
  for (std::size_t k = run_.stages.size(); k-- > 0;) {
    if (run_.stages[k].last < static_cast<std::size_t>(run_.table.static_nodes)) reverse_stage(run_.stages[k], true);
  }
  if (at_.g.defined() && at_.frames.defined()) add_to_frames(source);
  at_.g = Tensor{};
  source.values = Values{};
}

DYNVISION_INLINE void ReverseSweep::add_to_frames(StaticPrefix const& source) {
  auto const& runs = run_.table.frame_run;
  for (int i = 0; i < source.n_runs; ++i) {
    auto const step = std::find(runs.begin(), runs.end(), source.first_run + i) - runs.begin();
    int const frame = run_.table.frame[static_cast<std::size_t>(step)];
    if (frame < 0) continue;
    at_.frames_found = true;
    run_.of_group(at_.frames.select(1, frame)).add_(at_.g.narrow(0, i * run_.batch, run_.batch));
  }
}

}  // namespace dynvision::run

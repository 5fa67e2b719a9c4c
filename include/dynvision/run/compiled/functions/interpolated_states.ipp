// Rows of states, weighted.
#pragma once
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/run/compiled/functions/fallback.hpp>
#include <dynvision/run/compiled/functions/interpolated_states.hpp>

namespace dynvision::run {

DYNVISION_INLINE InterpolatedStates::InterpolatedStates(InterpolatedDelay const& delay, PreparedRun& run)
    : delay_(delay.delay), dt_(delay.dt()), learns_(run.gradients.index(delay.delay) >= 0) {
  DelayTaps const all = delay.taps();
  auto const C = static_cast<std::int64_t>(all.delays.size());
  auto const row = [&](at::ScalarType dtype, auto const& f) {
    Tensor const host = full({C}, 0, at::TensorOptions(at::kDouble));
    for (std::int64_t c = 0; c < C; ++c) host.mutable_data_ptr<double>()[c] = f(static_cast<std::size_t>(c));
    return on_device(run.engine.device, host.to(dtype));
  };
  for (int k = all.newest; k <= all.oldest; ++k) {
    Tap tap{all.weight(0, k)};
    if (C > 1) {
      tap.weights = row(run.engine.arithmetic(), [&](std::size_t c) { return all.weight(c, k); }).view({1, C, 1, 1});
      tap.is_whole = row(at::kDouble, [&](std::size_t c) { return all.whole(c) == k ? 1.0 : 0.0; });
    }
    taps_.push_back(std::move(tap));
  }
}

DYNVISION_INLINE Tensor InterpolatedStates::forward(ForwardContext const& at, Use const& use) const {
  States all;
  for (int i = 0; i < n_taps(); ++i) {
    int const s = use.first - i;
    bool const is_there = at.run.table.stored_at(use.state, s);
    all.push_back(is_there ? at.run.state_rows(at.segment, use.state, s, at.block.n) : Tensor{});
  }
  return mixed(at.run, all);
}

DYNVISION_INLINE InterpolatedStates::States InterpolatedStates::states(ReverseContext& at, Use const& use) const {
  int const n = n_taps();
  auto const is_there = [&](int i) { return at.run.table.stored_at(use.state, use.first - i); };
  int first = 0, last = n - 1;
  while (first < n && !is_there(first)) ++first;
  while (last > first && !is_there(last)) --last;
  States all(static_cast<std::size_t>(n));
  if (first == n) return all;
  // Once, where they are kept in bfloat16.
  Tensor const rows = at.state_rows(use.state, use.first - last, at.block.n + last - first);
  for (int i = first; i <= last; ++i) {
    if (!is_there(i)) continue;
    all[static_cast<std::size_t>(i)] = kernels::rows_of(rows, at.run.rows(last - i), at.run.rows(at.block.n));
  }
  return all;
}

DYNVISION_INLINE Tensor InterpolatedStates::mixed(PreparedRun const& run, States const& states) const {
  bool const of_channels = taps_[0].weights.defined();
  if (taps_.size() == 1 && !of_channels) return states[0];
  if (taps_.size() == 2 && states[0].defined() && states[1].defined()) {
    if (!of_channels) return states[0].lerp(states[1], taps_[1].weight);
    if (states[0].scalar_type() == taps_[1].weights.scalar_type()) return states[0].lerp(states[1], taps_[1].weights);
  }
  Tensor sum;
  for (std::size_t i = 0; i < taps_.size(); ++i) {
    if (!states[i].defined()) continue;
    Tensor const part = of_channels ? states[i].mul(taps_[i].weights) : states[i].mul(taps_[i].weight);
    if (sum.defined()) {
      sum.add_(part);
    } else {
      sum = part;
    }
  }
  return sum.defined() ? in_signal_dtype(run, sum) : sum;
}

DYNVISION_INLINE bool InterpolatedStates::reaches_states(ReverseContext const& at, Use const& use) const {
  for (int i = 0; i < n_taps(); ++i) {
    if (at.first_attached(use.state, use.first - i, use.step) < at.block.n) return true;
  }
  return false;
}

DYNVISION_INLINE void InterpolatedStates::adjoint(ReverseContext& at, Use const& use, Tensor const& g, bool is_free) {
  if (!g.defined()) return;
  if (learns_) add_delay_gradient(states(at, use), g);
  for (int i = 0; i < n_taps(); ++i) {
    int const s = use.first - i;
    if (at.first_attached(use.state, s, use.step) >= at.block.n) continue;
    Tap const& tap = taps_[static_cast<std::size_t>(i)];
    if (n_taps() == 1 && !tap.weights.defined()) return at.add_state_gradient(use.state, s, use.step, g, is_free);
    Tensor const part = tap.weights.defined() ? in_signal_dtype(at.run, g.mul(tap.weights)) : g.mul(tap.weight);
    at.add_state_gradient(use.state, s, use.step, part, true);
  }
}

DYNVISION_INLINE void InterpolatedStates::add_delay_gradient(States const& states, Tensor const& g) {
  auto const precise = [](Tensor const& x) { return x.scalar_type() == at::kBFloat16 ? x.to(at::kFloat) : x; };
  for (std::size_t i = 0; i + 1 < taps_.size(); ++i) {
    Tensor const &newer = states[i], &older = states[i + 1];
    if (!newer.defined() && !older.defined()) continue;
    Tensor const slope = newer.defined() && older.defined() ? precise(older).sub(precise(newer))
                         : older.defined()                  ? precise(older).clone()
                                                            : precise(newer).neg();
    slope.mul_(g);
    Tensor const& of_these = taps_[i].is_whole;
    Tensor const sum = of_these.defined() ? slope.sum({0, 2, 3}).mul(of_these) : slope.sum().to(at::kDouble);
    sum_ = sum_.defined() ? sum_.add(sum) : sum;
  }
}

DYNVISION_INLINE void InterpolatedStates::finish(GradientSums& sums) {
  if (sum_.defined()) sums.add(sums.index(delay_), sum_.div(dt_));
  sum_ = Tensor{};
}

}  // namespace dynvision::run

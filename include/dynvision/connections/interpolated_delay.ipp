// Weights of states, and the range of a delay.
#pragma once
#include <dynvision/connections/interpolated_delay.hpp>
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/core/ops.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>

namespace dynvision {

DYNVISION_INLINE int DelayTaps::whole(std::size_t i) const {
  double const d = delays[i];
  return static_cast<int>(std::floor(d + 1e-6 * std::max(d, 1.0)));
}

DYNVISION_INLINE double DelayTaps::weight(std::size_t i, int k) const {
  int const n = whole(i);
  double const part = std::max(0.0, delays[i] - n);
  return k == n ? 1 - part : k == n + 1 ? part : 0;
}

DYNVISION_INLINE int DelayTaps::slope(std::size_t i, int k) const {
  int const n = whole(i);
  return k == n ? -1 : k == n + 1 ? 1 : 0;
}

DYNVISION_INLINE void InterpolatedDelay::compose(Composition& at, double t, std::string_view what, int least,
                                                 std::vector<std::int64_t> const& shape, bool learned) {
  on = true, dt_ = at.clock.dt, what_ = what, layer_ = at.here().name;
  if (t == 0) t = least * dt_;  // as without interpolation
  if (!(t >= least * dt_ * (1 - 1e-6)) || !std::isfinite(t)) {
    fail("dynamics", 105,
         {what_, " of ", layer_, " = ", t, " ms: expected a finite time of at least ", least * dt_, " ms"});
  }
  if (t / dt_ > 1e6) fail("dynamics", 103, {what_, " of ", layer_, " = ", t, " ms: more than a million steps of dt"});
  fixed_ = t;
  if (!learned) {
    oldest_ = taps().oldest;
    return;
  }
  double const asked = at.number(&Options::longest_delay, &LayerOptions::longest_delay);
  shortest_ = least * dt_, longest_ = asked > 0 ? asked : 2 * std::max(t, dt_);
  if (!(longest_ >= t * (1 - 1e-6)) || !(longest_ / dt_ <= 1e6)) {
    fail("dynamics", 106,
         {"longest_delay of ", layer_, " = ", asked, " ms: the learned delay starts at ", what_, " = ", t,
          " ms; expected at least that"});
  }
  delay = at.constant(shape, t);
  oldest_ = static_cast<int>(std::ceil(longest_ / dt_ * (1 - 1e-6))) + 1;  // with the derivative to the right
}

DYNVISION_INLINE std::vector<double> InterpolatedDelay::milliseconds() const {
  return delay.defined() ? numbers_on_host(delay) : std::vector<double>{fixed_};
}

DYNVISION_INLINE DelayTaps InterpolatedDelay::taps() const {
  DelayTaps all;
  all.delays = milliseconds();
  all.newest = std::numeric_limits<int>::max();
  for (std::size_t i = 0; i < all.delays.size(); ++i) {
    double const t = all.delays[i];
    bool const within = t >= shortest_ * (1 - 1e-6) && t <= longest_ * (1 + 1e-6);
    if (delay.defined() && !within) {
      double const nearest = t > longest_ ? longest_ : shortest_;
      fail("dynamics", 107,
           {"the learned ", what_, " of ", layer_, all.delays.size() > 1 ? ", channel " : "",
            all.delays.size() > 1 ? number_text(static_cast<int>(i)) : std::string(), " = ", t, " ms: expected ",
            shortest_, " to ", longest_, " ms, the range that it was made for (longest_delay); the nearest is ",
            nearest, " ms, which clamp_delays(model) gives it"});
    }
    all.delays[i] = t / dt_;
    int const n = all.whole(i);
    bool const is_whole = !delay.defined() && all.weight(i, n + 1) < 1e-6;
    if (is_whole) all.delays[i] = n;
    all.newest = std::min(all.newest, n);
    all.oldest = std::max(all.oldest, is_whole ? n : n + 1);
  }
  return all;
}

DYNVISION_INLINE void InterpolatedDelay::clamp() const {
  if (!delay.defined()) return;
  at::AutoGradMode const no_gradient(false);
  delay.clamp_(shortest_, longest_);
}

// The present value, which changes with the parameter by its slope.
DYNVISION_INLINE Tensor InterpolatedDelay::weight(DelayTaps const& taps, int k) const {
  auto const constants = [&](auto const& f) {
    Tensor const host = full(delay.sizes(), 0, at::TensorOptions(at::kDouble));
    for (std::size_t i = 0; i < taps.delays.size(); ++i) host.mutable_data_ptr<double>()[i] = f(i);
    return on_device(delay.device(), host.to(delay.scalar_type()));
  };
  Tensor const weights = constants([&](std::size_t i) { return taps.weight(i, k); });
  Tensor const slopes = constants([&](std::size_t i) { return taps.slope(i, k) / dt_; });
  return delay.sub(delay.detach()).mul(slopes).add(weights);
}

DYNVISION_INLINE Signal InterpolatedDelay::operator()(Moment const& now, int layer) const {
  DelayTaps const now_at = taps();
  Signal sum;
  for (int k = now_at.newest; k <= now_at.oldest; ++k) {
    Signal const r = now.past(layer, k);
    if (!r.defined()) continue;
    Tensor const part = delay.defined() ? r.mul(weight(now_at, k)) : r.mul(now_at.weight(0, k));
    sum = sum.defined() ? sum.add(part) : part;
  }
  return sum;
}

}  // namespace dynvision

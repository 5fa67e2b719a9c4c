// An axis of the cortex, from sensory to association: distances along it, time constants that follow it, and a window of plasticity
// that moves along it during development.
//
//   axis_distance(p)                 D_ij = |p_i - p_j|, p (N) ranks or values on the axis: for distance_penalty
//   time_constant_penalty(tau, t)    sum (tau_i - t_i)^2, t the time constants that the places are to have [ms]
//   DevelopmentWave                  K_e(i,j) = g_i g_j, g = exp(-(i - l)^2 / (2 (width N)^2)), units in the order of the axis
//                                    l = floor(N e/E), phase e = 0 ... E - 1
//
//   spotlight   K_e
//   additive    the largest of K_0 ... K_e: what has been reached stays plastic
//   comet       additive(e) - (1 - tail) additive(e - buffer E): what the wave left longer ago keeps a tail
//
//   DevelopmentWave const wave{.n_units = 100, .n_phases = 10};
//   distance_penalty(W, ones_like(W).sub(wave.kernel(e)), 2)            expensive where the window is not
//   Plasticity({{W, wave.window(e)}}).step(...)                         frozen, to the bit, where K_e <= 1/2
//
// That such a prior makes networks better is a hypothesis; what is here is the prior. Source: Sydnor et al. 2021 (the axis).
// Errors: rate.140 (axis, wave), rate.120.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/ops.hpp>

#include <algorithm>
#include <cmath>

namespace dynvision::rate {

inline Tensor axis_distance(Tensor const& p) {
  if (p.dim() != 1 || p.size(0) < 2) {
    fail("rate", 140, {"places on an axis of shape ", shape_text(p.sizes()), ": expected (N), at least two"});
  }
  return p.unsqueeze(1).sub(p.unsqueeze(0)).abs();
}

inline Tensor time_constant_penalty(Tensor const& tau, Tensor const& target) {
  if (!tau.sizes().equals(target.sizes())) {
    fail("rate", 120,
         {"time constants of shape ", shape_text(target.sizes()), " for those of shape ", shape_text(tau.sizes()),
          ": expected the same shape"});
  }
  return tau.sub(target).square().sum();
}

struct DevelopmentWave {
  enum class Mode { spotlight, additive, comet };

  std::int64_t n_units = 100, n_phases = 10;
  double width = 0.1;  // standard deviation, as a share of the units
  Mode mode = Mode::spotlight;
  double buffer = 0.1, tail = 0.25;  // of the comet: a share of the phases, what stays
  bool reversed = false;             // from association to sensory

  // (N,N), 0 to 1.
  Tensor kernel(std::int64_t phase) const {
    check(phase);
    if (mode == Mode::spotlight) return spotlight(phase);
    Tensor K = additive(phase);
    if (mode == Mode::additive) return K;
    auto const delay = static_cast<std::int64_t>(std::ceil(buffer * static_cast<double>(n_phases)));
    return phase < delay ? K : K.sub(additive(phase - delay).mul(1 - tail));
  }
  // 1 where the kernel is above `threshold`, else 0.
  Tensor window(std::int64_t phase, double threshold = 0.5) const { return kernel(phase).gt(threshold).to(at::kFloat); }

 private:
  void check(std::int64_t phase) const {
    if (n_units < 1 || n_phases < 1 || phase < 0 || phase >= n_phases || !(width > 0) ||
        !(buffer >= 0 && buffer <= 1) || !(tail >= 0 && tail <= 1)) {
      fail("rate", 140,
           {"phase ", phase, " of ", n_phases, " of a wave over ", n_units, " units, width = ", width, ", buffer = ",
            buffer, ", tail = ", tail, ": expected 0 to n_phases - 1, positive numbers, and shares from 0 to 1"});
    }
  }
  Tensor spotlight(std::int64_t phase) const {
    Tensor g = zeros({n_units});
    std::int64_t const centre = n_units * phase / n_phases;
    for (std::int64_t i = 0; i < n_units; ++i) {
      double const x = static_cast<double>(i - centre) / (width * static_cast<double>(n_units));
      g.mutable_data_ptr<float>()[reversed ? n_units - 1 - i : i] = static_cast<float>(std::exp(-x * x / 2));
    }
    return g.unsqueeze(1).mul(g.unsqueeze(0));
  }
  Tensor additive(std::int64_t phase) const {
    Tensor K = spotlight(0);
    for (std::int64_t e = 1; e <= phase; ++e) K = K.maximum(spotlight(e));
    return K;
  }
};

}  // namespace dynvision::rate

// solver_order: with which power of dt the error of a model's solver falls, measured.
//
//   p = log2( |r_dt - r_dt/2| / |r_dt/2 - r_dt/4| )        r: responses of all layers at one time; delays fixed in ms
//
//   auto const found = stability::solver_order([&](double dt) { return make(dt); }, image, {.dt = 2, .duration_ms = 8});
//
// `make`: the model with this dt, a typed one or not, with the same parameters (a seed gives them). An input that moves is
// given as a function of time, [ms] -> (1,C,H,W); it is held for each step.
// Layers begin at 0, named states as they begin. Euler has order 1. Runge-Kutta has 4 only while nothing moves within a step: the drive is held over it, so with a moving
// input, or any recurrence, the order of the model is 1.
// Choose a time at which responses still move, a multiple of dt; at rest there is nothing to compare: NaN.
// Errors: analysis.149.
#pragma once
#include <dynvision/analysis/stability/step_map.hpp>

#include <cmath>
#include <limits>

namespace dynvision::stability {

struct SolverOrderSettings {
  double dt = 2, duration_ms = 8;  // [ms]
  int n_halvings = 3;
  std::function<Tensor(double)> input{};  // of the time [ms] at which a step begins; none: the image
};

struct SolverOrder {
  double order;                      // of the two smallest steps
  std::vector<double> orders{};      // of each three dt that follow each other
  std::vector<double> dt{};          // [ms]
  std::vector<double> difference{};  // between a dt and its half
};

template <class Make>
SolverOrder solver_order(Make const& make, Tensor const& image, SolverOrderSettings const& settings = {}) {
  double const n_first = settings.duration_ms / settings.dt;
  if (!(settings.dt > 0) || !(n_first >= 1) || std::abs(n_first - std::round(n_first)) > 1e-9 ||
      settings.n_halvings < 2) {
    fail("analysis", 149,
         {"solver order: dt = ", settings.dt, " ms, duration = ", settings.duration_ms, " ms, n_halvings = ",
          settings.n_halvings, ": expected a duration of whole steps, and at least two halvings"});
  }
  std::vector<Tensor> ends;
  SolverOrder all{std::numeric_limits<double>::quiet_NaN()};
  at::AutoGradMode const no_gradient(false);
  for (int k = 0; k <= settings.n_halvings; ++k) {
    double const dt = settings.dt / std::exp2(k);
    int const n = static_cast<int>(std::lround(settings.duration_ms / dt));
    auto model = make(dt);
    if (std::abs(model.options.dt.value() - dt) > 1e-12) {
      fail("analysis", 149,
           {"a model with dt = ", model.options.dt.value(), " ms: expected ", dt, " ms, as make(dt) is asked for"});
    }
    model.to(at::TensorOptions(at::kDouble));
    std::vector<Tensor> frames;
    for (int t = 0; t < (settings.input ? n : 1); ++t) {
      frames.push_back((settings.input ? settings.input(t * dt) : image).to(at::kDouble));
    }
    Tensor const shown = settings.input ? stack_along(frames, 1) : frames.front();
    // A first step without a state before it is Euler's, whatever the solver: the run begins at 0.
    run::State start = StepMap(model, frames.front(), run::Settings{.noise = false}).rest();
    for (run::LayerState& one : start.layers) {
      bool const is_response = one.layer.find('.') == std::string::npos;
      for (Signal& r : one.past) {
        if (r.defined()) r = is_response ? zeros(r.sizes(), r.options()) : Signal{};
      }
    }
    run::Settings const one_run{.n_timesteps = n, .start = start, .keep_state = true, .noise = false};
    run::State const end = compiled(model, shown, one_run).state;
    std::vector<Tensor> newest;
    for (run::LayerState const& one : end.layers) {
      if (!one.past.empty() && one.past.back().defined()) newest.push_back(one.past.back().flatten());
    }
    ends.push_back(cat(newest, 0));
    all.dt.push_back(dt);
  }
  for (std::size_t k = 0; k + 1 < ends.size(); ++k) {
    all.difference.push_back(ends[k].sub(ends[k + 1]).norm().template item<double>());
  }
  for (std::size_t k = 0; k + 1 < all.difference.size(); ++k) {
    bool const moves = all.difference[k + 1] > 1e-14 * (1 + ends[k].norm().template item<double>());
    all.orders.push_back(moves ? std::log2(all.difference[k] / all.difference[k + 1])
                               : std::numeric_limits<double>::quiet_NaN());
  }
  all.order = all.orders.back();
  return all;
}

}  // namespace dynvision::stability

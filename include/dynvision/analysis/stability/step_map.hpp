// StepMap: one step of a model as a map of its state, x(t + dt) = F(x(t)), while its input stays what it is.
//
//   stability::StepMap const map(model, image);                      one image (1,C,H,W), or features (1,N)
//   stability::StepMap const dark(model, run::Stimulus{images, {run::blank}});
//   run::State const later = map.advance(map.rest(), 100);
//
// For every model, also one without its type. What is computed is what run::compiled and run::unroll compute, in float64
// whatever the dtype of the model: the map keeps a copy of the parameters as they are now. An input from outside
// (run::Settings::external) and factors of tau have one step, which is every step's.
// Noise makes a step no function of the state: settings.noise = false leaves it out; settings.seed holds it fixed, which
// the exponents of lyapunov.hpp allow, and fixed points do not.
//
// Errors: analysis.140 (noise), 142 (more than one step or sample), 143 (numbers that are not finite).
#pragma once
#include <dynvision/analysis/stability/state_layout.hpp>
#include <dynvision/run/run.hpp>

#include <ATen/core/grad_mode.h>

#include <functional>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace dynvision::stability {

inline bool is_finite(Tensor const& x) { return x.isfinite().all().item<bool>(); }
inline bool is_finite(run::State const& state) {
  bool all = true;
  state.each_response([&](Tensor const& r) { all = all && is_finite(r); });
  return all;
}

class StepMap {
 public:
  using Run = std::function<run::Activity(run::Stimulus const&, run::Settings const&)>;

  template <class Model>
  StepMap(Model const& model, run::Stimulus stimulus, run::Settings const& settings = {})
      : stimulus_(std::move(stimulus)), settings_(settings), dt_(model.options.dt.value()), own_(model.options.dtype) {
    if (stimulus_.n_timesteps() != 1 || !stimulus_.frames.defined() || stimulus_.frames.size(0) != 1) {
      fail("analysis", 142,
           {"a stimulus of ", stimulus_.n_timesteps(), " steps of frames ",
            stimulus_.frames.defined() ? shape_text(stimulus_.frames.sizes()) : "none",
            ": expected one step and one sample, which stays on"});
    }
    if (!is_finite(stimulus_.frames)) fail("analysis", 143, "an image with numbers that are not finite");
    exact_ = paths_of(model, at::kDouble);
    single_ = own_ == at::kDouble ? exact_ : paths_of(model, at::kFloat);
    n_warm_ = model.n_residual_timesteps() + static_cast<int>(model.memory.size()) + 1 +
              std::accumulate(model.memory.begin(), model.memory.end(), 0);
  }
  template <class Model>
  StepMap(Model const& model, Tensor const& image, run::Settings const& settings = {})
      : StepMap(model, run::present_to(model.options, image, 1, settings.non_input_value), settings) {}

  double dt() const { return dt_; }                                // [ms]
  bool in_single_precision() const { return own_ == at::kFloat; }  // the model itself
  run::Settings const& settings() const { return settings_; }

  // After a run that began with nothing, of so many steps that all delays have been passed.
  run::State rest() const {
    run::State state = advance({}, n_warm_);
    if (!is_finite(state)) {
      fail("analysis", 143, {"responses that are not finite after ", n_warm_, " steps: expected finite parameters"});
    }
    return state;
  }

  // n steps on. `single`: in float32; the state has the dtype of what it comes from.
  run::State advance(run::State const& state, int n, bool single = false) const {
    return run_on(state, n, single).state.detached();
  }
  // The same, with what the settings record.
  run::Activity run_on(run::State const& state, int n, bool single = false, bool record = false) const {
    at::AutoGradMode const no_gradient(false);
    auto const dtype = single ? at::kFloat : at::kDouble;
    run::Settings settings = settings_for(state, n, dtype);
    settings.record = record;
    run::Activity all = (single ? single_ : exact_).compiled(shown(samples(state), n, dtype), settings);
    check_noise(all);
    return all;
  }
  // One step on the reference path, differentiable for the responses of `state`, float64.
  run::State differentiable_step(run::State const& state) const {
    run::Activity const all = exact_.unroll(shown(samples(state), 1, at::kDouble), settings_for(state, 1, at::kDouble));
    check_noise(all);
    return all.state;
  }
  // Of fixed points: noise that is held fixed is another number in each step.
  void check_is_autonomous() const {
    if (has_noise_) {
      fail("analysis", 140,
           "fixed points of a model with noise, which is another one in each step: expected settings.noise = false");
    }
  }

 private:
  struct Paths {
    Run unroll, compiled;
  };

  template <class Model> static Paths paths_of(Model const& model, at::ScalarType dtype) {
    auto const own = std::make_shared<Model>([&] {  // `to` changes the copy alone
      if constexpr (requires { model.copy(); })
        return model.copy();
      else
        return model;
    }());
    own->to(at::TensorOptions(dtype));
    for (Parameter const& p : own->parameters()) Tensor(p.tensor).set_requires_grad(false);
    return {
        [own](run::Stimulus const& shown, run::Settings const& settings) { return unroll(*own, shown, settings); },
        [own](run::Stimulus const& shown, run::Settings const& settings) { return compiled(*own, shown, settings); }};
  }

  static std::int64_t samples(run::State const& state) {
    std::int64_t n = 1;
    state.each_response([&](Tensor const& r) { n = std::max(n, r.size(0)); });
    return n;
  }
  run::Stimulus shown(std::int64_t n_samples, int n, at::ScalarType dtype) const {
    run::Stimulus all = stimulus_;
    all.frames = repeated(all.frames.to(dtype), 0, n_samples);
    all.shown.assign(static_cast<std::size_t>(n), stimulus_.shown.front());
    return all;
  }
  run::Settings settings_for(run::State const& state, int n, at::ScalarType dtype) const {
    run::Settings settings = settings_;
    settings.n_timesteps = n, settings.keep_state = true, settings.record = false, settings.idle_timesteps = 0;
    if (state.defined()) {
      settings.start = with_each(state, [&](Tensor const& r) { return r.to(dtype); });
      if (settings.start.frame.defined())
        settings.start.frame = repeated(settings.start.frame.to(dtype), 0, samples(state));
    }
    for (auto& [name, input] : settings.external) {
      if (input.size(1) != 1 || input.size(0) != 1) {
        fail("analysis", 142,
             {"an input to \"", name, "\" of shape ", shape_text(input.sizes()), ": expected one sample and one step"});
      }
      input = repeated(repeated(input.to(dtype), 0, samples(state)), 1, n);
    }
    for (auto& [name, factors] : settings.tau_factors) {
      if (factors.size() != 1) fail("analysis", 142, {"tau factors of \"", name, "\" of several steps: expected one"});
      factors.assign(static_cast<std::size_t>(n), factors.front());
    }
    return settings;
  }
  static Tensor repeated(Tensor const& x, std::int64_t axis, std::int64_t n) {
    if (x.size(axis) == n) return x;
    std::vector<std::int64_t> sizes = x.sizes().vec();
    sizes[static_cast<std::size_t>(axis)] = n;
    return x.narrow(axis, 0, 1).expand(sizes).contiguous();
  }
  void check_noise(run::Activity const& all) const {
    if (!all.seed) return;
    has_noise_ = true;
    if (!settings_.seed) {
      fail("analysis", 140,
           "a model with noise, whose step is no function of its state: expected settings.noise = false, or, for "
           "Lyapunov exponents along one course of the noise, settings.seed");
    }
  }

  run::Stimulus stimulus_;
  run::Settings settings_;
  double dt_;
  at::ScalarType own_;
  Paths exact_{}, single_{};
  int n_warm_ = 1;
  mutable bool has_noise_ = false;  // known after the first step
};

}  // namespace dynvision::stability

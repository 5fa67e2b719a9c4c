// The reference path: one time step at a time, differentiated by LibTorch's autograd.
//
//   for every step t:  x <- frame(t);  for every layer, in order:  x <- operations of the layer(x);  output(t) <- head(x)
//
// It defines what a model computes. State (the delay lines) lives in this function: it is empty at the start of every
// run, and nothing is carried from one run to the next. Idle steps come first, without gradient; truncation detaches
// the states after every k-th recorded step. As long as nothing has reached the head the output is zero.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/own_dtype.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/features.hpp>
#include <dynvision/run/input_check.hpp>
#include <dynvision/run/monitors.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/start.hpp>
#include <dynvision/run/stimulus.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

// For a run with gradient, if anything learns.
[[gnu::cold]] void check_gradient(Parts const& parts, Stimulus const& stimulus, Settings const& settings);

// `parts`: the operations of all layers in order, then the head; n_classes 0: there is none.
Activity unroll_parts(Parts const& parts, std::vector<int> const& memory, Options const& options,
                      std::int64_t n_classes, Stimulus const& stimulus, Settings const& settings);

// With what is known of a model and its settings alike on both paths.
template <class Model> Activity completed(Activity all, Model const& model, Settings const& settings) {
  all.dt = model.options.dt.value(), all.first_step = settings.start.step + settings.idle_timesteps;
  if (settings.keep_state) all.state.dt = all.dt;
  all.n_residual_timesteps = model.n_residual_timesteps();
  return all;
}

template <class Model> Activity unroll(Model const& model, Stimulus const& stimulus, Settings const& given = {}) {
  Settings const settings = settled(model, given);
  model.check_dynamics();
  std::int64_t n_classes = 0;
  if constexpr (requires(Signal const& x) { model.head(x); }) n_classes = model.head.classes();
  return completed(unroll_parts(model.parts(), model.memory, model.options, n_classes, stimulus, settings), model,
                   settings);
}

// From images, or features (B,N), (B,T,N): see present(), run/features.hpp.
template <class Model> Activity unroll(Model const& model, Tensor const& images, Settings const& settings = {}) {
  return unroll(model, present_to(model.options, images, settings.n_timesteps, settings.non_input_value), settings);
}

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/unroll.ipp>
#endif

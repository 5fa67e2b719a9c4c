// The reference path: one time step at a time, differentiated by LibTorch's autograd.
//
//   for every step t:  x <- frame(t);  for every layer, in order:  x <- operations of the layer(x);  output(t) <- head(x)
//
// It defines what a model computes. State (the delay lines) lives in this function: it is empty at the start of every
// run, and nothing is carried from one run to the next. Idle steps come first, without gradient; truncation detaches
// the states after every k-th recorded step. As long as nothing has reached the head the output is zero.
#pragma once
#include <dynvision/core/own_dtype.hpp>
#include <dynvision/model/model.hpp>
#include <dynvision/run/activity.hpp>
#include <dynvision/run/input_check.hpp>
#include <dynvision/run/monitors.hpp>
#include <dynvision/run/settings.hpp>
#include <dynvision/run/stimulus.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

// For a run with gradient, if anything learns.
[[gnu::cold]] inline void check_gradient(Parts const& parts, Stimulus const& stimulus, Settings const& settings) {
  bool learns = stimulus.frames.requires_grad();
  for (auto const& [layer, input] : settings.external) learns = learns || input.requires_grad();
  auto look = [&](std::string_view, Tensor const& x, bool) {
    if (!x.requires_grad()) return;
    learns = true;
    check_can_be_saved(x, "a parameter or an input");
  };
  for (Part const& part : parts) part.parameters(ParameterVisitor(look));
  if (!learns) return;
  check_can_be_saved(stimulus.frames, "the images");
  for (auto const& [layer, input] : settings.external) check_can_be_saved(input, "an external input");
}

// `parts`: the operations of all layers in order, then the head; n_classes 0: there is none.
inline Activity unroll_parts(Parts const& parts, std::vector<int> const& memory, Options const& options,
                             std::int64_t n_classes, Stimulus const& stimulus, Settings const& settings) {
  check_input(parts, options, stimulus, settings);
  OwnDtype const dtype;
  if (at::GradMode::is_enabled()) check_gradient(parts, stimulus, settings);
  std::size_t const n_operations = parts.size() - 1;
  std::vector<Size> const sizes = sizes_of(parts, {stimulus.frames.size(3), stimulus.frames.size(4)});
  std::vector<DelayLine> memories(memory.begin(), memory.end());
  std::vector<Signal> responses(memories.size());
  Monitors monitors(parts, settings);
  std::vector<Tensor> outputs;
  Moment now{.feedforward_only = settings.feedforward_only,
             .memories = memories,
             .responses = responses,
             .batch = stimulus.frames.size(0),
             .options = stimulus.frames.options()};

  auto const step = [&](int shown, int age, int t) {  // t: recorded step, or idle: t < 0
    now.frame_age = age;
    Signal x = stimulus.frame(shown);
    for (std::size_t place = 0; place < n_operations; ++place) {
      Part const& part = parts[place];
      now.layer = part.layer;
      now.size = sizes[place];
      if (part.position == 0) now.external = monitors.external(part.layer, t);
      x = part.apply(x, now);
      monitors.after(place, t, x);
    }
    ++now.step;
    return x;
  };

  {
    at::AutoGradMode const no_gradient(false);
    for (int i = 0; i < settings.idle_timesteps; ++i) step(blank, i, -1);
  }
  int age = 0;
  for (int t = 0; t < stimulus.n_timesteps(); ++t) {
    std::size_t const i = static_cast<std::size_t>(t);
    age = t > 0 && stimulus.shown[i] == stimulus.shown[i - 1] ? age + 1 : 0;
    Signal const x = step(stimulus.shown[i], age, t);
    monitors.record(responses);
    if (n_classes > 0) {
      // A signal that came before the input (a bias alone) has a batch of one.
      std::int64_t const shape[] = {now.batch, n_classes};
      outputs.push_back(x.defined() ? parts.back().apply(x, now).expand_symint(symbolic(shape))
                                    : zeros(shape, now.options.requires_grad(false)));
    }
    int const k = settings.truncated_bptt_timesteps;
    if (k > 0 && (t + 1) % k == 0) {
      for (DelayLine& line : memories) line.detach();
    }
  }
  return monitors.activity(outputs.empty() ? Tensor{} : stack_along(outputs, 1));
}

template <class Model> Activity unroll(Model const& model, Stimulus const& stimulus, Settings const& settings = {}) {
  model.check_dynamics();
  std::int64_t n_classes = 0;
  if constexpr (requires(Signal const& x) { model.head(x); }) n_classes = model.head.classes();
  Activity all = unroll_parts(model.parts(), model.memory, model.options, n_classes, stimulus, settings);
  all.n_residual_timesteps = model.n_residual_timesteps();
  return all;
}

// From images: see present().
template <class Model> Activity unroll(Model const& model, Tensor const& images, Settings const& settings = {}) {
  return unroll(model, present(images, settings.n_timesteps, settings.non_input_value), settings);
}

}  // namespace dynvision::run

// What is compared of every kind of model: both paths, checkpoints, groups of samples, runs in pieces, steppers.
#pragma once
#include <dynvision/run/run.hpp>
#include <dynvision/run/state.hpp>
#include <dynvision/run/stepper.hpp>

#include "drawn_runs.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <memory>
#include <string>

namespace property {

inline constexpr std::uint64_t n_seeds = 60;  // of each kind of model

// A seed of one's own: DYNVISION_SEED=17 runs that one alone.
template <class F> void each_seed(std::uint64_t from, F const& f, std::uint64_t n = n_seeds) {
  if (char const* const own = std::getenv("DYNVISION_SEED")) return f(std::strtoull(own, nullptr, 10));
  for (std::uint64_t seed = from; seed < from + n; ++seed) f(seed);
}

inline constexpr auto by_compiled = [](auto&... all) { return dynvision::run::run(all...); };  // takes it
// Pipelines, pooling and resizing as operations of LibTorch: what runs where there is no loop and no kernel.
inline constexpr auto by_tensors = [](auto&... all) {
  return dynvision::run::compiled_by(kernels::Backend::tensors, all...);
};

template <class Net, class Path = decltype(by_compiled)>
void compare(std::uint64_t seed, at::ScalarType dtype, double tolerance, Path const& path = by_compiled) {
  DrawnRun<Net> run(seed, dtype);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll);
  agree(expected, run.everything(path), tolerance);
}

template <class Net> void compare_checkpoints(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kFloat);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_compiled);
  run.settings.checkpoint_timesteps = 1 + static_cast<int>(seed % 4);
  agree(expected, run.everything(by_compiled), 0);
}

// In groups, kept or computed again.
template <class Net> void compare_groups(std::uint64_t seed) {
  DrawnRun<Net> run(seed, at::kDouble);
  INFO("seed " << seed << ": " << run.text());
  auto const expected = run.everything(by_unroll);
  run.settings.samples_at_once = 1 + static_cast<int>(seed % 3);
  auto const kept = run.everything(by_compiled);
  agree(expected, kept, 1e-10);
  run.settings.checkpoint_timesteps = 1 + static_cast<int>(seed % 12);  // up to all steps
  agree(kept, run.everything(by_compiled), 0);
}

// --- in pieces

// Steps [first, first + n) of what is shown.
inline run::Stimulus part_of(run::Stimulus const& whole, int first, int n) {
  return {whole.frames, std::vector<int>(whole.shown.begin() + first, whole.shown.begin() + first + n),
          whole.non_input_value};
}
inline run::Settings part_of(run::Settings const& whole, int first, int n) {
  run::Settings part = whole;
  part.external.clear();
  for (auto const& [layer, input] : whole.external) {
    std::int64_t const left = input.size(1) - first;
    if (left > 0) part.external.emplace_back(layer, input.narrow(1, first, std::min<std::int64_t>(left, n)));
  }
  part.tau_factors.clear();
  for (auto const& [layer, factors] : whole.tau_factors) {
    auto const from = std::min(factors.size(), static_cast<std::size_t>(first));
    part.tau_factors.emplace_back(
        layer, std::vector<double>(factors.begin() + static_cast<std::ptrdiff_t>(from), factors.end()));
  }
  if (first > 0) part.idle_timesteps = 0;
  part.keep_state = true;
  return part;
}

inline void append(std::vector<run::Trace>& all, std::vector<run::Trace> const& more) {
  if (all.empty())
    all = more;
  else
    for (std::size_t i = 0; i < all.size(); ++i) {
      all[i].steps.insert(all[i].steps.end(), more[i].steps.begin(), more[i].steps.end());
    }
}

// The same run in pieces of these lengths.
template <class Path> auto in_pieces(Path const& path, std::vector<int> const& lengths) {
  return [=](auto& net, run::Stimulus const& stimulus, run::Settings const& settings) {
    run::Activity all;
    std::vector<Tensor> outputs;
    run::State state;
    int first = 0;
    for (int const n : lengths) {
      run::Stimulus const shown = part_of(stimulus, first, n);
      run::Settings part = part_of(settings, first, n);
      part.start = state;
      run::Activity const activity = path(net, shown, part);
      outputs.push_back(activity.outputs);
      append(all.responses, activity.responses), append(all.monitored, activity.monitored);
      state = activity.state;
      first += n;
    }
    CHECK(state.step == settings.idle_timesteps + stimulus.n_timesteps());
    all.outputs = outputs[0].defined() ? cat(outputs, 1) : Tensor{};
    all.state = state;
    return all;
  };
}

template <class Net> void compare_pieces(std::uint64_t seed, at::ScalarType dtype, double tolerance) {
  DrawnRun<Net> run(seed, dtype);
  int const k = run.settings.truncated_bptt_timesteps, T = run.stimulus.n_timesteps();
  std::vector<int> lengths;
  for (int left = T; left > 0;) {
    int n = run.dice.between(1, left);
    if (k > 0) n = std::min(left, std::max(k, n / k * k));  // steps that are detached count from each start
    lengths.push_back(n);
    left -= n;
  }
  std::string text;
  for (int const n : lengths) text += std::to_string(n) + " ";
  INFO("seed " << seed << ": " << run.text() << "; in pieces " << text);
  auto const whole = run.everything(by_unroll);
  {
    INFO("by unroll");
    agree(whole, run.everything(in_pieces(by_unroll, lengths)), tolerance);
  }
  INFO("by compiled");
  agree(whole, run.everything(in_pieces(by_compiled, lengths)), tolerance);
  run.settings.samples_at_once = 1 + static_cast<int>(seed % 3);
  run.settings.checkpoint_timesteps = static_cast<int>(seed % 4);
  INFO("in groups and with checkpoints");
  agree(whole, run.everything(in_pieces(by_compiled, lengths)), tolerance);
}

// One step at a time, by a stepper that starts anew in the middle.
template <class Net> void compare_steps(std::uint64_t seed, at::ScalarType dtype, double tolerance) {
  DrawnRun<Net> run(seed, dtype);
  INFO("seed " << seed << ": " << run.text());
  run.settings.external.clear(), run.settings.monitor.clear(), run.settings.tau_factors.clear();
  at::AutoGradMode const no_gradient(false);
  run::Activity const whole = run::unroll(run.net, run.stimulus, run.settings);
  std::vector<Tensor> frames;  // a frame that stays is one tensor
  for (std::int64_t i = 0; i < run.stimulus.frames.size(1); ++i) frames.push_back(run.stimulus.frames.select(1, i));
  run::Settings settings = run.settings;
  settings.non_input_value = run.stimulus.non_input_value;
  auto stepper = std::make_unique<run::Stepper<Net>>(run.net, settings);
  int const T = run.stimulus.n_timesteps(), middle = T / 2;
  bool begun = false;
  for (int t = 0; t < T; ++t) {
    int const shown = run.stimulus.shown[static_cast<std::size_t>(t)];
    if (!begun && shown < 0) return;  // without a size
    if (t == middle && begun) {
      run::Settings second = settings;
      second.start = stepper->state(), second.idle_timesteps = 0;
      CHECK(second.start.step == settings.idle_timesteps + t);
      stepper = std::make_unique<run::Stepper<Net>>(run.net, second);
      if (shown < 0) return;
    }
    Tensor const outputs = shown == run::blank     ? stepper->step_blank()
                           : shown == run::nothing ? stepper->step_nothing()
                                                   : stepper->step(frames[static_cast<std::size_t>(shown)]);
    begun = true;
    INFO("step " << t);
    if (whole.outputs.defined()) CHECK(relative_distance(whole.outputs.select(1, t), outputs) <= tolerance);
    for (run::Trace const& trace : whole.responses) {
      Signal const expected = trace.steps[static_cast<std::size_t>(t)], found = stepper->response(trace.layer);
      CHECK(expected.defined() == found.defined());
      if (expected.defined() && found.defined()) {
        CHECK(relative_distance(expected.expand(found.sizes()), found) <= tolerance);
      }
    }
  }
}

// --- all of it

template <class Net> void compare_in_every_way(double tolerance_of_float) {
  each_seed(1, [](std::uint64_t seed) { compare<Net>(seed, at::kDouble, 1e-10); });
  each_seed(2000, [](std::uint64_t seed) { compare<Net>(seed, at::kDouble, 1e-10, by_tensors); });
  each_seed(3000, [=](std::uint64_t seed) { compare<Net>(seed, at::kFloat, tolerance_of_float); });
  each_seed(4000, [](std::uint64_t seed) { compare_checkpoints<Net>(seed); });
  each_seed(
      5000, [](std::uint64_t seed) { compare_groups<Net>(seed); }, 30);
  each_seed(6000, [](std::uint64_t seed) { compare_pieces<Net>(seed, at::kDouble, 1e-10); });
  each_seed(7000, [](std::uint64_t seed) { compare_steps<Net>(seed, at::kDouble, 1e-10); });
}

}  // namespace property

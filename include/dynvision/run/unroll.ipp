// Step by step.
#pragma once
#include <dynvision/concepts/weight.hpp>
#include <dynvision/run/start.hpp>
#include <dynvision/run/unroll.hpp>

namespace dynvision::run {

DYNVISION_INLINE void check_gradient(Parts const& parts, Stimulus const& stimulus, Settings const& settings) {
  bool learns = stimulus.frames.requires_grad();
  for (auto const& [layer, input] : settings.external) learns = learns || input.requires_grad();
  settings.start.each_response([&](Tensor const& r) { learns = learns || r.requires_grad(); });
  auto look = [&](std::string_view, Tensor const& x, bool) {
    if (!x.requires_grad()) return;
    learns = true;
    check_can_be_saved(x, "a parameter or an input");
  };
  for (Part const& part : parts) part.parameters(ParameterVisitor(look));
  if (!learns) return;
  check_can_be_saved(stimulus.frames, "the images");
  for (auto const& [layer, input] : settings.external) check_can_be_saved(input, "an external input");
  settings.start.each_response([](Tensor const& r) { check_can_be_saved(r, "a state"); });
}

DYNVISION_INLINE void see_arrival(Probing& probes, Part const& part, std::size_t place, int t, Moment& now) {
  at::AutoGradMode const no_gradient(false);
  Signal const h = part.arrival(now);
  if (h.defined()) probes.see_arrival(place, t, 1, h, 0, now.batch);
}

DYNVISION_INLINE Activity unroll_parts(Parts const& parts, std::vector<int> const& memory, Options const& options,
                                       std::int64_t n_classes, Stimulus const& stimulus, Settings const& settings) {
  check_input(parts, memory, options, stimulus, settings);
  OwnDtype const dtype;
  if (at::GradMode::is_enabled()) check_gradient(parts, stimulus, settings);
  EffectiveWeights const made_once;
  std::size_t const n_operations = parts.size() - 1;
  std::vector<Size> const sizes = sizes_of(parts, {stimulus.frames.size(3), stimulus.frames.size(4)});
  std::vector<DelayLine> memories = delay_lines(settings.start, memory);
  std::vector<Signal> responses(layer_names(parts).size());
  std::vector<int> const own_state = first_states(parts);
  Monitors monitors(parts, settings, options, stimulus);
  std::vector<Tensor> outputs, stretches;  // by step; of many steps together, which takes less memory
  NoiseSource const noise = settings.noise_source();
  std::vector<Tensor> const taus = taus_of(parts);
  Moment now{.step = settings.start.step,
             .feedforward_only = settings.feedforward_only,
             .memories = memories,
             .responses = responses,
             .batch = stimulus.frames.size(0),
             .options = stimulus.frames.options(),
             .noise = &noise};

  auto const step = [&](int shown, int age, int t) {  // t: recorded step, or idle: t < 0
    now.frame_age = age;
    Signal x = stimulus.frame(shown);
    for (std::size_t place = 0; place < n_operations; ++place) {
      Part const& part = parts[place];
      now.layer = part.layer;
      now.first_state = own_state[place];
      now.size = sizes[place];
      now.tau = taus[static_cast<std::size_t>(part.layer)];
      if (part.position == 0) {
        now.external = monitors.external(part.layer, t);
        now.modulation = monitors.modulation(part.layer, t);
        now.tau_factor = settings.tau_factor(part.layer_name, t);
      }
      if (monitors.probes.sees_arrival(place)) see_arrival(monitors.probes, part, place, t, now);
      x = part.apply(x, now);
      monitors.after(place, t, x);
      if (x.defined()) monitors.probes.see(place, t, 1, x, 0, now.batch);
      for (int k = 0; k < static_cast<int>(part.type->states.size()); ++k) {
        if (!monitors.probes.sees_state(place, k)) continue;
        Signal const s = now.state(k).past(1);
        if (s.defined()) monitors.probes.see_state(place, k, t, 1, s, 0, now.batch);
      }
    }
    ++now.step;
    return x;
  };

  {
    at::AutoGradMode const no_gradient(false);
    for (int i = 0; i < settings.idle_timesteps; ++i) step(blank, i, -1);
  }
  if (settings.idle_timesteps > 0) {  // what was before them is not differentiated
    for (DelayLine& line : memories) line.detach();
  }
  int age = settings.idle_timesteps > 0 ? 0 : age_of_first_frame(settings.start, stimulus);
  for (int t = 0; t < stimulus.n_timesteps(); ++t) {
    std::size_t const i = static_cast<std::size_t>(t);
    if (t > 0) age = stimulus.shown[i] == stimulus.shown[i - 1] ? age + 1 : 0;
    Signal const x = step(stimulus.shown[i], age, t);
    monitors.record(responses);
    if (n_classes > 0) {
      // A signal that came before the input (a bias alone) has a batch of one.
      std::int64_t const shape[] = {now.batch, n_classes};
      outputs.push_back(x.defined() ? parts.back().apply(x, now).expand_symint(symbolic(shape))
                                    : zeros(shape, now.options.requires_grad(false)));
      if (outputs.size() == 128) stretches.push_back(stack_along(std::exchange(outputs, {}), 1));
    }
    int const k = settings.truncated_bptt_timesteps;
    if (k > 0 && (t + 1) % k == 0) {
      for (DelayLine& line : memories) line.detach();
    }
  }
  if (!outputs.empty()) stretches.push_back(stack_along(outputs, 1));
  Activity all = monitors.activity(stretches.size() > 1 ? cat(stretches, 1)
                                   : stretches.empty()  ? Tensor{}
                                                        : stretches[0]);
  all.seed = noise.seed();
  if (settings.keep_state) {
    all.state = empty_state(state_names(parts), memory, now.step);
    keep_noise(all.state, noise);
    keep_last_frame(all.state, stimulus, age);
    for (std::size_t l = 0; l < memories.size(); ++l) {
      std::vector<Signal>& past = all.state.layers[l].past;
      for (std::size_t i = 0; i < past.size(); ++i) past[i] = memories[l].past(static_cast<int>(past.size() - i));
    }
  }
  return all;
}

}  // namespace dynvision::run

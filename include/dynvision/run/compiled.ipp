// Groups and segments of a run, and its results by step.
#pragma once
#include <dynvision/concepts/weight.hpp>
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/compiled/autograd.hpp>
#include <dynvision/run/compiled/prepare/checkpointing.hpp>
#include <dynvision/run/compiled/sweep/forward.hpp>
#include <dynvision/run/compiled/sweep/head_of_steps.hpp>
#include <dynvision/run/compiled/sweep/reverse.hpp>
#include <dynvision/run/start.hpp>

namespace dynvision::run {

DYNVISION_INLINE CompiledRun::CompiledRun(std::shared_ptr<PreparedRun> prepared,
                                          std::shared_ptr<GivenSignals const> given)
    : prepared_(std::move(prepared)), given_(std::move(given)) {
  keeps_ = is_differentiated(run_);
  if (keeps_) {
    for (Tensor const& x : run_.gradients.tensors()) remember(x, "a parameter or an input");
    remember(run_.stimulus.frames, "the images");
    for (auto const& input : run_.settings.external) remember(input.second, "an external input");
    run_.settings.start.each_response([&](Tensor const& r) { remember(r, "a state"); });
  }
  divide(run_);
  plan_head(run_, keeps_);
}

DYNVISION_INLINE std::vector<Tensor> CompiledRun::forward() {
  at::AutoGradMode const no_gradient(false);
  EffectiveWeights const made_once;  // of operations that are called as they are
  kernels::CrowdedOperators operators(run_.settings.share_cpus);
  for (Group& group : run_.groups) forward(group, operators);
  std::vector<Tensor> all{outputs_of_head(run_)};
  // Handed over: what the run gives refers to the run (its history), and must not be referred to by it.
  for (Tensor& x : run_.results.responses) all.push_back(std::exchange(x, Tensor{}));
  for (Tensor& x : run_.results.watched) all.push_back(std::exchange(x, Tensor{}));
  for (Tensor& x : run_.results.last) all.push_back(std::exchange(x, Tensor{}));
  return all;
}

DYNVISION_INLINE std::vector<Tensor> CompiledRun::reverse(std::vector<Tensor> const& gradients) {
  at::AutoGradMode const no_gradient(false);
  OwnDtype const dtype;
  kernels::CrowdedOperators operators(run_.settings.share_cpus);
  operators.update();
  check_versions();
  if (given_ && given_->have_gradients_asked_for()) {
    fail("run", 148, "the gradient of a recorded or monitored signal: the compiled path has none; use run::unroll");
  }
  ResultGradients const given = result_gradients(gradients);
  Tensor const& shown = run_.stimulus.frames;
  Tensor frames = shown.requires_grad() ? zeros(shown.sizes(), shown.options()) : Tensor{};
  bool frames_found = false;
  for (std::size_t i = run_.groups.size(); i-- > 0;) reverse(run_.groups[i], given, frames, frames_found, operators);
  for (PreparedNode const& node : run_.nodes) node.finish(run_.gradients);
  if (run_.head.functions != nullptr) run_.head.finish(run_.gradients);
  if (frames_found) run_.gradients.add(run_.gradients.index(shown), frames);
  return run_.gradients.take();
}

DYNVISION_INLINE void CompiledRun::release() {
  for (Group& group : run_.groups) {
    for (Segment& segment : group.segments) segment.drop();
  }
}

DYNVISION_INLINE void CompiledRun::forward(Group& group, kernels::CrowdedOperators& operators) {
  run_.enter(group);
  std::vector<Tensor> past;
  for (std::size_t i = 0; i < group.segments.size(); ++i) {
    Segment& segment = group.segments[i];
    segment.past = past;
    bool const keep = keeps_ && i >= run_.first_kept && i + 1 == group.segments.size() && group.waits;
    ForwardSweep forward(run_, segment, keep, true);
    forward.sweep(operators);
    if (i + 1 < group.segments.size()) past = forward.past_of_next();
    if (!keep) segment.drop();
    if (!keeps_ || i < run_.first_kept) segment.past.clear();
  }
}

DYNVISION_INLINE void CompiledRun::reverse(Group& group, ResultGradients const& given, Tensor& frames,
                                           bool& frames_found, kernels::CrowdedOperators& operators) {
  run_.enter(group);
  std::vector<StateGradient> states(run_.state_shape.size());
  for (std::size_t l = 0; l < states.size(); ++l) {
    int const first =
        std::min(run_.table.first_index - run_.table.memory[l], -run_.table.state_offset(static_cast<int>(l)));
    states[l].start(run_.state_shape[l], run_.layout, run_.options, run_.batch, first, run_.table.last_index);
  }
  add_last_states(given, states);
  FrameCarry carry;
  for (std::size_t i = group.segments.size(); i-- > run_.first_kept;) {
    Segment& segment = group.segments[i];
    if (!segment.kept()) ForwardSweep(run_, segment, true, false).sweep(operators);
    if (i == run_.first_kept && group.first == 0) release_forward_weights();
    ReverseContext context{run_, segment, given, states, frames, frames_found};
    ReverseSweep(context).sweep(carry, i == run_.first_kept, operators);
    segment.drop();
  }
  take_given_states(states);
}

DYNVISION_INLINE void CompiledRun::add_last_states(ResultGradients const& given,
                                                   std::vector<StateGradient>& states) const {
  Timetable const& table = run_.table;
  for (std::size_t l = 0; l < given.last.size(); ++l) {
    if (!given.last[l].defined()) continue;
    for (int t = run_.first_last_step(l), i = 0; t < table.n_steps; ++t, ++i) {
      if (!table.stored(static_cast<int>(l), t) || !table.attached(t, table.n_steps)) continue;
      Tensor const g = run_.results.step_of_group(given.last[l], i);
      states[l].add(t - table.state_offset(static_cast<int>(l)), g, g.const_data_ptr(), false);
    }
  }
}

DYNVISION_INLINE void CompiledRun::take_given_states(std::vector<StateGradient> const& states) {
  for (std::size_t l = 0; l < run_.settings.start.layers.size(); ++l) {
    std::vector<Signal> const& past = run_.settings.start.layers[l].past;
    int const first = run_.table.n_given - static_cast<int>(past.size()) - run_.table.state_offset(static_cast<int>(l));
    for (std::size_t i = 0; i < past.size(); ++i) {
      int const index = run_.gradients.index(past[i]);
      if (index < 0) continue;
      Tensor const g = states[l].sum(first + static_cast<int>(i));
      if (!g.defined()) continue;
      if (g.size(0) == past[i].size(0)) {
        run_.gradients.add(index, g);
      } else if (past[i].size(0) == 1) {
        run_.gradients.add(index, g.sum({0}, true));
      } else {
        Tensor const all = zeros(past[i].sizes(), past[i].options().requires_grad(false));
        all.narrow(0, run_.first_sample, run_.batch).copy_(g);
        run_.gradients.add(index, all, true);
      }
    }
  }
}

DYNVISION_INLINE void CompiledRun::remember(Tensor const& x, std::string_view what) {
  check_can_be_saved(x, what);
  versions_.emplace_back(x, x._version());
}

DYNVISION_INLINE void CompiledRun::check_versions() const {
  for (auto const& [x, version] : versions_) {
    if (x._version() == version) continue;
    fail("run", 143, "a parameter or an input was changed between the run and its backward");
  }
}

DYNVISION_INLINE void CompiledRun::release_forward_weights() {
  for (PreparedNode const& node : run_.nodes) node.release_forward_weight();
}

DYNVISION_INLINE ResultGradients CompiledRun::result_gradients(std::vector<Tensor> const& gradients) {
  ResultGradients given;
  given.head_input = gradient_to_head(run_, gradients[0]);
  auto const stored = [&](Tensor const& x) {
    return x.defined() ? run_.layout.of(kernels::in_dtype(x, run_.dtype())) : x;
  };
  std::size_t i = 1;
  while (given.responses.size() < run_.layer_names.size()) given.responses.push_back(stored(gradients[i++]));
  while (given.watched.size() < run_.nodes.size()) given.watched.push_back(stored(gradients[i++]));
  while (given.last.size() < run_.state_shape.size()) given.last.push_back(stored(gradients[i++]));
  return given;
}

// `last`: Results::last, as results of the run.
DYNVISION_INLINE State last_state(PreparedRun const& run, std::vector<Tensor> const& last) {
  Timetable const& table = run.table;
  State all = empty_state(run.state_names, run.model_memory, run.settings.start.step + table.n_steps - table.n_given);
  keep_last_frame(all, run.stimulus, table.age.back());
  keep_noise(all, run.noise);
  for (std::size_t l = 0; l < last.size(); ++l) {
    if (!last[l].defined()) continue;
    std::vector<Signal>& past = all.layers[l].past;
    Tensor const by_step = last[l].to(run.parameter_options.dtype());
    for (std::size_t i = 0; i < past.size(); ++i) {
      int const t = table.n_steps - static_cast<int>(past.size() - i), k = t - run.first_last_step(l);
      if (t < 0 || !table.stored(static_cast<int>(l), t)) continue;
      if (k >= 0) {
        past[i] = by_step.narrow(0, k * run.n_samples(), run.n_samples());
      } else {  // as it was given: newer ones have been too few to replace it
        std::size_t const of_start = i + static_cast<std::size_t>(table.n_steps - table.n_given);
        Tensor const& r = run.settings.start.layers[l].past[of_start];
        past[i] = table.attached(t, table.n_steps) ? r : r.detach();
      }
    }
  }
  return all;
}

DYNVISION_INLINE Activity run_compiled(std::shared_ptr<PreparedRun> prepared, Monitors& monitors) {
  auto const given = std::make_shared<GivenSignals>();
  auto const whole = std::make_shared<CompiledRun>(std::move(prepared), given);
  std::vector<Tensor> results = whole->forward();
  PreparedRun const& run = whole->prepared();
  // Outputs that never have a signal depend on nothing, as on the reference path.
  Tensor const silent = run.results.head_input.defined() ? Tensor{} : std::exchange(results[0], Tensor{});
  if (whole->keeps()) attach(whole, whole->inputs(), results);
  if (silent.defined()) results[0] = silent;

  // Signals by step, absent where they were.
  std::int64_t const T = run.stimulus.n_timesteps(), B = run.n_samples();
  auto const by_step = [&](Tensor const& all) {
    return all.defined() ? dynvision::unbind(all.view({T, B, all.size(1), all.size(2), all.size(3)}), 0)
                         : std::vector<Tensor>(static_cast<std::size_t>(T));
  };
  std::size_t const n_layers = run.layer_names.size(), n_nodes = run.nodes.size();
  std::vector<std::vector<Tensor>> responses, watched;
  for (std::size_t l = 0; l < n_layers; ++l) responses.push_back(by_step(results[1 + l]));
  for (std::size_t p = 0; p < n_nodes; ++p) watched.push_back(by_step(results[1 + n_layers + p]));
  std::vector<Signal> now(n_layers);
  for (int t = 0; t < T; ++t) {
    auto const i = static_cast<std::size_t>(t);
    now.assign(n_layers, Signal{});
    for (Node const& node : run.table.nodes) {
      auto const l = static_cast<std::size_t>(node.layer);
      if (node.records && run.table.has_signal(node.index, t + run.table.idle)) now[l] = responses[l][i];
    }
    monitors.record(now);
    for (std::size_t p = 0; p < n_nodes; ++p) {
      monitors.after(p, t, run.table.has_signal(p, t + run.table.idle) ? watched[p][i] : Signal{});
    }
  }
  monitors.probes = run.results.probes;
  Activity all = monitors.activity(results[0]);
  all.seed = run.noise.seed();
  if (run.settings.keep_state)
    all.state = last_state(run, {results.end() - static_cast<std::ptrdiff_t>(run.state_shape.size()), results.end()});
  given->add(all);
  return all;
}

DYNVISION_INLINE at::ScalarType signal_dtype(Options const& options, Settings const& settings) {
  return options.dtype != at::kDouble && settings.compute_bfloat16 ? at::kBFloat16 : options.dtype;
}

DYNVISION_INLINE void warn_of_bfloat16() {
  warn_once("run", 151,
            {"compute_bfloat16: this CPU has no instructions for bfloat16, so that it takes many times as long as "
             "float32: leave it out, unless memory is all that counts"});
}

}  // namespace dynvision::run

// Plan: what a run on the compiled path will do and keep, before it starts.
//
//   Plan const p = run::plan(model, {32, 3, 32, 32}, {.n_timesteps = 20});      images (B,C,H,W)
//   std::printf("%s\n", p.text().c_str());
//
// Where run::compiled runs run::unroll (step_by_step), what autograd keeps is not known.
// Kept bytes are what the reverse sweep finds when it starts: states, values that adjoints look at, what
// enters convolutions. With checkpoints: the states at all of them, and the longest stretch that is computed again; in
// groups of samples, that stretch of one group.
// Recorded responses, monitored signals and what probes keep are results, counted apart. At most: with them, and with what the
// backward pass needs beside what is kept, by a simple estimate. Floating-point operations are those of convolutions; a
// multiplication and an addition are two.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/run/compiled.hpp>
#include <dynvision/run/plan_numbers.hpp>

namespace dynvision::run {

// `quiet`: the run without what is recorded and monitored.
Plan plan_of(std::shared_ptr<PreparedRun> quiet, Settings const& settings, Monitors const& monitors);

// For still images of a shape (B,C,H,W).
template <class Model> Plan plan(Model const& model, std::array<std::int64_t, 4> images, Settings const& given = {}) {
  Settings const settings = settled(model, given);
  Tensor const frames = zeros({1}, at::TensorOptions(model.options.dtype));
  Stimulus const shown{frames.expand({images[0], 1, images[1], images[2], images[3]}),
                       std::vector<int>(static_cast<std::size_t>(settings.n_timesteps), 0), settings.non_input_value};
  Stimulus asked = shown;
  asked.frames = asked.frames.to(model.options.device);
  check_input(model.parts(), model.memory, model.options, asked, settings);
  model.check_dynamics();
  Settings quiet = settings;
  quiet.record = false, quiet.monitor.clear(), quiet.probes.clear();
  bool const step_by_step = Model::is_different_in_training && model.in_training;
  if (step_by_step) quiet.checkpoint_timesteps = 0, quiet.samples_at_once = 0, quiet.memory_budget = 0;
  kernels::Engine const engine{signal_dtype(model.options, settings), model.options.device};
  Plan plan =
      plan_of(std::make_shared<PreparedRunOf<Model>>(model, shown, quiet, Monitors(model.parts(), quiet), engine),
              settings, Monitors(model.parts(), settings, model.options, asked));
  plan.bfloat16_is_emulated = kernels::bfloat16_is_emulated(engine);
  if (step_by_step) {
    plan.step_by_step = true;
    plan.n_blocks = settings.idle_timesteps + settings.n_timesteps, plan.longest_block = 1, plan.n_segments = 0;
    plan.kept_bytes = plan.peak_bytes = 0, plan.forward_flops = plan.forward_flops_by_step;
  }
  return plan;
}

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/plan.ipp>
#endif

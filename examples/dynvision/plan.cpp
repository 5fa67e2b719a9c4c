// dynvision plan: what a training would take, and what in its configuration has no effect or cannot work.
#include "plan.hpp"

#include <dynvision/analysis/facts.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/rate/data/trial_data.hpp>
#include <dynvision/records/progress.hpp>
#include <dynvision/run/plan_numbers.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/precision.hpp>

#include <ATen/Parallel.h>

#include "all_commands.hpp"
#include "prepare.hpp"
#include "this_machine.hpp"

#include <algorithm>
#include <iostream>
#include <thread>

namespace program {

using namespace dynvision;

int steps_of(AnyModel const& model, Study const& study) {
  return study.values.trial.n_timesteps + model.n_residual_timesteps();
}

run::Plan plan_of(AnyModel const& model, Study const& study, std::int64_t batch) {
  std::array<int, 3> const dims = study.values.options.input_dims;
  run::Settings settings = study.values.run;
  settings.n_timesteps = steps_of(model, study);
  set_precision(settings, study.values.fit.precision);
  return run::plan(model, {batch, dims[0], dims[1], dims[2]}, settings);
}

namespace {

bool is_sized(Study const& study) {
  std::array<int, 3> const dims = study.values.options.input_dims;
  return dims[1] > 0 && dims[2] > 0;
}

// Operations per second of a convolution as in the middle of a model, on this machine as it is now.
double measured_rate() {
  Tensor const x = randn({8, 64, 28, 28}), weight = randn({64, 64, 3, 3});
  at::AutoGradMode const no_gradient(false);
  auto const seconds = ProgressView{}.seconds;
  conv2d(x, weight, {}, 1, 1);  // prepares what is prepared once
  double const start = seconds();
  int n = 0;
  for (; seconds() - start < 0.1; ++n) conv2d(x, weight, {}, 1, 1);
  return n * 2.0 * 8 * 64 * 64 * 9 * 28 * 28 / (seconds() - start);
}

// [s] of a training step with this many images, by its convolutions. Backward, a convolution is two more; what is kept is written
// once and read once, at about 5 GB/s.
double guessed_step(run::Plan const& plan) {
  return 3 * plan.forward_flops / measured_rate() + 2 * plan.kept_bytes / 5e9;
}

// [s] of a training step without its update, measured: the second of two with random images, of as many as take a few seconds and
// fit into memory, in proportion.
double measured_step(AnyModel const& model, Study const& study, std::int64_t batch) {
  run::Plan plan = plan_of(model, study, batch);
  double const guess = guessed_step(plan), free = static_cast<double>(free_memory_bytes());
  std::int64_t n = batch;
  for (double seconds = guess; n > 1 && (seconds > 3 || (free > 0 && plan.peak_bytes > 0.5 * free)); seconds /= 2) {
    n = (n + 1) / 2;
    plan = plan_of(model, study, n);
  }
  std::array<int, 3> const dims = study.values.options.input_dims;
  Tensor const images = randn({n, dims[0], dims[1], dims[2]}).to(model.options.device);
  run::Settings settings = study.values.run;
  settings.n_timesteps = steps_of(model, study);
  auto const seconds = ProgressView{}.seconds;
  double taken = 0;
  for (int i = 0; i < 2; ++i) {
    double const start = seconds();
    Tensor const loss = run::run(model, images, settings).outputs.sum();
    if (loss.requires_grad()) loss.backward();
    loss.item<double>();  // a device has finished
    taken = seconds() - start;
  }
  for (Parameter const& p : model.parameters()) p.tensor.mutable_grad() = Tensor{};
  return taken * static_cast<double>(batch) / static_cast<double>(n);
}

struct Needs {
  run::Plan plan;
  double weights = 0;  // [bytes] with gradients and the optimiser's state
  double data = 0;     // [bytes] of the images
  std::int64_t batch = 0, images = 0, epochs = 0;
  double seconds = 0;  // [s] of an epoch, about
  double memory() const { return plan.peak_bytes + weights + data; }
};

Needs needs_of(AnyModel const& model, Study const& study, std::int64_t n_images) {
  Needs needs;
  needs.batch = study.values.fit.batches.batch_size;
  std::int64_t const chosen = study.values.data.images_per_epoch;
  needs.images = chosen > 0 ? chosen : n_images;
  needs.epochs = study.values.fit.epochs;
  needs.plan = plan_of(model, study, needs.batch);
  for (Parameter const& p : model.parameters())
    needs.weights += (p.learned ? 4.0 : 1.0) * static_cast<double>(p.tensor.nbytes());
  std::array<int, 3> const dims = study.values.options.input_dims;
  bool const trials = rate::are_trials(study.values.data);  // an image in each step
  needs.data =
      4.0 * static_cast<double>(n_images) * dims[0] * dims[1] * dims[2] * (trials ? steps_of(model, study) : 1);
  if (needs.images > 0) {
    needs.seconds =
        static_cast<double>(needs.images) / static_cast<double>(needs.batch) * measured_step(model, study, needs.batch);
  }
  return needs;
}

void look_at_steps(AnyModel const& model, Study const& study, std::vector<std::string>& all) {
  std::array<int, 3> const dims = study.values.options.input_dims;
  Facts const facts = facts_of(model, dims);
  int const n_steps = steps_of(model, study);
  auto const ms = [&](int steps) { return number_text(steps * facts.dt) + " ms"; };
  if (facts.first_output >= n_steps) {
    all.push_back(joined({"the outputs have no signal: the image reaches them after ", facts.first_output,
                          " steps, and a trial has ", n_steps, ": a larger n_timesteps, or smaller t_feedforward"}));
    return;
  }
  for (ConnectionFacts const& one : facts.connections) {
    LayerFacts const &from = facts.layers[static_cast<std::size_t>(one.from)],
                     &to = facts.layers[static_cast<std::size_t>(one.to)];
    int const at_output = from.first_signal + one.delay + facts.first_output - to.first_signal;
    if (at_output < n_steps) continue;
    char const* const what = one.way == Way::lateral ? "recurrent" : one.way == Way::skip ? "skip" : "feedback";
    char const* const key = one.way == Way::lateral ? "t_recurrence" : one.way == Way::skip ? "t_skip" : "t_feedback";
    all.push_back(
        joined({what, " connections without effect: what arrives in ", to.name, one.from == one.to ? "" : " from ",
                one.from == one.to ? "" : from.name, " after ", ms(one.delay), " reaches the outputs at step ",
                at_output, ", and a trial has ", n_steps, " steps: a larger n_timesteps, or a smaller ", key}));
  }
  if (study.values.run.feedforward_only || study.values.options.feedforward_only) {
    all.push_back("recurrent connections without effect: feedforward_only leaves them out, with skips and feedback");
  }
}

void look_at_labels(AnyModel const& model, Study const& study, std::vector<std::string>& all) {
  run::TrialSettings const& trial = study.values.trial;
  Presentation const& presentation = trial.presentation;
  if (!some_label_counts(presentation, trial.n_timesteps, model.options.dt)) {
    all.push_back(
        joined({"no label counts: the image is never shown for longer than loss_reaction_time = ",
                presentation.loss_reaction_time, " ms: a larger n_timesteps, or a smaller loss_reaction_time"}));
  }
}

}  // namespace

std::vector<std::string> warnings_of(AnyModel const& model, Study const& study) {
  std::vector<std::string> all;
  look_at_steps(model, study, all);
  look_at_labels(model, study, all);
  if (has_nvidia_gpu() && n_usable_gpus() == 0) {
    all.push_back(
        "runs on the CPU although a GPU is there: this LibTorch does not use it (docs/how-to/run-on-a-gpu.md)");
  } else if (n_usable_gpus() > 0 && model.options.device.is_cpu()) {
    all.push_back("runs on the CPU although a GPU is there: trainer.accelerator = cpu says so");
  }
  int const threads = at::get_num_threads(), cores = static_cast<int>(std::thread::hardware_concurrency());
  if (threads * 2 < cores && study.values.program.threads == 0) {
    all.push_back(joined({"slow: ", threads, " threads on ", cores, " cores (OMP_NUM_THREADS): --threads ", cores}));
  }
  double const tau = model.options.tau, dt = model.options.dt;
  if (dt > tau) {
    all.push_back(joined({"NaN loss is likely: dt = ", dt, " ms is longer than tau = ", tau,
                          " ms, so that a step overshoots: a smaller dt, or a larger tau"}));
  }
  if (study.values.fit.gradient_clip_val == 0 && study.values.optimizer.learning_rate > 1e-2) {
    all.push_back(joined({"NaN loss is possible: learning_rate = ", study.values.optimizer.learning_rate,
                          " without gradient_clip_val: a smaller learning_rate, or gradient_clip_val = 1"}));
  }
  if (!is_sized(study)) return all;
  run::Plan const plan = plan_of(model, study, study.values.fit.batches.batch_size);
  if (plan.bfloat16_is_emulated) {
    all.push_back("slow: this processor has no instructions for bfloat16, which is computed bit by bit: precision 32");
  }
  double const free = model.options.device.is_cpu() ? static_cast<double>(free_memory_bytes()) : 0;
  if (free > 0 && plan.peak_bytes > 0.9 * free) {
    all.push_back(
        joined({"out of memory is likely: a step takes about ", gigabytes(static_cast<std::uint64_t>(plan.peak_bytes)),
                " of ", gigabytes(static_cast<std::uint64_t>(free)),
                " that are free: a smaller batch_size, trainer.memory_budget, or trainer.store_bfloat16"}));
  }
  return all;
}

int show_plan(AnyModel const& model, Study const& study, std::int64_t n_images, bool json) {
  if (!is_sized(study))
    fail("program", 118, "plan: expected the size of the images: model.input_dims, or data that are there");
  Needs const needs = needs_of(model, study, n_images);
  std::vector<std::string> const warnings = warnings_of(model, study);
  if (json) {
    std::cout << Json{{"model", model.type()},
                      {"batch_size", needs.batch},
                      {"n_timesteps", steps_of(model, study)},
                      {"forward_flops", needs.plan.forward_flops},
                      {"kept_bytes", needs.plan.kept_bytes},
                      {"step_bytes", needs.plan.peak_bytes},
                      {"weights_bytes", needs.weights},
                      {"data_bytes", needs.data},
                      {"memory_bytes", needs.memory()},
                      {"free_memory_bytes", free_memory_bytes()},
                      {"images_per_epoch", needs.images},
                      {"epochs", needs.epochs},
                      {"epoch_seconds", needs.seconds},
                      {"seconds", needs.seconds * static_cast<double>(needs.epochs)},
                      {"warnings", warnings}}
                     .dump(2)
              << std::endl;
    return done;
  }
  auto const bytes = [](double n) {
    return n < 1e9 ? number_text(n / 1e6, decimals(0)) + " MB" : gigabytes(static_cast<std::uint64_t>(n));
  };
  std::cout << "model      " << model.type() << ", " << count_learned(model.parameters()) << " parameters\n"
            << "a batch    " << needs.batch << " images, " << steps_of(model, study)
            << " steps: " << number_text(needs.plan.forward_flops / 1e9, 3)
            << " Gflop of convolutions forward, as much twice backward\n"
            << "memory     about " << bytes(needs.memory()) << " (a step " << bytes(needs.plan.peak_bytes)
            << ", weights and optimiser " << bytes(needs.weights) << ", images " << bytes(needs.data)
            << "); free: " << gigabytes(free_memory_bytes()) << "\n";
  if (needs.images > 0) {
    double const whole = needs.seconds * static_cast<double>(needs.epochs);
    std::cout << "time       about " << Progress::duration_text(needs.seconds) << " for an epoch of " << needs.images
              << " images, " << Progress::duration_text(whole) << " for " << needs.epochs
              << " (by a step measured now; others on this machine make it longer)\n";
    if (study.values.fit.max_seconds > 0) {
      std::cout << "           max_seconds ends it after " << Progress::duration_text(study.values.fit.max_seconds)
                << "\n";
    }
  }
  std::cout << needs.plan.text();
  for (std::string const& warning : warnings) std::cout << "look: " << warning << "\n";
  std::cout << std::flush;
  return done;
}

namespace {

int plan(StudyWords const& words, bool json) {
  Study study(words, "train");
  prepare_process(study);
  std::int64_t n_images = 0;
  try {
    TrainingImages const images = training_data(study);
    take_from_images(study, images.train);
    n_images = images.train.size();
  } catch (Error const& error) {
    if (!study.given("model.input_dims") || error.area() != "data") throw;
    std::cerr << "look: the images are not there, so their number is unknown: " << error.what() << "\n";
  }
  return show_plan(model_of(study), study, n_images, json);
}

}  // namespace

Command const plan_command{
    "plan", "say what a training takes before it runs: memory, work, time, and what has no effect",
    "  dynvision plan --config study.json\n"
    "  dynvision plan --model_name DyRCNNx8 --input_dims [3,64,64] --n_timesteps 20 --batch_size 32 --json\n",
    [](CommandLine& line) {
      auto const words = std::make_shared<StudyWords>();
      auto const json = std::make_shared<bool>(false);
      take_study(line, *words);
      line.flag("--json", *json, "the same for programs");
      return [words, json] { return plan(*words, *json); };
    }};

}  // namespace program

#include "prepare.hpp"

#include <dynvision/io/weights.hpp>
#include <dynvision/rate/data/trial_data.hpp>
#include <dynvision/rate/penalties/named_penalties.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/present_with.hpp>
#include <dynvision/train/training.hpp>

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include "make_model.hpp"
#include "this_machine.hpp"

#include <memory>

namespace program {

using dynvision::fail, dynvision::number_text;
namespace run = dynvision::run;

void prepare_process(Study const& study) {
  auto const& asked = study.values.program;
  if (asked.threads > 0) at::set_num_threads(asked.threads);
  at::globalContext().setDeterministicAlgorithms(asked.deterministic, false);
  at::manual_seed(*study.values.options.seed);
}

namespace {

std::array<int, 3> shape_of(dynvision::Images const& set) {
  std::int64_t const first = set.changes() ? 2 : 1;
  return {static_cast<int>(set.images.size(first)), static_cast<int>(set.images.size(first + 1)),
          static_cast<int>(set.images.size(first + 2))};
}

std::optional<double> dt_of(Study const& study) {
  return study.given("model.dt") ? std::optional<double>(study.values.options.dt) : std::nullopt;
}

// A trial has its own steps, all of which may count; what shipped files say of images is not meant for it.
void take_from_trials(Study& study, dynvision::Images const& set) {
  if (!study.given("model.dt")) study.take("model.dt", set.dt, "the trials");
  auto const n = static_cast<int>(set.images.size(1));
  if (!study.asked("model.n_timesteps")) study.take("model.n_timesteps", n, "the trials");
  if (!study.asked("model.loss_reaction_time")) study.take("model.loss_reaction_time", 0, "the trials");
  if (int const asked = study.values.trial.n_timesteps; asked != n) {
    fail("program", 133,
         {"model.n_timesteps = ", asked, " for trials of ", n, " steps: expected ", n, ", or leave it out"});
  }
}

}  // namespace

bool has_trials(Study const& study) { return dynvision::rate::are_trials(study.values.data); }

dynvision::TrainingImages training_data(Study const& study) {
  return dynvision::rate::training_data(study.values.data, dt_of(study));
}

dynvision::Images test_data(Study const& study) { return dynvision::rate::test_data(study.values.data, dt_of(study)); }

dynvision::Callbacks redrawn_trials(Study const& study, dynvision::Images& train) {
  auto const redraw = [data = study.values.data, dt = dt_of(study), &train](dynvision::Training& now) {
    if (now.state.epoch < now.settings.epochs) dynvision::rate::redraw(train, data, now.state.epoch, dt);
  };
  return {.on_train_start = {redraw}, .on_train_epoch_end = {redraw}};
}

void take_from_images(Study& study, dynvision::Images const& set) {
  if (set.changes()) take_from_trials(study, set);
  if (!study.given("model.n_classes")) study.take("model.n_classes", set.classes.size(), "the images");
  if (!study.given("model.input_dims")) study.take("model.input_dims", shape_of(set), "the images");
}

void check_images_of(Study& study, dynvision::AnyModel const& model, dynvision::Images const& set,
                     std::int64_t n_training) {
  auto const n_classes = static_cast<std::int64_t>(set.classes.size());
  study.check(dynvision::facts_of(model), n_classes, shape_of(set), n_training);
}

dynvision::AnyModel model_of(Study const& study) {
  std::string const& wanted = study.values.program.accelerator;
  bool const cuda = n_usable_gpus() > 0;
  if (!cuda && (wanted == "gpu" || wanted == "cuda")) {
    fail("program", 126,
         {"trainer.accelerator = ", wanted, ": expected a GPU that this LibTorch uses, found none (dynvision doctor)"});
  }
  dynvision::Options options = study.values.options;
  options.device = cuda && wanted != "cpu" ? at::kCUDA : at::kCPU;
  return make_model(study, options);
}

void load_into(dynvision::AnyModel const& model, std::filesystem::path const& weights) {
  dynvision::WeightOptions options;
  dynvision::load_weights(weights, model.parameters(), options);
}

namespace {

dynvision::RunBatch presented(dynvision::AnyModel const& given, Study const& study, run::TrialSettings const& trial) {
  auto const model = std::make_shared<dynvision::AnyModel>(given);
  run::Settings settings = study.values.run;
  std::vector<std::string> const monitored = objective_of(study, given).monitored();
  settings.monitor.insert(settings.monitor.end(), monitored.begin(), monitored.end());
  dynvision::RunBatch const run =
      dynvision::present_with(*model, trial, settings, {.precision = study.values.fit.precision});
  return [model, run](dynvision::Batch const& batch, dynvision::BatchContext const& context) {
    return run(batch, context);
  };
}

}  // namespace

dynvision::RunBatch presented_to(dynvision::AnyModel const& model, Study const& study) {
  return presented(model, study, study.values.trial);
}

TimeCourse time_course_of(dynvision::AnyModel const& model, Study const& study) {
  run::TrialSettings trial = study.values.trial;
  trial.presentation = {.pattern = "001111111100000", .non_label_index = trial.presentation.non_label_index};
  trial.n_timesteps = static_cast<int>(trial.presentation.pattern.size());
  return {presented(model, study, trial), dynvision::stretch_pattern(trial.presentation.pattern, trial.n_timesteps)};
}

std::vector<bool> shown_steps(Study const& study) {
  run::TrialSettings const& trial = study.values.trial;
  return dynvision::stretch_pattern(trial.n_timesteps > 1 ? trial.presentation.pattern : "1", trial.n_timesteps);
}

dynvision::WeightedSum objective_of(Study const& study, dynvision::AnyModel const& model) {
  return dynvision::objective_of(study.values.loss, dynvision::rate::penalties::all, model.parameters());
}

}  // namespace program

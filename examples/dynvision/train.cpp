// dynvision train: a training from a configuration, in a run folder of its own.
#include <dynvision/data/data_set.hpp>
#include <dynvision/io/weights.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/process_memory.hpp>
#include <dynvision/records/run_folder.hpp>
#include <dynvision/records/run_lock.hpp>
#include <dynvision/train/begin_with.hpp>
#include <dynvision/train/fit.hpp>
#include <dynvision/train/lr_scaling.hpp>
#include <dynvision/train/record_training.hpp>

#include <ATen/Parallel.h>

#include "all_commands.hpp"
#include "plan.hpp"
#include "prepare.hpp"
#include "run_of_study.hpp"
#include "run_record.hpp"
#include "summary_table.hpp"

#include <cmath>
#include <iostream>

namespace program {

namespace {

using namespace dynvision;

struct Arguments {
  StudyWords study;
  std::string runs = "runs";
  std::optional<std::string> resume;
  bool allow_changes = false, dry_run = false, json = false;
};

FitSettings fit_settings(Study const& study) {
  FitSettings settings = study.values.fit;
  std::int64_t const images = study.values.data.images_per_epoch, size = settings.batches.batch_size;
  if (images > 0) settings.limit_train_batches = (images + size - 1) / size;
  return settings;
}

Optimizer optimizer_of(AnyModel const& model, Study const& study) {
  OptimizerSettings settings = study.values.optimizer;
  settings.learning_rate = effective_learning_rate(settings.learning_rate, study.values.fit.batches.batch_size,
                                                   study.values.fit.accumulate_grad_batches, study.values.lr_scaling);
  return Optimizer(model.parameters(), settings);
}

std::string stop_text(Fit::Stop stop) {
  return stop == Fit::Stop::requested ? "interrupted" : stop == Fit::Stop::out_of_time ? "out of time" : "finished";
}

// What the folder says of a training: summary.json; missing numbers are null.
Json summary_of(AnyModel const& model, Fit const& fit, std::filesystem::path const& folder) {
  TrainingState const& state = fit.state;
  double const learning = state.seconds - state.validation_seconds;
  auto const number = [](double value) { return std::isfinite(value) ? Json(value) : Json(); };
  Json last = Json::object();
  for (char const* const name : {"val_loss", "val_accuracy"}) last[name] = number(state.metrics.last(name));
  Json all{{"model", model.type()},
           {"n_parameters", count_learned(model.parameters())},
           {"status", stop_text(fit.stop)},
           {"epochs", state.epoch},
           {"updates", state.step},
           {"images", state.images},
           {"train_seconds", state.seconds},
           {"images_per_second", learning > 0 ? static_cast<double>(state.images) / learning : 0}};
  all.update(last);
  all["threads"] = at::get_num_threads();
  all["peak_memory"] = process_memory().peak;
  all["run_folder"] = folder.string();
  return all;
}

int train(Arguments const& arguments) {
  std::optional<RunFolder> folder;
  StudyWords words = arguments.study;
  if (arguments.resume) {
    folder = arguments.resume->empty() ? RunFolder::latest(arguments.runs) : RunFolder::open(*arguments.resume);
    words = words_of_run(folder->path(), words);
  }
  Study study(words, "train");
  prepare_process(study);
  TrainingImages images = training_data(study);  // before there is a folder: a mistake leaves none
  take_from_images(study, images.train);
  AnyModel const model = model_of(study);
  check_images_of(study, model, images.train, images.train.size());
  FitSettings settings = fit_settings(study);
  begin_with(model.parameters(), study.values.weights);
  Optimizer optimizer = optimizer_of(model, study);
  for (std::string const& warning : warnings_of(model, study)) std::cerr << "look: " << warning << "\n";
  if (arguments.dry_run) return show_plan(model, study, images.train.size(), arguments.json);

  if (!folder) folder = RunFolder::create(study.values.structure.model_name, arguments.runs);
  RunLock const lock(folder->path());
  Interrupt const interrupt;
  settings.checkpoint = *folder / "checkpoint.safetensors";
  settings.metrics = *folder / "metrics.csv";
  settings.identity = study.identity();
  settings.stop_requested = [&] { return interrupt.requested(); };
  if (study.values.data.redraw_trials) append(settings.callbacks, redrawn_trials(study, images.train));
  append(settings.callbacks, record_training(folder->path(), study.values.record));
  TrainingState start;
  if (arguments.resume && folder->has("checkpoint.safetensors")) {
    start = resume(settings.checkpoint, optimizer, settings.identity,
                   {.allow_changes = arguments.allow_changes, .harmless = harmless_keys()});
  }
  write_study(*folder, study, model, images.train.classes);
  std::cerr << folder->path().string() << ": " << model.type() << ", " << count_learned(model.parameters())
            << " parameters, " << (start.images > 0 ? "after " + number_text(start.images) + " images, " : "") << "on "
            << at::get_num_threads() << " threads" << std::endl;

  Fit const fit = dynvision::fit(optimizer, objective_of(study, model), presented_to(model, study), images.train,
                                 images.validation, settings, std::move(start));
  save_run_weights(*folder / "weights.safetensors", model, images.train.classes);
  Json const summary = summary_of(model, fit, folder->path());
  folder->write("summary.json", summary.dump(2) + "\n");
  std::string const table = summary_table(summary);
  folder->write("summary.txt", table);
  std::cout << (arguments.json ? summary.dump(2) + "\n" : table) << std::flush;
  if (fit.stop == Fit::Stop::finished) return done;
  std::cerr << (fit.stop == Fit::Stop::out_of_time ? "The training stopped after its max_seconds" : "Stopped")
            << "; what it has learned is kept. dynvision train --resume " << folder->path().string() << " goes on."
            << std::endl;
  return fit.stop == Fit::Stop::out_of_time ? done : interrupted;
}

}  // namespace

Command const train_command{
    "train", "train a model, from a configuration",
    "  dynvision train --config configs/quickstart.json\n"
    "  dynvision train --config study.json --tau 9 --rctype self --train.batch_size 32\n"
    "  dynvision train --config study.json --dry-run            what it would take, nothing is written\n"
    "  dynvision train --resume                                 goes on with the latest run\n"
    "  dynvision train --resume runs/20260131-142501-DyRCNNx4 --epochs 40 --allow-changes\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      take_study(line, arguments->study);
      line.value("--runs", arguments->runs, "folder of all runs", "FOLDER");
      line.maybe_value("--resume", arguments->resume, "go on with the latest run, or with the one in this folder",
                       "FOLDER");
      line.flag("--allow-changes", arguments->allow_changes,
                "go on with other values of keys that do no harm, such as epochs");
      line.flag("--dry-run", arguments->dry_run, "say what the training would take, and write nothing");
      line.flag("--json", arguments->json, "the summary for programs");
      return [arguments] { return train(*arguments); };
    }};

}  // namespace program

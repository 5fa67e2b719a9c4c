// ./quickstart: trains DyRCNNx2 on Fashion-MNIST, tests it on the 10,000 test images and leaves a run folder with
//   config.json             every number of the run
//   metrics.csv             loss and accuracy while it learned
//   weights.safetensors     what it learned; checkpoint.safetensors: what --resume needs
//   test_time_steps.csv     accuracy, confidence and responses at every time step, all test images
//   time_course.csv         the same before, while and after an image is shown, 512 test images
//   confusion_matrix.csv    label by answer
//   summary.json, summary.txt
//   figures/                made by examples/figures/quickstart.py
// Exit status: 0, 1 after an error, 130 after Ctrl-C.
#include <dynvision/data/fashion_mnist.hpp>
#include <dynvision/dyrcnn.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/text_table.hpp>
#include <dynvision/run/keep_freed_memory.hpp>
#include <dynvision/run/run.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/fit.hpp>
#include <dynvision/version.hpp>

#include <ATen/Parallel.h>
#include <torch/version.h>

#include "quickstart_options.hpp"
#include <sys/resource.h>

#include <iomanip>
#include <iostream>
#include <sstream>

using namespace dynvision;
using quickstart::Choices;
using quickstart::Json;

namespace {

template <class Model> RunBatch presented_to(Model const& model, run::TrialSettings const& settings) {
  return [&model, settings](Batch const& batch, BatchContext const& context) {
    run::Trial const trial = run::make_trial(model, batch.images, batch.labels, settings);
    return Presented{run::run(model, trial.stimulus, {.record = context.record}), trial.labels};
  };
}

void write_over_time(std::filesystem::path const& path, Evaluation const& result, std::vector<bool> const& shown,
                     double dt) {
  std::vector<std::string> columns{"time_step", "time_ms", "shown", "accuracy", "guess_confidence", "label_confidence"};
  for (LayerResponse const& layer : result.responses) columns.push_back(layer.layer + "_response_avg");
  auto const onset = std::find(shown.begin(), shown.end(), true) - shown.begin();
  CsvWriter csv(path, columns, 0);
  for (std::size_t t = 0; t < result.accuracy_over_time.size(); ++t) {
    std::vector<std::string> cells{CsvWriter::text(t),
                                   CsvWriter::text(dt * static_cast<double>(static_cast<std::ptrdiff_t>(t) - onset)),
                                   CsvWriter::text(static_cast<bool>(shown[t])),
                                   CsvWriter::text(result.accuracy_over_time[t]),
                                   CsvWriter::text(result.guess_confidence_over_time[t]),
                                   CsvWriter::text(result.label_confidence_over_time[t])};
    for (LayerResponse const& layer : result.responses) cells.push_back(CsvWriter::text(layer.mean[t]));
    csv.row(cells);
  }
}

void write_confusion(std::filesystem::path const& path, Evaluation const& result,
                     std::vector<std::string> const& classes) {
  std::vector<std::string> columns{"label"};
  columns.insert(columns.end(), classes.begin(), classes.end());
  CsvWriter csv(path, columns, 0);
  for (std::size_t label = 0; label < result.confusion.size(); ++label) {
    std::vector<std::string> cells{classes[label]};
    for (std::int64_t const count : result.confusion[label]) cells.push_back(CsvWriter::text(count));
    csv.row(cells);
  }
}

std::string rounded(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

double peak_rss_mb() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024 / 1e6;
}

struct Outcome {
  Fit fit;
  Evaluation test;
  std::int64_t n_parameters = 0;
  bool interrupted = false;
};

void write_summary(RunFolder const& folder, Choices const& choices, Outcome const& outcome) {
  TrainingState const& state = outcome.fit.state;
  double const learning_seconds = state.seconds - state.validation_seconds;
  double const rate = learning_seconds > 0 ? static_cast<double>(state.images) / learning_seconds : 0;
  std::string const status = outcome.interrupted                          ? "interrupted"
                             : outcome.fit.stop == Fit::Stop::out_of_time ? "out of time"
                                                                          : "finished";
  bool const tested = outcome.test.complete;
  auto const if_tested = [&](double value) { return tested ? Json(value) : Json(); };
  double const val_accuracy = state.metrics.last("val_accuracy");
  Json const summary{{"model_name", "DyRCNNx2"},
                     {"status", status},
                     {"test_accuracy", if_tested(outcome.test.accuracy)},
                     {"test_accuracy_last_step", if_tested(outcome.test.answer_accuracy)},
                     {"test_loss", if_tested(outcome.test.loss)},
                     {"test_guess_confidence", if_tested(outcome.test.guess_confidence)},
                     {"test_images", tested ? outcome.test.n_images : 0},
                     {"test_seconds", if_tested(outcome.test.seconds)},
                     {"val_accuracy", std::isnan(val_accuracy) ? Json() : Json(val_accuracy)},
                     {"train_seconds", state.seconds},
                     {"images_per_second", rate},
                     {"images", state.images},
                     {"epochs", state.epoch},
                     {"peak_rss_mb", peak_rss_mb()},
                     {"n_parameters", outcome.n_parameters},
                     {"seed", choices.seed},
                     {"threads", at::get_num_threads()},
                     {"versions", {{"dynvision", version}, {"libtorch", TORCH_VERSION}, {"compiler", __VERSION__}}}};
  folder.write("summary.json", summary.dump(2) + "\n");

  TextTable table({"model", "DyRCNNx2, full recurrence, " + std::to_string(outcome.n_parameters) + " parameters"});
  table.add({"training", status + ": " + std::to_string(state.images) + " images in " + rounded(state.seconds, 0) +
                             " s (" + rounded(rate, 0) + " images/s, " + std::to_string(at::get_num_threads()) +
                             " threads)"});
  if (!std::isnan(val_accuracy)) {
    table.add({"validation accuracy", rounded(100 * val_accuracy, 1) + " %"});
  }
  if (tested) {
    table.add({"test accuracy", rounded(100 * outcome.test.accuracy, 1) + " % of " +
                                    std::to_string(outcome.test.n_images) + " images, all steps that count"});
    table.add({"at the last step", rounded(100 * outcome.test.answer_accuracy, 1) + " %"});
  }
  table.add({"peak memory", rounded(peak_rss_mb(), 0) + " MB"});
  table.add({"run folder", folder.path().string()});
  std::ostringstream text;
  text << table;
  folder.write("summary.txt", text.str());
  std::cout << text.str() << std::flush;
}

struct Data {
  Images train, validation, test;
};

Data load(Choices const& choices) {
  FashionMnist const files{.folder = choices.data};
  Images const all = files.train();
  auto parts =
      split(all, static_cast<double>(choices.validation_images) / static_cast<double>(all.size()), choices.seed);
  return {std::move(parts.second), std::move(parts.first), subset(files.test(), choices.test_images)};
}

int train_and_test(Choices const& choices, Data const& data, RunFolder const& folder) {
  Interrupt const interrupt;
  auto const stop_requested = [&] { return interrupt.requested(); };
  if (choices.threads > 0) at::set_num_threads(choices.threads);

  DyRCNNx2<Full> model({.n_classes = 10,
                        .input_dims = {1, 28, 28},
                        .dt = choices.dt,
                        .tau = choices.tau,
                        .t_recurrence = choices.t_recurrence,
                        .seed = choices.seed});
  run::TrialSettings const trial{.n_timesteps = choices.n_timesteps,
                                 .presentation = {.loss_reaction_time = choices.loss_reaction_time}};
  RunBatch const run = presented_to(model, trial);
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1, CrossEntropy{});

  Json const configuration = quickstart::configuration(choices);
  Optimizer optimizer(model.parameters(),
                      {.learning_rate = effective_learning_rate(choices.learning_rate, choices.batch_size),
                       .optimizer_kwargs = {{"weight_decay", choices.weight_decay}},
                       .lr_parameter_groups = choices.lr_parameter_groups});
  FitSettings settings{.epochs = choices.epochs,
                       .batches = {.batch_size = choices.batch_size, .seed = choices.seed},
                       .limit_train_batches = (choices.images + choices.batch_size - 1) / choices.batch_size,
                       .gradient_clip_val = 1,
                       .scheduler = {.scheduler_kwargs = {{"T_max", choices.epochs}}},
                       .log_every_n_steps = 10,
                       .max_seconds = choices.max_seconds,
                       .checkpoint = folder / "checkpoint.safetensors",
                       .metrics = folder / "metrics.csv",
                       .identity = quickstart::identity(configuration),
                       .stop_requested = stop_requested};

  TrainingState start;
  if (choices.resume && folder.has("checkpoint.safetensors")) {
    start = resume(settings.checkpoint, optimizer, settings.identity);
  }
  folder.write("config.json", configuration.dump(2) + "\n");
  Outcome outcome;
  outcome.n_parameters = count_learned(model.parameters());
  std::cout << folder.path().string() << ": DyRCNNx2 with " << outcome.n_parameters << " parameters, "
            << (start.images > 0 ? "after " + std::to_string(start.images) + " images, " : "") << "on "
            << at::get_num_threads() << " threads" << std::endl;

  outcome.fit = fit(optimizer, objective, run, data.train, data.validation, settings, std::move(start));
  save_weights(folder / "weights.safetensors", model.parameters());
  outcome.interrupted = outcome.fit.stop == Fit::Stop::requested;

  if (!outcome.interrupted) {
    outcome.test =
        evaluate(run, objective, data.test, {.record = true, .progress = "test", .stop_requested = stop_requested});
    if (outcome.test.complete) {
      std::vector<bool> const shown(static_cast<std::size_t>(choices.n_timesteps), true);
      write_over_time(folder / "test_time_steps.csv", outcome.test, shown, choices.dt);
      write_confusion(folder / "confusion_matrix.csv", outcome.test, data.test.classes);

      // An image comes and goes: what the layers do before, meanwhile and afterwards.
      run::TrialSettings course = trial;
      course.presentation = {.pattern = "001111111100000"};
      course.n_timesteps = static_cast<int>(course.presentation.pattern.size());
      Evaluation const over_time = evaluate(
          presented_to(model, course), objective, subset(data.test, std::min<std::int64_t>(512, data.test.size())),
          {.record = true, .progress = "time course", .stop_requested = stop_requested});
      write_over_time(folder / "time_course.csv", over_time,
                      stretch_pattern(course.presentation.pattern, course.n_timesteps), choices.dt);
      outcome.interrupted = !over_time.complete;
    } else {
      outcome.interrupted = true;
    }
  }
  write_summary(folder, choices, outcome);
  if (outcome.fit.stop == Fit::Stop::out_of_time) {
    std::cout << "The training stopped after " << rounded(choices.max_seconds, 0)
              << " s (--max-seconds); what it has learned is tested above. --resume goes on." << std::endl;
  }
  if (!outcome.interrupted) return 0;
  std::cout << "Stopped; what it has learned is kept. --resume goes on." << std::endl;
  return 130;
}

}  // namespace

int main(int argc, char** argv) {
  run::keep_freed_memory();
  try {
    quickstart::CommandLine command;
    if (!command.parse(argc, argv)) return 0;
    Choices& choices = command.choices;
    if (!choices.resume) {
      Data const data = load(choices);  // before there is a folder: a mistake leaves none
      return train_and_test(choices, data, RunFolder::create("DyRCNNx2", choices.runs));
    }
    RunFolder const folder =
        choices.resume->empty() ? RunFolder::latest(choices.runs) : RunFolder::open(*choices.resume);
    command.adopt(folder);
    return train_and_test(choices, load(choices), folder);
  } catch (Error const& error) {
    std::cerr << error.what() << std::endl;
  } catch (c10::Error const& error) {
    std::cerr << "[dynvision.train.185] LibTorch: " << error.what_without_backtrace() << std::endl;
  } catch (std::exception const& error) {
    std::cerr << "[dynvision.train.186] " << error.what() << std::endl;
  }
  return 1;
}

// dynvision test: a trained run, or weights of a file, on the test images.
#include <dynvision/data/data_set.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/records/process_memory.hpp>
#include <dynvision/records/run_lock.hpp>
#include <dynvision/train/results/confusion_table.hpp>
#include <dynvision/train/results/test_records.hpp>
#include <dynvision/train/results/time_steps_table.hpp>

#include <ATen/Parallel.h>

#include "all_commands.hpp"
#include "plan.hpp"
#include "prepare.hpp"
#include "run_of_study.hpp"
#include "summary_table.hpp"

#include <iostream>

namespace program {

namespace {

using namespace dynvision;

struct Arguments {
  StudyWords study;
  std::string run, weights, output;
  bool dry_run = false, json = false, no_course = false;
};

at::ScalarType dtype_of(std::string const& name) {
  return name == "float32" ? at::kFloat : name == "bfloat16" ? at::kBFloat16 : at::kHalf;
}

TestRecords records_of(Study const& study, std::filesystem::path const& folder) {
  auto const& asked = study.values.program;
  TestRecordsSettings settings{.outputs = folder / "test_outputs.csv",
                               .data = folder / "test_data.csv",
                               .unit = asked.response_resolution == "unit",
                               .dtype = dtype_of(asked.target_dtype)};
  if (asked.store_test_responses != 0) settings.responses = folder / "test_responses.safetensors";
  if (asked.store_test_responses > 0) {
    settings.response_images = asked.store_test_responses * study.values.fit.val_batch_size;
  }
  return TestRecords(settings);
}

// What is known of the run already, and what the test adds.
Json summary_of(std::filesystem::path const& folder, AnyModel const& model, Evaluation const& result) {
  Json all = read_summary(folder);
  all["model"] = model.type();
  all["n_parameters"] = count_learned(model.parameters());
  all["test_accuracy"] = result.accuracy;
  all["test_accuracy_last_step"] = result.answer_accuracy;
  all["test_loss"] = result.loss;
  all["test_guess_confidence"] = result.guess_confidence;
  all["test_first_label_confidence"] = result.first_label_confidence;
  all["test_images"] = result.n_images;
  all["test_seconds"] = result.seconds;
  if (!all.contains("threads")) all["threads"] = at::get_num_threads();
  auto const peak = process_memory().peak;
  all["peak_memory"] = all.contains("peak_memory") ? std::max(all["peak_memory"].get<std::int64_t>(), peak) : peak;
  all["run_folder"] = folder.string();
  return all;
}

int test(Arguments const& arguments) {
  StudyWords words = arguments.study;
  std::filesystem::path weights = arguments.weights;
  if (!arguments.run.empty()) {
    RunFolder::open(arguments.run);
    words = words_of_run(arguments.run, words);
    if (weights.empty()) weights = std::filesystem::path(arguments.run) / "weights.safetensors";
  } else if (weights.empty() || (arguments.output.empty() && !arguments.dry_run)) {
    fail("program", 107, "test: expected the folder of a run, or --config FILE, --weights FILE and --output FOLDER");
  }
  Study study(words, "test");
  prepare_process(study);
  Images const images = test_data(study);
  take_from_images(study, images);
  AnyModel const model = model_of(study);
  check_images_of(study, model, images, 0);
  load_into(model, weights);
  if (arguments.dry_run) {
    std::cout << model.type() << " with " << weights.string() << ", " << images.size() << " images of "
              << study.values.data.data_name << ": nothing was written." << std::endl;
    return done;
  }
  std::filesystem::path folder = arguments.output;
  if (folder.empty()) {
    folder = arguments.run;
  } else {
    make_folder(folder);
  }
  RunLock const lock(folder);
  Interrupt const interrupt;
  auto const stop_requested = [&] { return interrupt.requested(); };

  std::int64_t const batch = study.values.fit.val_batch_size;
  RunBatch const run = presented_to(model, study);
  WeightedSum const objective = objective_of(study, model);
  TestRecords records = records_of(study, folder);
  std::string const label = study.values.fit.progress ? "test" : "";
  Evaluation const result =
      evaluate(records.watching(run), objective, images,
               {.batch_size = batch, .record = true, .progress = label, .stop_requested = stop_requested});
  bool complete = result.complete;
  if (complete) {
    records.finish();
    write_time_steps(folder / "test_time_steps.csv", result, shown_steps(study), model.options.dt);
    write_confusion(folder / "confusion_matrix.csv", result, images.classes);
    Json const summary = summary_of(folder, model, result);
    RunFolder const there = RunFolder::open(folder);
    there.write("summary.json", summary.dump(2) + "\n");
    there.write("summary.txt", summary_table(summary));
    std::cout << (arguments.json ? summary.dump(2) + "\n" : summary_table(summary)) << std::flush;
  }
  if (complete && !arguments.no_course && !images.changes()) {
    // An image comes and goes: what the layers do before, meanwhile and afterwards.
    TimeCourse const course = time_course_of(model, study);
    Evaluation const over_time =
        evaluate(course.run, objective, subset(images, std::min<std::int64_t>(512, images.size())),
                 {.batch_size = batch,
                  .record = true,
                  .progress = label.empty() ? "" : "time course",
                  .stop_requested = stop_requested});
    complete = over_time.complete;
    if (complete) write_time_steps(folder / "time_course.csv", over_time, course.shown, model.options.dt);
  }
  if (complete) return done;
  std::cerr << "Stopped; start it again for a whole test." << std::endl;
  return interrupted;
}

}  // namespace

Command const test_command{
    "test", "test a trained run, or weights of a file, on the test images",
    "  dynvision test runs/latest\n"
    "  dynvision test runs/latest --n_timesteps 20 --output longer          the same weights, shown longer\n"
    "  dynvision test --config study.json --weights cornet_rt.safetensors --output tested\n",
    [](CommandLine& line) {
      auto const arguments = std::make_shared<Arguments>();
      line.argument("RUN", arguments->run, "folder of a run, as dynvision train leaves it", false);
      take_study(line, arguments->study);
      line.value("--weights", arguments->weights, "file of weights, in place of the run's", "FILE");
      line.value("--output", arguments->output, "folder for the tables; without it, that of the run", "FOLDER");
      line.flag("--no-time-course", arguments->no_course, "leave out time_course.csv");
      line.flag("--dry-run", arguments->dry_run, "say what would be tested, and write nothing");
      line.flag("--json", arguments->json, "the summary for programs");
      return [arguments] { return test(*arguments); };
    }};

}  // namespace program

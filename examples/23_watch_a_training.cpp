// A training that is watched, is stopped in the middle, and goes on as if it had not been.
//
//   cmake --build build --target example.23_watch_a_training && build/examples/23_watch_a_training
//
// Into a temporary folder, or the one that is named.
#include <dynvision/dyrcnn.hpp>
#include <dynvision/records/interrupt.hpp>
#include <dynvision/run/trial.hpp>
#include <dynvision/train/fit.hpp>
#include <dynvision/train/record_training.hpp>
#include <dynvision/train/run_for.hpp>

#include <cmath>
#include <cstdio>
#include <random>

using namespace dynvision;

namespace {

// Gratings of four orientations, in noise.
Images gratings(std::int64_t n, unsigned seed) {
  Images set{zeros({n, 1, 16, 16}), zeros({n}, at::kLong), {"0", "45", "90", "135"}};
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> phase(0, 6.28);
  std::normal_distribution<double> noise(0, 0.3);
  auto* pixel = set.images.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < n; ++i) {
    set.labels.mutable_data_ptr<std::int64_t>()[i] = i % 4;
    double const angle = 0.785398 * static_cast<double>(i % 4), shift = phase(random);
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x, ++pixel) {
        *pixel =
            static_cast<float>(std::cos(1.2 * (x * std::cos(angle) + y * std::sin(angle)) + shift) + noise(random));
      }
    }
  }
  return set;
}

struct V1 : Layer<"V1", Conv<1, 16, 7, 2>, Recur<Full<16>>, Evolve<>, Relu, Record, Delay> {};
using Net = Model<V1>;

// Trains in `folder` until it is done, or `most` updates; goes on where the folder says.
Fit train(std::filesystem::path const& folder, std::int64_t most) {
  Net model({.n_classes = 4, .input_dims = {1, 16, 16}, .t_recurrence = 2, .seed = 1});
  Optimizer optimizer(model.parameters(), {.learning_rate = 0.01});
  WeightedSum objective;
  objective.add("CrossEntropyLoss", 1, CrossEntropy{});
  // [run]
  RunBatch const run = [&](Batch const& batch, BatchContext const& context) -> Presented {
    run::Trial const trial = run::make_trial(model, batch.images, batch.labels,
                                             {.n_timesteps = 8, .presentation = {.loss_reaction_time = 8}});
    return {run_for(context, model, trial.stimulus), trial.labels};  // in place of run::run
  };
  // [/run]
  // [settings]
  Interrupt const interrupt;  // Ctrl-C, and SIGTERM of a cluster
  FitSettings settings;
  settings.epochs = 4;
  settings.batches = {.batch_size = 16, .seed = 1};
  settings.checkpoint = folder / "checkpoint.safetensors";
  settings.metrics = folder / "metrics.csv";
  settings.save_top_k = 1;
  settings.monitor_checkpoint = "val_accuracy";
  settings.checkpoint_mode = "max";
  settings.identity = {{"learning_rate", "0.01"}, {"seed", "1"}, {"epochs", "4"}};
  settings.stop_requested = [&] { return interrupt.requested(); };
  // [/settings]
  // [watch]
  append(settings.callbacks, record_training(folder, {.watch = {.norms = true}}));
  // [/watch]
  settings.callbacks.on_after_optimizer_step.push_back([most](Training& now) {
    if (now.state.step >= most) now.stop("an example of a stop");
  });
  // [resume]
  TrainingState start;
  if (std::filesystem::exists(settings.checkpoint)) {
    start = resume(settings.checkpoint, optimizer, settings.identity, {.allow_changes = true, .harmless = {"epochs"}});
  }
  Fit const result = fit(optimizer, objective, run, gratings(400, 1), gratings(200, 2), settings, std::move(start));
  // [/resume]
  std::printf("%s after %lld updates: %.3f of the validation right, the best in %s\n",
              result.stop_reason.empty() ? "finished" : result.stop_reason.c_str(),
              static_cast<long long>(result.state.step), result.state.metrics.last("val_accuracy"),
              best_checkpoint(result.state, settings).filename().c_str());
  return result;
}

}  // namespace

int main(int count, char** arguments) {
  auto const folder = count > 1
                          ? std::filesystem::path(arguments[1])
                          : std::filesystem::temp_directory_path() / ("dynvision-example-" + number_text(::getpid()));
  auto const straight = folder / "straight", stopped = folder / "stopped";
  for (auto const& one : {straight, stopped}) std::filesystem::create_directories(one);
  Fit const expected = train(straight, 1'000'000);
  train(stopped, 37);  // in the second epoch
  Fit const result = train(stopped, 1'000'000);
  // Also the loss of every row is the same, to the last bit.
  bool same = result.state.metrics.size() == expected.state.metrics.size();
  for (std::size_t row = 0; same && row < result.state.metrics.size(); ++row) {
    same = result.state.metrics.at(row, "train_loss") == expected.state.metrics.at(row, "train_loss");
  }
  std::printf("%s\n", same ? "as if it had not been stopped" : "another training");
  if (count < 2) std::filesystem::remove_all(folder);
  return !(same && result.state.metrics.last("val_accuracy") > 0.8);
}

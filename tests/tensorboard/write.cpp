// write FOLDER: a training that is stopped after rows that its checkpoint does not know, and goes on; read.py reads what it left.
#include <dynvision/train/log_events.hpp>
#include <dynvision/train/tensorboard.hpp>
#include <dynvision/train/training_curves.hpp>
#include <dynvision/train/watch.hpp>

#include "../train/toy.hpp"

#include <cstdio>

using namespace dynvision;

namespace {

void train(std::filesystem::path const& folder, std::int64_t checkpoint_at, std::int64_t stop_at) {
  toy::Toy model;
  // Filters of one channel, with numbers that are known.
  Tensor const filters = host_tensor({3, 1, 2, 2}, at::kFloat);
  for (int i = 0; i < 12; ++i) filters.mutable_data_ptr<float>()[i] = static_cast<float>(i % 4);
  Parameters parameters = model.parameters();
  parameters.push_back({"toy.conv.weight", filters, false});
  Optimizer optimizer(parameters, toy::adam);
  FitSettings settings = toy::quiet(3);
  settings.checkpoint = folder / "checkpoint.safetensors";
  settings.metrics = folder / "metrics.csv";
  settings.log_every_n_steps = 1;
  settings.checkpoint_seconds = 1e9;
  append(settings.callbacks, watch({.norms = true}));
  append(settings.callbacks, tensorboard(folder / "tensorboard"));
  append(settings.callbacks, training_curves(folder / "training.svg"));
  append(settings.callbacks, log_events(std::make_shared<RunLog>(folder)));
  // As after a SIGKILL: rows that are later than the checkpoint.
  settings.callbacks.on_after_optimizer_step.push_back([&](Training& now) {
    if (now.state.step == checkpoint_at) {
      save_checkpoint(folder / "kept.safetensors", optimizer.parameters(), optimizer.state(), now.state);
    }
    if (now.state.step == stop_at) now.stop("an end");
  });
  TrainingState start;
  if (std::filesystem::exists(folder / "kept.safetensors")) {
    start = resume(folder / "kept.safetensors", optimizer, settings.identity);
  }
  fit(optimizer, toy::cross_entropy(), model.run(), toy::quarters(40), toy::quarters(20), settings, std::move(start));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  train(argv[1], 7, 9);
  train(argv[1], -1, -1);
  return 0;
} catch (std::exception const& error) {
  std::fputs(error.what(), stderr);
  return 1;
}

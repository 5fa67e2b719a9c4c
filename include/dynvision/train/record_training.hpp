// All that is recorded beside a training, in the folder of its run.
//
//   append(settings.callbacks, record_training(run_folder, {.watch = {.norms = true}}));
//
//   figures/training.svg    training_curves()        log.txt, log.jsonl    log_events()
//   tensorboard/            tensorboard()            columns of the metrics and warnings    watch()
#pragma once
#include <dynvision/train/log_events.hpp>
#include <dynvision/train/tensorboard.hpp>
#include <dynvision/train/training_curves.hpp>
#include <dynvision/train/watch.hpp>

#include <filesystem>
#include <memory>

namespace dynvision {

inline Callbacks record_training(std::filesystem::path const& folder, RecordSettings const& settings = {}) {
  Callbacks on = watch(settings.watch);  // first: it adds columns that others show
  if (settings.tensorboard.on) append(on, tensorboard(folder / "tensorboard", settings.tensorboard));
  if (settings.curves.on) append(on, training_curves(folder / "figures/training.svg", settings.curves));
  if (settings.log) append(on, log_events(std::make_shared<RunLog>(folder)));
  return on;
}

}  // namespace dynvision

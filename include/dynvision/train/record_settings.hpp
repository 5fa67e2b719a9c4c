// What is recorded of a training while it goes: what record_training() is asked for.
#pragma once
#include <cstdint>
#include <string>

namespace dynvision {

struct WatchSettings {         // see train/watch.hpp
  bool layers = true;          // once an epoch: silent and exploding ones
  double silent_below = 1e-6;  // of the mean |r| of a layer
  double exploding_above = 1e4;
  bool norms = false;  // of every parameter and its gradient
  bool memory = true;
};

struct TensorboardSettings {  // see train/tensorboard.hpp
  bool on = true;
  std::int64_t histograms_every_n_epochs = 1;  // 0: never
  bool filters = true;                         // of convolutions of one or three channels: images
  bool responses = true;                       // distribution of each layer's
};

struct CurveSettings {  // see train/training_curves.hpp
  bool on = true;
  std::string title = "training";
  double every_seconds = 30;  // [s] within an epoch
};

struct RecordSettings {
  WatchSettings watch{};
  TensorboardSettings tensorboard{};
  CurveSettings curves{};
  bool log = true;  // log.txt, log.jsonl
};

}  // namespace dynvision

// A training as its callbacks see it (train/callbacks.hpp). What is null is not known at the event.
#pragma once
#include <dynvision/train/evaluate.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/optimizer.hpp>
#include <dynvision/train/training_state.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace dynvision {

struct Training {
  TrainingState& state;  // weights and optimiser are of `state.step` updates
  Optimizer& optimizer;  // with the parameters
  WeightedSum const& objective;
  RunBatch const& run;
  FitSettings const& settings;
  std::int64_t n_batches = 0;  // of this epoch

  // Of the batch that is under way, and of the last one until the next begins.
  std::int64_t i_batch = 0;  // from 0
  Batch const* batch = nullptr;
  Presented const* shown = nullptr;
  LossValue const* loss = nullptr;

  Evaluation const* validation = nullptr;
  MetricsRow* row = nullptr;

  // The training ends at the border of the update that is under way, or after the validation.
  void stop(std::string reason) {
    if (!stop_reason) stop_reason = std::move(reason);
  }
  std::optional<std::string> stop_reason{};
};

inline void call(Callbacks::Functions const& functions, Training& now) {
  for (auto const& function : functions) function(now);
}

}  // namespace dynvision

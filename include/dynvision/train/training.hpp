// A training as its callbacks see it (train/callbacks.hpp). What is null is not known at the event.
#pragma once
#include <dynvision/core/warning.hpp>
#include <dynvision/train/checkpoint_outcome.hpp>
#include <dynvision/train/evaluate.hpp>
#include <dynvision/train/fit_settings.hpp>
#include <dynvision/train/optimizer.hpp>
#include <dynvision/train/training_state.hpp>

#include <cstdint>
#include <initializer_list>
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
  CheckpointOutcome const* checkpoint = nullptr;
  std::string const* warning = nullptr;
  std::string const* lost_at = nullptr;  // of on_non_finite: where the first number is that is not finite

  // The training ends at the border of the update that is under way, or after the validation.
  void stop(std::string reason) {
    if (!stop_reason) stop_reason = std::move(reason);
  }
  std::optional<std::string> stop_reason{};
};

inline void call(Callbacks::Functions const& functions, Training& now) {
  for (auto const& function : functions) function(now);
}

// A warning of LibTorch's kind, which whoever listens to on_warning gets too.
inline void warn(Training& now, std::string_view area, int number, std::initializer_list<MessagePart> parts) {
  warn(area, number, parts);
  std::string const text = joined({"[dynvision.", area, ".", number, "] ", joined(parts)});
  now.warning = &text;
  call(now.settings.callbacks.on_warning, now);
  now.warning = nullptr;
}

}  // namespace dynvision

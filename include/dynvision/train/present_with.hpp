// A RunBatch of a model: how each batch is shown to it, and on which path and in which precision it is run.
//
//   RunBatch const run = present_with(model, {.n_timesteps = 20}, {.monitor = objective.monitored()});
//   fit(optimizer, objective, run, train, validation, settings);
//
// `model`: of a type, or AnyModel; it must outlive the RunBatch. For every batch it is put into training or evaluation as the
// context says, images go to its device, a shuffled pattern is drawn anew, and noise with a seed is of a trial of its own;
// all of it follows from (epoch, batch), so that a training that goes on shows what it would have shown.
//
// Errors: train.214.
#pragma once
#include <dynvision/run/trial.hpp>
#include <dynvision/train/precision.hpp>
#include <dynvision/train/run_for.hpp>

#include <ATen/autocast_mode.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>

namespace dynvision {

enum class RunPath { compiled, unroll };

struct PresentSettings {
  RunPath path = RunPath::compiled;  // unroll: step by step, on the reference path
  std::string precision = "32";      // see train/precision.hpp; of the run, FitSettings has that of the training
};

namespace presenting {

// While it lives LibTorch's convolutions and linear maps on a GPU are in half.
class HalfPrecision {
 public:
  HalfPrecision()
      : was_on_(at::autocast::is_autocast_enabled(at::kCUDA)), dtype_(at::autocast::get_autocast_dtype(at::kCUDA)) {
    at::autocast::set_autocast_enabled(at::kCUDA, true);
    at::autocast::set_autocast_dtype(at::kCUDA, at::kHalf);
    at::autocast::increment_nesting();
  }
  ~HalfPrecision() {
    if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(at::kCUDA, was_on_);
    at::autocast::set_autocast_dtype(at::kCUDA, dtype_);
  }
  HalfPrecision(HalfPrecision const&) = delete;
  HalfPrecision& operator=(HalfPrecision const&) = delete;

 private:
  bool was_on_;
  at::ScalarType dtype_;
};

template <class Model> void put_into_training(Model& model, bool on) {
  bool is_on = false;
  if constexpr (requires { model.in_training(); }) {
    is_on = model.in_training();
  } else {
    is_on = model.in_training;
  }
  if (is_on != on) model.train(on);
}

// Different for every batch of a training; validations are shown the same in every epoch.
inline std::uint64_t trial_of(BatchContext const& context) {
  auto const half = [](std::int64_t n) { return static_cast<std::uint64_t>(n) & 0xFFFFFFFFU; };
  return (context.training ? half(context.epoch + 1) << 32U : 0) | half(context.batch);
}

}  // namespace presenting

template <class Model>
RunBatch present_with(Model& model, run::TrialSettings trial, run::Settings settings = {},
                      PresentSettings const& present = {}) {
  bool const half = precision_of(present.precision) == Precision::half;
  if (half && !model.options.device.is_cuda()) {
    fail("train", 214,
         {"precision = \"", present.precision, "\" on a model on the device ", model.options.device.str(),
          ": expected one on a GPU (Options::device), or \"bf16-mixed\""});
  }
  set_precision(settings, present.precision);
  bool const unroll = half || present.path == RunPath::unroll;  // half is LibTorch's, whose operators that path has
  return [&model, trial = std::move(trial), settings = std::move(settings), half, unroll](Batch const& batch,
                                                                                          BatchContext const& context) {
    presenting::put_into_training(model, context.training);
    at::Device const device = model.options.device;
    std::uint64_t const number = presenting::trial_of(context);
    std::seed_seq seed{settings.seed.value_or(0), number >> 32U, number};
    std::mt19937_64 shuffle(seed);
    Tensor const labels = batch.labels.defined() ? batch.labels.to(device) : batch.labels;
    run::Trial const shown = make_trial(model, batch.images.to(device), labels, trial, &shuffle);
    run::Settings own = settings;
    if (!own.trial) own.trial = number;
    BatchContext how = context;
    how.reference = how.reference || unroll;
    if (!half) return Presented{run_for(how, model, shown.stimulus, std::move(own)), shown.labels};
    presenting::HalfPrecision const precision;
    Presented in_half{run_for(how, model, shown.stimulus, std::move(own)), shown.labels};
    in_half.activity.outputs = in_half.activity.outputs.to(at::kFloat);
    return in_half;
  };
}

template <class Model>
RunBatch present_with(Model const&&, run::TrialSettings, run::Settings = {}, PresentSettings const& = {}) = delete;

}  // namespace dynvision

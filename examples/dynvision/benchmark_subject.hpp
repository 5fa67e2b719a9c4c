// What a benchmark measures: a model with a batch, shown as its study says.
//
// A training step is what a training does with a batch that is there: run, objective, gradient, update of the optimiser (with a
// learning rate of almost 0, so that what is measured stays what it is). Inference is the run without gradient. Images are
// normal random numbers, labels every class in turn.
#pragma once
#include <dynvision/analysis/facts.hpp>
#include <dynvision/train/optimizer.hpp>
#include <dynvision/variants/any_model.hpp>

#include "benchmark_levels.hpp"
#include "plan.hpp"
#include "prepare.hpp"
#include "study.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace program {

// Of the computation, before the first level sets its own.
int threads_at_start();

class BenchmarkSubject {
 public:
  // Compiles the model where it is neither built in nor kept from before.
  BenchmarkSubject(Study study, Level const& level);

  dynvision::run::Plan plan() const;
  dynvision::Facts facts() const { return dynvision::facts_of(model_); }
  std::int64_t batch_size() const { return study_.values.fit.batches.batch_size; }
  int steps() const { return steps_of(model_, study_) + study_.values.run.idle_timesteps; }
  int threads() const { return threads_; }
  std::int64_t n_parameters() const { return count_learned(model_.parameters()); }
  std::string type() const { return model_.type(); }
  std::optional<double> compile_seconds() const { return compile_seconds_; }
  bool is_step_by_step() const { return step_by_step_; }

  // Why this machine cannot run it; empty: it can.
  std::string refusal() const;

  // |outputs of its path - outputs of run::unroll| / |those|, of two images.
  double output_difference();
  double most_difference() const;  // that it may be

  void training_step();
  void inference();
  // [bytes] above what is there before a step, without the update; none: the system does not say.
  std::optional<std::int64_t> memory_of_step();
  void wait_for_device();

 private:
  dynvision::Batch batch(std::int64_t n) const;
  dynvision::LossValue loss();
  Study study_;
  int threads_;
  bool step_by_step_;
  std::optional<double> compile_seconds_{};
  dynvision::AnyModel model_;
  dynvision::RunBatch run_;
  dynvision::WeightedSum objective_;
  dynvision::Optimizer optimizer_;
  dynvision::Batch shown_;
};

// [s] of a call, the mean over calls that take `least` seconds together; at least one.
template <class Work> double seconds_of(Work&& work, double least) {
  auto const now = dynvision::ProgressView{}.seconds;
  double const start = now();
  int n = 0;
  do {
    work();
    ++n;
  } while (now() - start < least);
  return (now() - start) / n;
}

}  // namespace program

#include "benchmark_subject.hpp"

#include <dynvision/core/host_tensor.hpp>
#include <dynvision/records/process_memory.hpp>
#include <dynvision/train/precision.hpp>
#include <dynvision/variants/registry.hpp>

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>

#include "this_machine.hpp"

#include <array>
#include <thread>
#include <utility>

namespace program {

using namespace dynvision;

int threads_at_start() {
  static int const threads = at::get_num_threads();
  return threads;
}

namespace {

int threads_of(Study const& study, Level const& level) {
  if (level.threads > 0) return level.threads;
  return study.values.program.threads > 0 ? study.values.program.threads : threads_at_start();
}

AnyModel timed_model(Study const& study, std::optional<double>& compile_seconds) {
  bool const built_in = study.own_model.empty() && find_variant(type_of(study.values.structure)) != nullptr;
  auto const now = ProgressView{}.seconds;
  double const start = now();
  AnyModel model = model_of(study);
  constexpr double loaded = 1;  // [s] a type that is kept from before is there in less
  if (double const seconds = now() - start; !built_in && seconds > loaded) compile_seconds = seconds;
  return model;
}

OptimizerSettings almost_none(OptimizerSettings settings) {
  settings.learning_rate = 1e-12;
  return settings;
}

}  // namespace

BenchmarkSubject::BenchmarkSubject(Study study, Level const& level)
    : study_(std::move(study)),
      threads_(threads_of(study_, level)),
      step_by_step_(level.step_by_step),
      model_(timed_model(study_, compile_seconds_)),
      run_(presented_to(model_, study_)),
      objective_(objective_of(study_, model_)),
      optimizer_(model_.parameters(), almost_none(study_.values.optimizer)),
      shown_(batch(batch_size())) {}

run::Plan BenchmarkSubject::plan() const { return plan_of(model_, study_, batch_size()); }

Batch BenchmarkSubject::batch(std::int64_t n) const {
  std::array<int, 3> const dims = study_.values.options.input_dims;
  at::Generator const generator = at::make_generator<at::CPUGeneratorImpl>(*study_.values.options.seed);
  Tensor const images = host_tensor({n, dims[0], dims[1], dims[2]}, at::kFloat);
  images.normal_(0, 1, generator);
  Tensor const labels = host_tensor({n}, at::kLong);
  int const n_classes = study_.values.options.n_classes;
  for (std::int64_t i = 0; i < n; ++i) labels.mutable_data_ptr<std::int64_t>()[i] = i % n_classes;
  return {images, labels};
}

std::string BenchmarkSubject::refusal() const {
  int const cores = static_cast<int>(std::thread::hardware_concurrency());
  if (cores > 0 && threads_ > cores)
    return joined({threads_, " threads, and this machine has ", cores, cores == 1 ? " core" : " cores"});
  run::Plan const plan = this->plan();
  if (plan.bfloat16_is_emulated) return "this processor has no instructions for bfloat16";
  auto const n = static_cast<int>(batch_size());
  double const needs = step_by_step_ ? facts().training_bytes(n, steps()) : plan.peak_bytes;
  auto const free = static_cast<double>(free_memory_bytes());
  if (free > 0 && needs > 0.9 * free) {
    return joined({"it needs about ", gigabytes(static_cast<std::uint64_t>(needs)), ", and ",
                   gigabytes(static_cast<std::uint64_t>(free)), " are free"});
  }
  return {};
}

double BenchmarkSubject::output_difference() {
  at::AutoGradMode const no_gradient(false);
  Batch const two = batch(std::min<std::int64_t>(2, batch_size()));
  Tensor const defined = run_(two, {.reference = true}).activity.outputs.to(at::kDouble);
  Tensor const found = run_(two, {.reference = false}).activity.outputs.to(at::kDouble);
  double const norm = defined.norm().item<double>();
  return (found - defined).norm().item<double>() / (norm > 0 ? norm : 1);
}

double BenchmarkSubject::most_difference() const {
  bool const bfloat16 =
      precision_of(study_.values.fit.precision) == Precision::bfloat16 || study_.values.run.compute_bfloat16;
  return bfloat16 ? 0.05 : 1e-4;
}

LossValue BenchmarkSubject::loss() {
  Presented const shown = run_(shown_, {.training = true, .reference = step_by_step_});
  return objective_(shown.activity, shown.labels);
}

void BenchmarkSubject::training_step() {
  optimizer_.zero_grad();
  loss().total.backward();
  optimizer_.update();
  wait_for_device();
}

void BenchmarkSubject::inference() {
  at::AutoGradMode const no_gradient(false);
  run_(shown_, {.reference = step_by_step_});
  wait_for_device();
}

std::optional<std::int64_t> BenchmarkSubject::memory_of_step() {
  if (!model_.options.device.is_cpu()) return std::nullopt;
  optimizer_.zero_grad();
  auto const bytes = memory_above([&] { loss().total.backward(); });
  optimizer_.zero_grad();
  return bytes;
}

void BenchmarkSubject::wait_for_device() {
  if (model_.options.device.is_cpu()) return;
  static_cast<void>(optimizer_.parameters().front().tensor.flatten()[0].item<double>());
}

}  // namespace program

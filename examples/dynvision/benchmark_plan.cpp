#include "benchmark_plan.hpp"

#include <dynvision/config/experiments/read_experiments.hpp>
#include <dynvision/config/resolve.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/experiments/run/one_pass.hpp>
#include <dynvision/train/precision.hpp>

#include <array>
#include <cmath>
#include <utility>

namespace program {

using namespace dynvision;

namespace {

std::vector<experiments::Condition> conditions_of(StudyWords const& words, std::string const& name, double dt) {
  config::Request request;
  for (std::string const& file : words.files) request.files.emplace_back(file);
  request.arguments = words.keys;
  config::Resolved const resolved = config::resolve(request);
  auto const found = resolved.sections.find("experiments");
  config::Problems problems;
  config::Value const section = found == resolved.sections.end() ? config::Value{} : found->second;
  std::vector<experiments::Experiment> const all = config::read_experiments(section, name, dt, problems);
  problems.require_none();
  return experiments::conditions_of(all);
}

// Keeps the last outputs of every branch.
struct LastOutputs {
  std::vector<Tensor> outputs;
  bool wants(std::size_t) const { return true; }
  void take(std::size_t branch, std::size_t, run::Activity const& activity) {
    outputs[branch] = activity.outputs.select(1, activity.outputs.size(1) - 1);
  }
};

}  // namespace

BenchmarkPlan::BenchmarkPlan(StudyWords const& words, Study const& study, AnyModel model, std::string const& experiment)
    : study_(study), model_(std::move(model)) {
  std::array<int, 3> const dims = study.values.options.input_dims;
  double const dt = model_.options.dt;
  experiments::PlanSettings const settings{.dt = dt,
                                           .idle_timesteps = study.values.run.idle_timesteps,
                                           .n_residual_timesteps = model_.n_residual_timesteps()};
  std::vector<experiments::Condition> const conditions = conditions_of(words, experiment, dt);
  together_ = experiments::plan_of(conditions, settings);
  for (experiments::Condition const& one : conditions) alone_.push_back(experiments::plan_of({one}, settings));
  images_ = randn({study.values.fit.batches.batch_size, dims[0], dims[1], dims[2]}).to(model_.options.device);
}

std::vector<Tensor> BenchmarkPlan::run(experiments::Plan const& plan) const {
  experiments::OnePassSettings settings{.run = study_.values.run};
  set_precision(settings.run, study_.values.fit.precision);
  experiments::Pictures const pictures{.images = images_};
  std::vector<Tensor> last(plan.conditions.size());
  for (experiments::Tree const& tree : plan.trees) {
    LastOutputs sink{std::vector<Tensor>(tree.branches.size())};
    experiments::one_pass(model_, tree, pictures, settings, sink);
    for (auto const& one : tree.conditions) last[one.condition] = sink.outputs[one.branches.back()];
  }
  return last;
}

double BenchmarkPlan::difference() const {
  std::vector<Tensor> const together = run(together_);
  double apart = 0, norm = 0;
  for (std::size_t i = 0; i < alone_.size(); ++i) {
    Tensor const other = run(alone_[i]).front().to(at::kDouble);
    apart += std::pow((together[i].to(at::kDouble) - other).norm().item<double>(), 2);
    norm += std::pow(other.norm().item<double>(), 2);
  }
  return std::sqrt(apart / (norm > 0 ? norm : 1));
}

}  // namespace program

// Why a loss depends on no parameter, or its gradient is 0: the sentence of error train.135.
#pragma once
#include <dynvision/core/number_text.hpp>
#include <dynvision/core/parameters.hpp>
#include <dynvision/train/evaluate.hpp>

#include <algorithm>
#include <string>

namespace dynvision::fitting {

[[gnu::cold]] inline std::string why_nothing_is_learned(Parameters const& parameters, Presented const& shown) {
  bool const free = std::any_of(parameters.begin(), parameters.end(),
                                [](Parameter const& p) { return p.learned && p.tensor.requires_grad(); });
  if (!free) return "all parameters are frozen: expected one that requires a gradient (see train_only)";
  if (!at::GradMode::is_enabled()) return "expected a run with gradient, found gradients switched off";
  Tensor const& outputs = shown.activity.outputs;
  std::int64_t const n_steps = outputs.defined() && outputs.dim() == 3 ? outputs.size(1) : 0;
  int const residual = shown.activity.n_residual_timesteps;
  std::int64_t first = 0;  // step of a signal
  while (first < n_steps && outputs.select(1, first).eq(0).all().item<bool>()) ++first;
  if (n_steps > 0 && first == n_steps && n_steps <= residual) {
    return joined({"the outputs have no signal in the ", n_steps,
                   " steps of the trial: expected more; the feedforward "
                   "delays take ",
                   residual, " steps, so ", residual + 1, " are enough"});
  }
  bool const labelled =
      first < n_steps && shown.labels.defined() && shown.labels.dim() == 2 && shown.labels.size(1) == n_steps;
  if (labelled && shown.labels.narrow(1, first, n_steps - first).lt(0).all().item<bool>()) {
    return joined({"no label counts at a step at which the outputs have a signal: expected labels >= 0 from step ",
                   first, " on"});
  }
  return "the loss does not depend on any parameter: expected a run with gradient, and labels that count";
}

}  // namespace dynvision::fitting

// An update rule as an optimiser of LibTorch: those of torch.optim that LibTorch has not are of this kind.
//
//   RuleOptimizer(groups, rule)       rule: what one step does to one parameter, from its gradient and what it keeps of it
#pragma once
#include <dynvision/core/kwargs.hpp>
#include <dynvision/train/optimizers/state_fields.hpp>

#include <ATen/core/grad_mode.h>
#include <torch/optim/optimizer.h>

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace dynvision::optimizers {

class RuleOptions : public torch::optim::OptimizerCloneableOptions<RuleOptions> {
 public:
  RuleOptions(double rate, KnownKwargs numbers) : lr(rate), kwargs(std::move(numbers)) {}
  double get_lr() const override { return lr; }
  void set_lr(double rate) override { lr = rate; }

  double lr;
  KnownKwargs kwargs;
  double momentum = -1;  // in place of betas[0], where a schedule sets it

  double beta1() const { return momentum >= 0 ? momentum : kwargs.numbers("betas")[0]; }
  double beta2() const { return kwargs.numbers("betas")[1]; }
};

class RuleState : public torch::optim::OptimizerCloneableParamState<RuleState> {
 public:
  std::int64_t step = 0;        // updates of this parameter
  std::vector<Tensor> tensors;  // in the order of Rule::tensors
  std::vector<double> numbers;
};

struct Rule {
  std::string_view name;
  std::vector<std::string_view> tensors;  // what it keeps, each like the parameter and 0 in the beginning
  std::vector<std::string_view> numbers;
  std::vector<double> first_numbers;
  std::vector<std::string_view> not_negative;  // among these
  // w <- w - ..., with g = dL/dw, weight decay not yet in it; `step` counts this update.
  void (*update)(Tensor& w, Tensor g, RuleState& state, RuleOptions const& options);
};

inline RuleState first_state(Rule const& rule, Tensor const& w) {
  RuleState state;
  for (std::size_t i = 0; i < rule.tensors.size(); ++i) state.tensors.push_back(w.detach().clone().zero_());
  state.numbers = rule.first_numbers;
  return state;
}

class RuleOptimizer : public torch::optim::Optimizer {
 public:
  RuleOptimizer(std::vector<torch::optim::OptimizerParamGroup> const& groups, std::unique_ptr<RuleOptions> defaults,
                Rule const& rule)
      : Optimizer(groups, std::move(defaults)), rule_(rule) {}

  Tensor step(LossClosure closure = nullptr) override {
    at::AutoGradMode const no_gradient(false);
    Tensor loss;
    if (closure) {
      at::AutoGradMode const gradient(true);
      loss = closure();
    }
    for (auto& group : param_groups_) {
      auto const& options = static_cast<RuleOptions const&>(group.options());
      for (Tensor& w : group.params()) {
        if (!w.grad().defined()) continue;
        auto& own = state_[w.unsafeGetTensorImpl()];
        if (!own) own = std::make_unique<RuleState>(first_state(rule_, w));
        auto& state = static_cast<RuleState&>(*own);
        ++state.step;
        rule_.update(w, w.grad(), state, options);
      }
    }
    return loss;
  }

 private:
  Rule const& rule_;
};

}  // namespace dynvision::optimizers

// Adam over groups of parameters, with its state as named tensors.
//
//   g <- g + weight_decay w;  m <- b1 m + (1 - b1) g;  v <- b2 v + (1 - b2) g^2
//   w <- w - lr m/(1 - b1^n) / (sqrt(v/(1 - b2^n)) + eps)       n: steps of this parameter
//
// Source: Kingma & Ba 2015, algorithm 1 (torch::optim::Adam). A parameter without a gradient is left
// alone; none with a gradient is an error. State: optimizer.exp_avg.<name> (m), optimizer.exp_avg_sq.<name> (v), optimizer.step.<name> (n): with it
// and the weights, training goes on as if it had never stopped.
//
// Errors: train.111, train.112, train.132, train.137.
#pragma once
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/train/gradient_norm.hpp>
#include <dynvision/train/optimizer_settings.hpp>

#include <ATen/core/grad_mode.h>
#include <torch/optim/adam.h>

#include <cmath>
#include <memory>
#include <tuple>

namespace dynvision {

class Optimizer {
 public:
  explicit Optimizer(Parameters parameters, OptimizerSettings settings = {})
      : parameters_(std::move(parameters)),
        settings_(std::move(settings)),
        groups_(parameter_groups(parameters_, settings_.lr_parameter_groups)) {
    auto const expect = [](char const* name, double value, bool good, char const* what) {
      if (!good) fail("train", 111, {name, " = ", value, ": expected ", what});
    };
    expect("learning_rate", settings_.learning_rate,
           settings_.learning_rate > 0 && std::isfinite(settings_.learning_rate), "a number > 0");
    expect("weight_decay", settings_.weight_decay, settings_.weight_decay >= 0 && std::isfinite(settings_.weight_decay),
           "a number >= 0");
    expect("beta1", settings_.beta1, settings_.beta1 >= 0 && settings_.beta1 < 1, "a number from 0 to below 1");
    expect("beta2", settings_.beta2, settings_.beta2 >= 0 && settings_.beta2 < 1, "a number from 0 to below 1");
    expect("eps", settings_.eps, settings_.eps > 0 && std::isfinite(settings_.eps), "a number > 0");

    std::vector<torch::optim::OptimizerParamGroup> groups;
    for (ParameterGroup const& group : groups_) {
      std::vector<Tensor> tensors;
      for (Parameter const& p : group.parameters) tensors.push_back(p.tensor);
      groups.emplace_back(std::move(tensors), std::make_unique<torch::optim::AdamOptions>(options(group.lr_factor)));
    }
    adam_ = std::make_unique<torch::optim::Adam>(std::move(groups), options(1));
  }

  Parameters const& parameters() const { return parameters_; }
  std::vector<ParameterGroup> const& groups() const { return groups_; }
  OptimizerSettings const& settings() const { return settings_; }
  double learning_rate() const { return settings_.learning_rate * factor_; }

  // Every group's learning rate times `factor`, from the next step on.
  void scale_learning_rate(double factor) {
    factor_ = factor;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      adam_->param_groups()[i].options().set_lr(settings_.learning_rate * groups_[i].lr_factor * factor);
    }
  }

  void zero_grad() { adam_->zero_grad(); }

  // One update with the gradients that are there, clipped to `gradient_clip_val` (0: not clipped). Returns the norm
  // before clipping. A gradient that is not finite is an error, and changes nothing.
  double step(double gradient_clip_val = 0) {
    bool const any = std::any_of(parameters_.begin(), parameters_.end(),
                                 [](Parameter const& p) { return p.learned && p.tensor.grad().defined(); });
    if (!any)
      fail("train", 137, "no parameter has a gradient: expected a backward() of a loss that depends on one before");
    double const norm = gradient_norm(parameters_);
    if (!std::isfinite(norm)) {
      std::string names;
      for (Parameter const& p : parameters_) {
        Tensor const g = p.learned ? p.tensor.grad() : Tensor{};
        if (g.defined() && !g.isfinite().all().item<bool>()) names += "\n  " + p.name;
      }
      fail("train", 132,
           {"the gradient is not finite, nothing was updated: a smaller learning_rate or a gradient_clip_val may help; "
            "found in:",
            names});
    }
    if (gradient_clip_val > 0) clip_gradient(parameters_, gradient_clip_val, norm);
    if (settings_.decoupled_weight_decay) decay();
    adam_->step();
    return norm;
  }

  // Empty before the first step.
  std::vector<TensorMap::Entry> state() const {
    std::vector<TensorMap::Entry> entries;
    for (Parameter const& p : parameters_) {
      auto const found = adam_->state().find(p.tensor.unsafeGetTensorImpl());
      if (found == adam_->state().end()) continue;
      auto const& state = static_cast<torch::optim::AdamParamState const&>(*found->second);
      entries.emplace_back(first_moment + p.name, state.exp_avg());
      entries.emplace_back(second_moment + p.name, state.exp_avg_sq());
      entries.emplace_back(steps + p.name, full({}, static_cast<double>(state.step()), at::TensorOptions(at::kLong)));
    }
    return entries;
  }

  // All of it or nothing; what does not fit is listed.
  void load(TensorMap const& state) {
    std::string wrong;
    torch::optim::Adam fresh({torch::optim::OptimizerParamGroup(std::vector<Tensor>{})}, options(1));
    for (Parameter const& p : parameters_) {
      int const there = state.contains(first_moment + p.name) + state.contains(second_moment + p.name) +
                        state.contains(steps + p.name);
      if (there == 0) continue;
      if (there < 3 || !p.learned) {
        wrong += "\n  " + p.name + (p.learned ? ": expected exp_avg, exp_avg_sq and step" : ": is not learned");
        continue;
      }
      Tensor const &m = state[first_moment + p.name], &v = state[second_moment + p.name], &n = state[steps + p.name];
      if (!m.sizes().equals(p.tensor.sizes()) || !v.sizes().equals(p.tensor.sizes())) {
        wrong += "\n  " + p.name + ": expected " + shape_text(p.tensor.sizes()) + ", found " + shape_text(m.sizes()) +
                 " and " + shape_text(v.sizes());
      } else if (n.numel() != 1 || n.scalar_type() != at::kLong || n.item<std::int64_t>() < 0) {
        wrong += "\n  " + p.name + ": step: expected one whole number >= 0";
      } else if (!m.isfinite().all().item<bool>() || !v.isfinite().all().item<bool>() || v.lt(0).any().item<bool>()) {
        wrong += "\n  " + p.name + ": expected finite moments, and no second moment below 0";
      } else {
        auto own = std::make_unique<torch::optim::AdamParamState>();
        own->step(n.item<std::int64_t>());
        own->exp_avg(copy_like(m, p.tensor));
        own->exp_avg_sq(copy_like(v, p.tensor));
        fresh.state()[p.tensor.unsafeGetTensorImpl()] = std::move(own);
      }
    }
    for (auto const& [name, tensor] : state) {
      std::size_t const dot = name.find('.', std::string_view("optimizer.").size());
      std::string const of = dot == std::string::npos ? "" : name.substr(dot + 1);
      bool const known =
          std::any_of(parameters_.begin(), parameters_.end(), [&](Parameter const& p) { return p.name == of; });
      if (!known) wrong += "\n  " + name + ": unexpected";
    }
    if (!wrong.empty()) fail("train", 112, {"the state of the optimiser does not fit the model:", wrong});
    adam_->state().clear();
    for (auto& [parameter, own] : fresh.state()) adam_->state()[parameter] = std::move(own);
  }

 private:
  static inline std::string const first_moment = "optimizer.exp_avg.", second_moment = "optimizer.exp_avg_sq.",
                                  steps = "optimizer.step.";

  torch::optim::AdamOptions options(double lr_factor) const {
    return torch::optim::AdamOptions(settings_.learning_rate * lr_factor)
        .betas(std::make_tuple(settings_.beta1, settings_.beta2))
        .eps(settings_.eps)
        .weight_decay(settings_.decoupled_weight_decay ? 0 : settings_.weight_decay);
  }
  void decay() {
    at::AutoGradMode const no_gradient(false);
    for (ParameterGroup const& group : groups_) {
      double const rate = settings_.learning_rate * group.lr_factor * factor_;
      for (Parameter const& p : group.parameters) {
        if (p.tensor.grad().defined()) p.tensor.mul_(1 - rate * settings_.weight_decay);
      }
    }
  }
  static Tensor copy_like(Tensor const& value, Tensor const& like) {
    Tensor const copy = like.detach().clone();
    copy.copy_(value);
    return copy;
  }

  Parameters parameters_;
  OptimizerSettings settings_;
  std::vector<ParameterGroup> groups_;
  std::unique_ptr<torch::optim::Adam> adam_;
  double factor_ = 1;
};

}  // namespace dynvision

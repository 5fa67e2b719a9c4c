// Any optimiser of torch.optim by its name, over groups of parameters, with its state as named tensors.
//
//   Optimizer optimizer(model.parameters(), {.optimizer = "SGD", .learning_rate = 0.1, .optimizer_kwargs = {{"momentum", 0.9}}});
//   loss.backward();
//   optimizer.step(1);        // clipped to a norm of 1
//   optimizer.zero_grad();
//
// Adam, AdamW, SGD, RMSprop and Adagrad are LibTorch's; optimizers/rules.hpp has the others, with their equations.
// A parameter without a gradient is left alone; none with a gradient is an error. State: optimizer.<field>.<parameter>, the
// fields named as in PyTorch's state_dict (exp_avg, momentum_buffer, step ...): with it and the weights, training goes on as
// if it had never stopped.
//
// Errors: train.112, train.132, train.137, train.201.
#pragma once
#include <dynvision/io/tensor_map.hpp>
#include <dynvision/train/gradient_norm.hpp>
#include <dynvision/train/optimizers/kinds.hpp>

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace dynvision {

class Optimizer {
 public:
  explicit Optimizer(Parameters parameters, OptimizerSettings settings = {})
      : parameters_(std::move(parameters)),
        settings_(std::move(settings)),
        kwargs_(optimizers::checked(settings_)),
        groups_(parameter_groups(parameters_, settings_.lr_parameter_groups)),
        kind_(optimizers::kind_of(name_of_kind())),
        learning_rate_(settings_.learning_rate),
        own_(made()) {}

  Parameters const& parameters() const { return parameters_; }
  std::vector<ParameterGroup> const& groups() const { return groups_; }
  OptimizerSettings const& settings() const { return settings_; }

  // Of the group "regular"; that of another group is lr_factor times it.
  double learning_rate() const { return learning_rate_; }
  void set_learning_rate(double rate) {
    learning_rate_ = rate;
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      own_->param_groups()[i].options().set_lr(rate * groups_[i].lr_factor);
    }
  }
  // Momentum, or the first of betas.
  bool has_momentum() const { return kind_.set_momentum != nullptr; }
  void set_momentum(double momentum) {
    for (auto& group : own_->param_groups()) kind_.set_momentum(group.options(), momentum);
  }

  void zero_grad() {
    for (Parameter const& p : parameters_) p.tensor.mutable_grad() = Tensor{};
  }

  // One update; the gradient's norm before clipping comes back. 0: no clipping.
  double step(double gradient_clip_val = 0) {
    double const norm = checked_gradient_norm();
    if (gradient_clip_val > 0) clip_gradient(parameters_, gradient_clip_val, norm);
    update();
    return norm;
  }

  // A norm that is not finite is an error that names the parameters.
  double checked_gradient_norm() const {
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
    return norm;
  }

  // With the gradient as it is.
  void update() {
    if (kwargs_.flag("maximize")) {
      at::AutoGradMode const no_gradient(false);
      for (Parameter const& p : parameters_) {
        if (p.tensor.grad().defined()) p.tensor.grad().neg_();
      }
    }
    own_->step();
  }

  // Empty before the first update (of Adagrad: what it begins with).
  std::vector<TensorMap::Entry> state() const {
    std::vector<TensorMap::Entry> entries;
    for (Parameter const& p : parameters_) {
      auto const found = own_->state().find(p.tensor.unsafeGetTensorImpl());
      if (found == own_->state().end()) continue;
      for (optimizers::StateField const& field : kind_.fields(*found->second, kwargs_)) {
        Tensor value;
        if (auto* const* const tensor = std::get_if<Tensor*>(&field.value)) value = **tensor;
        if (auto* const* const n = std::get_if<std::int64_t*>(&field.value)) {
          value = full({}, static_cast<double>(**n), at::TensorOptions(at::kLong));
        }
        if (auto* const* const number = std::get_if<double*>(&field.value)) {
          value = full({}, **number, at::TensorOptions(at::kDouble));
        }
        if (value.defined()) entries.emplace_back(entry_name(field, p), value);
      }
    }
    return entries;
  }

  // All of it or nothing; what does not fit is listed.
  void load(TensorMap const& state) {
    std::string wrong;
    std::set<std::string> known;
    auto fresh = made();
    for (Parameter const& p : parameters_) {
      auto own = kind_.first_state(p.tensor);
      optimizers::StateFields const fields = kind_.fields(*own, kwargs_);
      std::size_t there = 0;
      for (auto const& field : fields) there += state.contains(entry_name(field, p)) ? 1 : 0;
      for (auto const& field : fields) known.insert(entry_name(field, p));
      if (there == 0) continue;
      if (there < fields.size() || !p.learned) {
        std::string names;
        for (auto const& field : fields) names += (names.empty() ? "" : ", ") + std::string(field.name);
        wrong += "\n  " + p.name + (p.learned ? ": expected " + names : ": is not learned");
        continue;
      }
      for (auto const& field : fields) wrong += put(field, state[entry_name(field, p)], p);
      fresh->state()[p.tensor.unsafeGetTensorImpl()] = std::move(own);
    }
    for (auto const& [name, tensor] : state) {
      if (!known.contains(name)) {
        wrong += "\n  " + name + ": unexpected of " + settings_.optimizer;
      }
    }
    if (!wrong.empty()) fail("train", 112, {"the state of the optimiser does not fit the model:", wrong});
    own_ = std::move(fresh);
    set_learning_rate(learning_rate_);
  }

 private:
  // PyTorch's Adam with decoupled_weight_decay is AdamW.
  std::string_view name_of_kind() const {
    bool const decoupled = settings_.optimizer == "Adam" && kwargs_.flag("decoupled_weight_decay");
    return decoupled ? "AdamW" : std::string_view(settings_.optimizer);
  }
  std::unique_ptr<torch::optim::Optimizer> made() const {
    optimizers::Groups groups;
    for (ParameterGroup const& group : groups_) {
      std::vector<Tensor> tensors;
      for (Parameter const& p : group.parameters) tensors.push_back(p.tensor);
      groups.emplace_back(std::move(tensors), kind_.options(settings_.learning_rate * group.lr_factor, kwargs_));
    }
    return kind_.make(groups, kind_.options(settings_.learning_rate, kwargs_));
  }
  static std::string entry_name(optimizers::StateField const& field, Parameter const& p) {
    return "optimizer." + std::string(field.name) + "." + p.name;
  }

  // What is wrong with `found`, or nothing.
  static std::string put(optimizers::StateField const& field, Tensor const& found, Parameter const& p) {
    std::string const of = "\n  " + p.name + ": " + std::string(field.name) + ": expected ";
    auto const number_is_good = [&] {
      double const number = found.numel() == 1 ? found.item<double>() : -1;
      return found.numel() == 1 && std::isfinite(number) && (field.negative || number >= 0);
    };
    if (auto* const* const n = std::get_if<std::int64_t*>(&field.value)) {
      if (found.scalar_type() != at::kLong || !number_is_good()) return of + "one whole number >= 0";
      **n = found.item<std::int64_t>();
    } else if (auto* const* const number = std::get_if<double*>(&field.value)) {
      if (found.scalar_type() != at::kDouble || !number_is_good()) return of + "one finite number";
      **number = found.item<double>();
    } else {
      if (!found.sizes().equals(p.tensor.sizes())) {
        return of + shape_text(p.tensor.sizes()) + ", found " + shape_text(found.sizes());
      }
      if (!found.isfinite().all().item<bool>()) return of + "finite numbers";
      if (!field.negative && found.lt(0).any().item<bool>()) return of + "numbers >= 0";
      Tensor& to = **std::get_if<Tensor*>(&field.value);
      to = p.tensor.detach().clone();
      to.copy_(found);
    }
    return {};
  }

  Parameters parameters_;
  OptimizerSettings settings_;
  KnownKwargs kwargs_;
  std::vector<ParameterGroup> groups_;
  optimizers::Kind const& kind_;
  double learning_rate_;
  std::unique_ptr<torch::optim::Optimizer> own_;
};

}  // namespace dynvision

// Batch normalisation (Ioffe & Szegedy 2015) over samples and places, each channel for itself.
//
//   y = (x - mean)/sqrt(var + eps) weight + bias       parameters: weight, bias (C); kept: running_mean, running_var (C)
//
// mean and var are the running statistics. In a model that is being trained (ModelWith::train), and with gradient, they
// are those of this batch at this time step, and the running ones move by `momentum` towards them: so a validation
// without gradient, and idle steps, use what has been learned and change nothing.
//
//   BatchNorm<>     BatchNorm<As<"bn1">>
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/operations/conv.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision {

template <class... With> struct BatchNorm {
  static constexpr std::string_view label = "norm";
  static constexpr std::string_view path = pick<IsPath, As<"norm_{}">, With...>::path;
  static constexpr bool forgets_state = true;  // in training steps must not be batched together
  static constexpr Fault fault = PolicyKinds<IsPath>::take<With...>() ? Fault::none : Fault::policy;

  Tensor weight, bias, running_mean, running_var;  // (C)
  double eps = 1e-5;
  double momentum = 0.1;
  bool training = false;

  void compose(Composition& at) {
    weight = at.constant({at.channels}, 1);
    bias = at.constant({at.channels}, 0);
    running_mean = at.constant({at.channels}, 0);
    running_var = at.constant({at.channels}, 1);
  }
  void parameters(auto&& visit) {
    visit("weight", weight);
    visit("bias", bias);
    visit("running_mean", running_mean, Fixed{});
    visit("running_var", running_var, Fixed{});
  }
  void train(bool on) { training = on; }

  Signal operator()(Signal const& x, Moment&) const {
    return x.defined() ? by_statistics(x, training && at::GradMode::is_enabled()) : x;
  }
  Tensor operator()(Tensor const& x) const { return by_statistics(x, false); }

 private:
  Tensor by_statistics(Tensor const& x, bool of_this_batch) const {
    return batch_norm(x, weight, bias, running_mean, running_var, of_this_batch, momentum, eps);
  }
};

}  // namespace dynvision

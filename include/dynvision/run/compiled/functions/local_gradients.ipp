// By LibTorch's engine.
#pragma once
#include <dynvision/run/compiled/functions/local_gradients.hpp>

#include <ATen/core/grad_mode.h>

// LibTorch's logging has a macro of this name; whoever had one before keeps it.
#pragma push_macro("CHECK")
#include <torch/csrc/autograd/autograd.h>
#pragma pop_macro("CHECK")

namespace dynvision::run {

DYNVISION_INLINE std::vector<Tensor> local_gradients(c10::function_ref<Tensor()> f, std::vector<Tensor> const& inputs,
                                                     Tensor const& g) {
  at::AutoGradMode const graph(true);
  Tensor const y = f();
  if (!y.defined() || !y.requires_grad()) return std::vector<Tensor>(inputs.size());
  return torch::autograd::grad({y}, inputs, {g.to(y.scalar_type()).expand(y.sizes())}, std::nullopt, false, true);
}

}  // namespace dynvision::run

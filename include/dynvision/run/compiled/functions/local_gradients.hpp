// The gradients of a function that brings no adjoint: by autograd, with a graph of its own.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <ATen/core/grad_mode.h>

// LibTorch's logging has a macro of this name; whoever had one before keeps it.
#pragma push_macro("CHECK")
#include <torch/csrc/autograd/autograd.h>
#pragma pop_macro("CHECK")

#include <vector>

namespace dynvision::run {

// f(inputs) once more, with a graph of its own; the gradients of the inputs for g.  An undefined one: no gradient.
template <class F> std::vector<Tensor> local_gradients(F const& f, std::vector<Tensor> const& inputs, Tensor const& g) {
  at::AutoGradMode const graph(true);
  Tensor const y = f();
  if (!y.defined() || !y.requires_grad()) return std::vector<Tensor>(inputs.size());
  return torch::autograd::grad({y}, inputs, {g.to(y.scalar_type()).expand(y.sizes())}, std::nullopt, false, true);
}

}  // namespace dynvision::run

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
  return local_gradients_of_all([&] { return std::vector<Tensor>{f()}; }, inputs, {g});
}

DYNVISION_INLINE std::vector<Tensor> local_gradients_of_all(c10::function_ref<std::vector<Tensor>()> f,
                                                            std::vector<Tensor> const& inputs,
                                                            std::vector<Tensor> const& g) {
  at::AutoGradMode const graph(true);
  std::vector<Tensor> const all = f();
  std::vector<Tensor> results, gradients;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!all[i].defined() || !all[i].requires_grad() || !g[i].defined()) continue;
    results.push_back(all[i]);
    gradients.push_back(g[i].to(all[i].scalar_type()).expand(all[i].sizes()));
  }
  if (results.empty()) return std::vector<Tensor>(inputs.size());
  return torch::autograd::grad(results, inputs, gradients, std::nullopt, false, true);
}

}  // namespace dynvision::run

// From v to w, and back.
#pragma once
#include <dynvision/run/compiled/functions/local_gradients.hpp>
#include <dynvision/run/compiled/functions/parametrised_weight.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision::run {

DYNVISION_INLINE ParametrisedWeight::ParametrisedWeight(Weight const& kernel)
    : v_(kernel.weight), map_(kernel.map), learns_(kernel.weight.requires_grad()) {
  for (Parametrisations::Link const& link : map_.links()) {
    for (Tensor const& x : link.tensors()) {
      learns_ = learns_ || x.requires_grad();
      if (!x.requires_grad() && !x.is_inference()) fixed_.emplace_back(x, x._version());
    }
  }
}

DYNVISION_INLINE Tensor ParametrisedWeight::effective() const {
  at::AutoGradMode const no_gradient(false);
  return map_.empty() ? v_.tensor_data() : map_(v_.tensor_data());
}

DYNVISION_INLINE void ParametrisedWeight::adjoint(Tensor const& gw, GradientSums& learned) const {
  if (map_.empty()) return learned.add(learned.index(v_), gw, true);
  for (auto const& [x, version] : fixed_) {
    if (x._version() == version) continue;
    fail("run", 180,
         {"a mask, or another fixed tensor of a weight, of shape ", shape_text(x.sizes()),
          ", was changed between the run and its backward: expected it before the run"});
  }
  auto const add = [&](Tensor const& parameter, Tensor const& g) { learned.add(learned.index(parameter), g); };
  std::vector<Tensor> entering{v_.detach()};  // each f
  for (Parametrisations::Link const& link : map_.links()) entering.push_back(link(entering.back()).detach());
  Tensor g = gw.reshape(entering.back().sizes());
  for (std::size_t i = map_.links().size(); i-- > 0;) {
    Parametrisations::Link const& link = map_.links()[i];
    if (link.type->adjoint) {
      g = link.type->adjoint(link.self, g, entering[i], add);
      continue;
    }
    std::vector<Tensor> inputs{entering[i].detach().requires_grad_(true)};
    for (Tensor const& x : link.tensors()) {
      if (x.requires_grad()) inputs.push_back(x);
    }
    std::vector<Tensor> const all = local_gradients([&] { return link(inputs[0]); }, inputs, g);
    for (std::size_t k = 1; k < inputs.size(); ++k) add(inputs[k], all[k]);
    if (!all[0].defined()) return;
    g = all[0];
  }
  add(v_, g);
}

}  // namespace dynvision::run

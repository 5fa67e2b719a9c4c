// Sums by parameter.
#pragma once
#include <dynvision/run/compiled/memory/gradient_sums.hpp>

namespace dynvision::run {

DYNVISION_INLINE Tensor sum_to(Tensor const& parameter, Tensor const& g) {
  Tensor const sum = (g.scalar_type() == parameter.scalar_type() ? g : g.to(parameter.scalar_type())).sum({0});
  if (parameter.dim() == 0) return sum.sum();
  return parameter.size(1) == 1 && parameter.size(2) == 1 ? sum.sum({1, 2}, true) : sum;
}

DYNVISION_INLINE int GradientSums::index(Tensor const& x) {
  if (!x.defined() || !x.requires_grad()) return -1;
  for (std::size_t i = 0; i < tensors_.size(); ++i) {
    if (tensors_[i].is_same(x)) return static_cast<int>(i);
  }
  tensors_.push_back(x);
  gradients_.emplace_back();
  return static_cast<int>(tensors_.size()) - 1;
}

DYNVISION_INLINE void GradientSums::add(int index, Tensor const& g, bool own) {
  if (index < 0 || !g.defined()) return;
  auto const i = static_cast<std::size_t>(index);
  Tensor like = g;
  if (like.scalar_type() != tensors_[i].scalar_type()) like = like.to(tensors_[i].scalar_type()), own = true;
  if (like.sizes() != tensors_[i].sizes()) like = like.reshape(tensors_[i].sizes());
  if (gradients_[i].defined()) {
    gradients_[i].add_(like);
  } else {
    gradients_[i] = own && like.is_contiguous() ? like : like.clone(at::MemoryFormat::Contiguous);
  }
}

DYNVISION_INLINE std::vector<Tensor> GradientSums::take() {
  std::vector<Tensor> all(gradients_.size());
  all.swap(gradients_);
  return all;
}

}  // namespace dynvision::run

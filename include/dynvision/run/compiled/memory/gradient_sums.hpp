// The learned tensors of a run, and the gradients that add up during the reverse sweep.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <vector>

namespace dynvision::run {

// g (N,C,H,W), summed to the shape of a parameter (C,H,W), (C,1,1) or [].
inline Tensor sum_to(Tensor const& parameter, Tensor const& g) {
  Tensor const sum = (g.scalar_type() == parameter.scalar_type() ? g : g.to(parameter.scalar_type())).sum({0});
  if (parameter.dim() == 0) return sum.sum();
  return parameter.size(1) == 1 && parameter.size(2) == 1 ? sum.sum({1, 2}, true) : sum;
}

// In the order in which the gradients are returned.
class GradientSums {
 public:
  // The gradient of x adds up at the index that is returned; -1: x needs none.
  int index(Tensor const& x) {
    if (!x.defined() || !x.requires_grad()) return -1;
    for (std::size_t i = 0; i < tensors_.size(); ++i) {
      if (tensors_[i].is_same(x)) return static_cast<int>(i);
    }
    tensors_.push_back(x);
    gradients_.emplace_back();
    return static_cast<int>(tensors_.size()) - 1;
  }
  // `own`: nothing else refers to g.
  void add(int index, Tensor const& g, bool own = false) {
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
  std::vector<Tensor> const& tensors() const { return tensors_; }
  std::vector<Tensor> take() {
    std::vector<Tensor> all(gradients_.size());
    all.swap(gradients_);
    return all;
  }

 private:
  std::vector<Tensor> tensors_, gradients_;
};

}  // namespace dynvision::run

// A convolution during a run: its effective weight, its adjoint, and the gradient that adds up over the blocks.
//
//   y = w * x + b;   gx = w^T * gy,   gw += gy x x,   gb += sum gy
//   w = m v/|v| if weight-normalised:   gm = <gw, v>/|v|,   gv = m/|v| (gw - <gw, v> v/|v|^2)
//
// Station: run. The effective weight is made once a run, in the dtype of the computation and the layout of the signals.
// Gradients add up in the dtype of the parameters.
#pragma once
#include <dynvision/kernels/layout.hpp>
#include <dynvision/operations/kernel.hpp>

namespace dynvision::run {

// The learned tensors of a run, in the order in which its gradients are returned.
class Learned {
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
  void add(int index, Tensor const& g) {
    if (index < 0 || !g.defined()) return;
    auto const i = static_cast<std::size_t>(index);
    Tensor const like = g.to(tensors_[i].scalar_type()).reshape(tensors_[i].sizes());
    if (gradients_[i].defined()) {
      gradients_[i].add_(like);
    } else {
      gradients_[i] = like.is_same(g) ? g : like.clone();
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

class Convolution {
 public:
  Convolution(Kernel const& kernel, kernels::Layout layout, at::ScalarType dtype, Learned& learned)
      : kernel_(kernel),
        layout_(layout),
        learns_{learned.index(kernel.weight), learned.index(kernel.bias), learned.index(kernel.magnitude)} {
    Tensor const w = kernel.magnitude.defined() ? kernel.weight.detach().mul(kernel.magnitude.detach().div(norm()))
                                                : kernel.weight.detach();
    weight_ = layout.of(w.to(dtype));
    if (kernel.bias.defined()) bias_ = kernel.bias.detach().to(dtype);
  }

  Kernel const& kernel() const { return kernel_; }
  bool pointwise() const {  // commutes with resizing
    return kernel_.weight.size(2) == 1 && kernel_.weight.size(3) == 1 && kernel_.stride == 1 && kernel_.padding == 0;
  }
  bool learns() const { return learns_[0] >= 0 || learns_[1] >= 0 || learns_[2] >= 0; }
  kernels::Shape out(kernels::Shape const& in) const {
    Size const size = kernel_.out_size({in.height, in.width});
    return {kernel_.weight.size(0), size.height, size.width};
  }

  Tensor forward(Tensor const& x) const {
    return layout_.of(conv2d(x, weight_, bias_, kernel_.stride, kernel_.padding, kernel_.groups));
  }

  // gx, if it is wanted; the gradients of the parameters are added up.
  Tensor reverse(Tensor const& g, Tensor const& x, bool want_gx) {
    bool const want_weight = learns_[0] >= 0 || learns_[2] >= 0, want_bias = learns_[1] >= 0;
    if (!want_gx && !want_weight && !want_bias) return {};
    auto const [gx, gw, gb] = conv2d_backward(g, x, weight_, kernel_.stride, kernel_.padding, kernel_.groups,
                                              {want_gx, want_weight, want_bias});
    add(g_weight_, gw);
    add(g_bias_, gb);
    return want_gx ? layout_.of(gx) : gx;
  }

  // Hands the sums over, at the end of a reverse sweep.
  void finish(Learned& learned) {
    if (g_weight_.defined()) {
      if (kernel_.magnitude.defined()) {
        Tensor const v = kernel_.weight.detach(), length = norm();
        Tensor const along = g_weight_.mul(v).sum({1, 2, 3}, true).div(length);  // (Out,1,1,1)
        learned.add(learns_[2], along);
        learned.add(learns_[0], g_weight_.sub(v.mul(along.div(length))).mul(kernel_.magnitude.detach().div(length)));
      } else {
        learned.add(learns_[0], g_weight_);
      }
    }
    learned.add(learns_[1], g_bias_);
    g_weight_ = g_bias_ = Tensor{};
  }

 private:
  Tensor norm() const { return kernel_.weight.detach().norm(2, {1, 2, 3}, true); }
  void add(Tensor& sum, Tensor const& g) const {
    if (!g.defined()) return;
    if (sum.defined()) {
      sum.add_(g);
    } else {
      sum = g.to(kernel_.weight.scalar_type());
    }
  }

  Kernel kernel_;
  kernels::Layout layout_;
  std::array<int, 3> learns_;  // weight, bias, magnitude
  Tensor weight_, bias_, g_weight_{}, g_bias_{};
};

}  // namespace dynvision::run

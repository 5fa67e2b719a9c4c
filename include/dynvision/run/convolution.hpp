// A convolution during a run: its effective weight, its adjoint, and the gradient that adds up over the blocks.
//
//   y = w * x + b;   gx = w^T * gy,   gw += gy x x,   gb += sum gy
//   w = m v/|v| if weight-normalised:   gm = <gw, v>/|v|,   gv = m/|v| (gw - <gw, v> v/|v|^2)
//
// Station: run. The effective weight is made once a run, in the dtype of the computation and the layout of the signals,
// and packed for oneDNN where that takes it. Gradients add up in the dtype of the parameters; those of blocks of few
// samples wait until there are enough for one call.
#pragma once
#include <dynvision/kernels/layout.hpp>
#include <dynvision/kernels/packed_weight.hpp>
#include <dynvision/operations/kernel.hpp>

#include <optional>

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
    if (layout.channels_last && kernels::PackedWeight::packs(weight_)) {
      packed_.emplace(weight_, kernel.stride, kernel.padding, kernel.groups);
    }
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

  Tensor forward(Tensor const& x) {
    return layout_.of(packed_ ? packed_->forward(x, bias_)
                              : conv2d(x, weight_, bias_, kernel_.stride, kernel_.padding, kernel_.groups));
  }

  // gx, if it is wanted; the gradients of the parameters are added up. g and x must not change any more.
  Tensor reverse(Tensor const& g, Tensor const& x, bool want_gx) {
    Tensor gx;
    bool const apart = packed_ && kernel_.groups == 1;
    if (want_gx && apart) gx = packed_->adjoint(g, x.size(2), x.size(3));
    if (!apart || 2 * x.size(0) > enough_rows) {
      gradients(g, x, want_gx && !apart, gx);
    } else if (learns()) {
      if (waiting_rows_ + x.size(0) > enough_rows) weigh_waiting();
      waiting_g_.push_back(g), waiting_x_.push_back(x);
      waiting_rows_ += x.size(0);
    }
    return want_gx ? layout_.of(gx) : gx;
  }

  // Hands the sums over, at the end of a reverse sweep.
  void finish(Learned& learned) {
    if (waiting_rows_ > 0) weigh_waiting();
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
  // Samples for which a weight gradient is computed at the speed of the forward convolution.
  static constexpr std::int64_t enough_rows = 64;

  void gradients(Tensor const& g, Tensor const& x, bool want_gx, Tensor& gx) {
    bool const want_weight = learns_[0] >= 0 || learns_[2] >= 0, want_bias = learns_[1] >= 0;
    if (!want_gx && !want_weight && !want_bias) return;
    auto const all = conv2d_backward(g, x, weight_, kernel_.stride, kernel_.padding, kernel_.groups,
                                     {want_gx, want_weight, want_bias});
    if (want_gx) gx = all[0];
    add(g_weight_, all[1]);
    add(g_bias_, all[2]);
  }
  void weigh_waiting() {
    Tensor none;
    gradients(cat(waiting_g_, 0), cat(waiting_x_, 0), false, none);
    waiting_g_.clear(), waiting_x_.clear();
    waiting_rows_ = 0;
  }

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
  std::optional<kernels::PackedWeight> packed_{};
  std::vector<Tensor> waiting_g_{}, waiting_x_{};
  std::int64_t waiting_rows_ = 0;
};

}  // namespace dynvision::run

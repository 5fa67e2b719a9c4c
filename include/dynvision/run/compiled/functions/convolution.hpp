// A convolution during a run: its effective weight, its adjoint, and the gradient that adds up over the blocks.
//
//   y = w * x + b;   gx = w^T * gy,   gw += gy x x,   gb += sum gy
//   w = m v/|v| if weight-normalised:   gm = <gw, v>/|v|,   gv = m/|v| (gw - <gw, v> v/|v|^2)
//
// The effective weight is made once a run, in the dtype of the computation and the layout of the signals.
// Its convolution is the library's own where that is the faster one (kernels/convolution/native.hpp), or else oneDNN's, for
// which the weight is packed, or else LibTorch's. Gradients add up in the dtype of the parameters; those of small blocks
// wait until there are enough for one call.
#pragma once
#include <dynvision/concepts/weight.hpp>
#include <dynvision/kernels/convolution/native.hpp>
#include <dynvision/kernels/convolution/onednn.hpp>
#include <dynvision/kernels/convolution/plane_stencil.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/run/compiled/functions/plane_map.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>

#include <optional>

namespace dynvision::run {

class Convolution {
 public:
  Convolution(Weight const& kernel, kernels::Layout layout, at::ScalarType dtype, GradientSums& learned)
      : kernel_(kernel),
        layout_(layout),
        learns_{learned.index(kernel.weight), learned.index(kernel.bias), learned.index(kernel.magnitude)} {
    Tensor const v = kernel.weight.tensor_data();
    weight_ = kernels::in_dtype(kernel.magnitude.defined() ? v.mul(kernel.magnitude.detach().div(norm())) : v, dtype);
    if (kernel.bias.defined()) bias_ = kernels::in_dtype(kernel.bias.tensor_data(), dtype);
    if (layout.channels_last &&
        kernels::NativeConvolution::suits(weight_, kernel.stride, kernel.padding, kernel.groups)) {
      own_.emplace(weight_, kernel.stride, kernel.padding);
    } else if (layout.channels_last && kernels::OnednnConvolution::packs(weight_)) {
      packed_.emplace(weight_, kernel.stride, kernel.padding, kernel.groups);
    } else {
      weight_ = layout.of(weight_);
    }
  }

  // On the topographic plane of signals of this shape, in place of the layer.
  void put_on_plane(kernels::Shape const& shape, kernels::Engine const& engine) {
    shape_ = shape, engine_ = engine;
    weight_ = weight_.to(engine.arithmetic()).contiguous();
    own_.reset(), packed_.reset();
    plane_.emplace(plane_map(shape, static_cast<int>(weight_.size(2)), layout_));
  }

  bool pointwise() const {  // commutes with resizing
    return !plane_ && kernel_.weight.size(2) == 1 && kernel_.weight.size(3) == 1 && kernel_.stride == 1 &&
           kernel_.padding == 0;
  }
  bool learns() const { return learns_weight() || learns_[1] >= 0; }
  kernels::Shape out(kernels::Shape const& in) const {
    if (plane_) return in;
    Size const size = kernel_.out_size({in.height, in.width});
    return {kernel_.weight.size(0), size.height, size.width};
  }

  double flops(kernels::Shape const& in) const {  // of one sample and step
    auto const w = kernel_.weight.sizes();        // (Out, In/groups, K, K)
    return 2.0 * static_cast<double>(out(in).size() * w[1] * w[2] * w[3]);
  }

  Tensor forward(Tensor const& x) {
    if (plane_) return forward_on_plane(x);
    if (own_) return own_->forward(layout_.of(x), bias_);
    return layout_.of(packed_ ? packed_->forward(x, bias_)
                              : conv2d(x, weight_, bias_, kernel_.stride, kernel_.padding, kernel_.groups));
  }

  // gx, if it is wanted; the gradients of the parameters are added up. g and x must not change any more, if they are of at
  // most most_waiting_bytes. `room`: memory that gx may take, or undefined.
  static constexpr std::int64_t most_waiting_bytes = 1 << 20;
  Tensor reverse(Tensor const& g, Tensor const& x, bool want_gx, Tensor const& room = {}) {
    if (plane_) return reverse_on_plane(g, x, want_gx);
    Tensor gx;
    bool const apart = own_ || (packed_ && kernel_.groups == 1);
    if (want_gx && own_) gx = own_->adjoint(layout_.of(g), x.size(2), x.size(3), room);
    if (want_gx && apart && !own_) gx = packed_->adjoint(g, x.size(2), x.size(3));
    std::int64_t const bytes = g.numel() * g.element_size() + x.numel() * x.element_size();
    if (!apart || bytes > most_waiting_bytes) {
      gradients(layout_.of(g), layout_.of(x), want_gx && !apart, gx);
    } else if (learns()) {
      if (waiting_bytes_ + bytes > enough_bytes) weigh_waiting();
      waiting_g_.push_back(layout_.of(g)), waiting_x_.push_back(layout_.of(x));
      waiting_bytes_ += bytes;
    }
    return want_gx ? layout_.of(gx) : gx;
  }

  // Frees the packed forward weight; packed again at the next forward.
  void release_forward_weight() {
    if (own_) own_->forget_forward();
    if (packed_) packed_->forget_forward();
  }
  // Hands the sums over, when it has been reversed for the last time.
  void finish(GradientSums& learned) {
    if (own_) own_->forget_adjoint();
    if (packed_) packed_->forget_adjoint();
    if (waiting_bytes_ > 0) weigh_waiting();
    if (own_) {
      own_->hand_over([&](Tensor const& weight, Tensor const& bias) {
        add(g_weight_, weight);
        if (learns_[1] >= 0) add(g_bias_, bias);
      });
    }
    if (g_weight_.defined()) {
      if (kernel_.magnitude.defined()) {
        Tensor const v = kernel_.weight.detach(), length = norm();
        Tensor const along = g_weight_.mul(v).sum({1, 2, 3}, true).div(length);  // (Out,1,1,1)
        learned.add(learns_[2], along);
        learned.add(learns_[0], g_weight_.sub(v.mul(along.div(length))).mul(kernel_.magnitude.detach().div(length)));
      } else {
        learned.add(learns_[0], g_weight_, true);
      }
    }
    learned.add(learns_[1], g_bias_, true);
    g_weight_ = g_bias_ = Tensor{};
  }

 private:
  // What a weight gradient is computed of at about the speed of the forward convolution.
  static constexpr std::int64_t enough_bytes = 2 * most_waiting_bytes;

  bool learns_weight() const { return learns_[0] >= 0 || learns_[2] >= 0; }
  bool adds_up() const { return own_ && own_->sums() && learns_weight(); }  // gradients, by a loop of the library's own

  void gradients(Tensor const& g, Tensor const& x, bool want_gx, Tensor& gx) {
    bool const want_weight = learns_weight(), want_bias = learns_[1] >= 0;
    if (!want_gx && !want_weight && !want_bias) return;
    if (adds_up()) return own_->add({g}, {x});
    // Of the weight only its shape and layout are looked at where gx is not wanted.
    bool const as_sum = !want_gx && g_weight_.defined() && g_weight_.scalar_type() == weight_.scalar_type();
    auto const all = conv2d_backward(g, x, as_sum ? g_weight_ : weight_, kernel_.stride, kernel_.padding,
                                     kernel_.groups, {want_gx, want_weight, want_bias});
    if (want_gx) gx = all[0];
    add(g_weight_, all[1]);
    add(g_bias_, all[2]);
  }
  void weigh_waiting() {
    if (adds_up()) {
      own_->add(waiting_g_, waiting_x_);
    } else {
      Tensor none;
      gradients(cat(waiting_g_, 0), cat(waiting_x_, 0), false, none);
    }
    waiting_g_.clear(), waiting_x_.clear();
    waiting_bytes_ = 0;
  }

  Tensor forward_on_plane(Tensor const& x) const {
    Tensor const y = layout_.empty(x.size(0), shape_, x.options());
    double const b = bias_.defined() ? bias_.item<double>() : 0.0;
    kernels::ProfilerScope const mark("dynvision::plane_convolution");
    plane_->forward(engine_, weight_, b, x.const_data_ptr(), y.mutable_data_ptr(), x.size(0));
    return y;
  }
  Tensor reverse_on_plane(Tensor const& g, Tensor const& x, bool want_gx) {
    kernels::ProfilerScope const mark("dynvision::plane_convolution_backward");
    if (learns()) {
      Tensor const sums = plane_->weigh(engine_, g.const_data_ptr(), x.const_data_ptr(), x.size(0));
      add(g_weight_, sums.narrow(0, 0, weight_.numel()).view(weight_.sizes()).to(kernel_.weight.scalar_type()));
      if (bias_.defined()) add(g_bias_, sums.narrow(0, weight_.numel(), 1).to(kernel_.weight.scalar_type()));
    }
    if (!want_gx) return {};
    Tensor const gx = layout_.empty(x.size(0), shape_, x.options());
    plane_->adjoint(engine_, weight_, g.const_data_ptr(), gx.mutable_data_ptr(), x.size(0));
    return gx;
  }

  Tensor norm() const { return kernel_.weight.detach().norm(2, {1, 2, 3}, true); }
  void add(Tensor& sum, Tensor const& g) const {
    if (!g.defined()) return;
    if (sum.defined()) {
      sum.add_(g);
    } else {
      sum = kernels::in_dtype(g, kernel_.weight.scalar_type());
    }
  }

  Weight kernel_;
  kernels::Layout layout_;
  std::array<int, 3> learns_;  // weight, bias, magnitude
  Tensor weight_, bias_, g_weight_{}, g_bias_{};
  std::optional<kernels::NativeConvolution> own_{};
  std::optional<kernels::OnednnConvolution> packed_{};
  std::optional<kernels::PlaneStencil> plane_{};
  kernels::Shape shape_{};    // of signals, on the plane
  kernels::Engine engine_{};  // the same
  std::vector<Tensor> waiting_g_{}, waiting_x_{};
  std::int64_t waiting_bytes_ = 0;
};

}  // namespace dynvision::run

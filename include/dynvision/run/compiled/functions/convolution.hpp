// A convolution during a run: its effective weight, its adjoint, and the gradient that adds up over the blocks.
//
//   y = w * x + b;   gx = w^T * gy,   gw += gy x x,   gb += sum gy
//   w = f(v) with parametrisations: w is made once a run, in the dtype of the computation and the layout of the signals, and
//   f is differentiated once, for the sum of gw (functions/parametrised_weight.hpp).
//
// A kernel of one place meets an image of one place as a matrix product, y = x W^T + b; maps of groups of channels as one each, by
// loops of the library's own where these can run (kernels/convolution/group_product.hpp). Otherwise
// its convolution is the library's own where that is the faster one (kernels/convolution/native.hpp), or else oneDNN's, for
// which the weight is packed, or else LibTorch's. Gradients add up in the dtype of the parameters; those of small blocks
// wait until there are enough for one call.
#pragma once
#include <dynvision/concepts/weight.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/convolution/group_product.hpp>
#include <dynvision/kernels/convolution/native.hpp>
#include <dynvision/kernels/convolution/onednn.hpp>
#include <dynvision/kernels/convolution/plane_stencil.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/run/compiled/functions/parametrised_weight.hpp>
#include <dynvision/run/compiled/memory/gradient_sums.hpp>

#include <memory>
#include <optional>

namespace dynvision::run {

class Convolution {
 public:
  Convolution(Weight const& kernel, kernels::Layout layout, at::ScalarType dtype, GradientSums& learned);

  // On the topographic plane of signals of this shape, in place of the layer.
  void put_on_plane(kernels::Shape const& shape, kernels::Engine const& engine);

  bool pointwise() const;  // commutes with resizing
  bool learns() const { return learns_weight_ || learns_bias_; }
  kernels::Shape out(kernels::Shape const& in) const;

  double flops(kernels::Shape const& in) const;  // of one sample and step

  Tensor forward(Tensor const& x);

  // gx, if it is wanted; the gradients of the parameters are added up. g and x must not change any more, if they are of at
  // most most_waiting_bytes. `room`: memory that gx may take, or undefined.
  static constexpr std::int64_t most_waiting_bytes = 1 << 19;
  Tensor reverse(Tensor const& g, Tensor const& x, bool want_gx, Tensor const& room = {});

  // Frees the packed forward weight; packed again at the next forward.
  void release_forward_weight();
  // Hands the sums over, when it has been reversed for the last time.
  void finish(GradientSums& learned);

 private:
  // What a weight gradient is computed of at about the speed of the forward convolution.
  static constexpr std::int64_t enough_bytes = 2 * most_waiting_bytes;
  // Of many groups: their sums are then gone through once for so much, not once for every block.
  static constexpr std::int64_t enough_bytes_of_groups = 1 << 24;

  bool learns_weight() const { return learns_weight_; }
  bool adds_up() const { return own_ && own_->sums() && learns_weight(); }  // gradients, by a loop of the library's own

  // A kernel of one place and a signal (n,C,1,1).
  bool is_product(Tensor const& x) const { return matrix_.defined() && x.size(2) == 1 && x.size(3) == 1; }
  Tensor matrices() const { return matrix_.view({kernel_.groups, -1, matrix_.size(1)}); }  // one of each group
  Tensor signal_of(Tensor const& rows) const;                                              // (n,C) as (n,C,1,1)
  void gradients_of_product(Tensor const& g, Tensor const& x);
  void gradients_of_groups(Tensor const& g, Tensor const& x);
  Tensor product(Tensor const& rows);
  Tensor product_adjoint(Tensor const& rows);

  void gradients(Tensor const& g, Tensor const& x, bool want_gx, Tensor& gx);
  void weigh_waiting();

  Tensor forward_on_plane(Tensor const& x) const;
  Tensor reverse_on_plane(Tensor const& g, Tensor const& x, bool want_gx);
  struct Plane {  // by addresses, so that a program whose models have none does without its loops
    std::shared_ptr<kernels::PlaneStencil const> stencil{};
    Tensor (Convolution::*forward)(Tensor const& x) const = nullptr;
    Tensor (Convolution::*reverse)(Tensor const& g, Tensor const& x, bool want_gx) = nullptr;
  };

  void add(Tensor& sum, Tensor const& g) const;

  ParametrisedWeight of_;
  Weight kernel_;
  kernels::Layout layout_;
  bool learns_weight_, learns_bias_;
  Tensor weight_, matrix_{}, bias_, g_weight_{}, g_bias_{};
  std::optional<kernels::NativeConvolution> own_{};
  std::optional<kernels::OnednnConvolution> packed_{};
  std::optional<kernels::GroupProduct> groups_{};
  Plane plane_{};
  kernels::Shape shape_{};    // of signals, on the plane
  kernels::Engine engine_{};  // the same
  std::vector<Tensor> waiting_g_{}, waiting_x_{};
  std::int64_t waiting_bytes_ = 0;
};

}  // namespace dynvision::run

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/run/compiled/functions/convolution.ipp>
#endif

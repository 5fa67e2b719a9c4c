// A convolution, its adjoint, and its sums.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/run/compiled/functions/convolution.hpp>
#include <dynvision/run/compiled/functions/plane_map.hpp>

namespace dynvision::run {

// A signal (n,C,1,1) as (n,C).
DYNVISION_INLINE Tensor rows_of_signal(Tensor const& x) {
  std::array<std::int64_t, 2> const sizes{x.size(0), x.size(1)}, strides{x.stride(0), x.stride(1)};
  return kernels::view_of(x, sizes, strides, x.storage_offset());
}

DYNVISION_INLINE Convolution::Convolution(Weight const& kernel, kernels::Layout layout, at::ScalarType dtype,
                                          GradientSums& learned)
    : of_(kernel),
      kernel_(kernel),
      layout_(layout),
      learns_weight_(of_.learns()),
      learns_bias_(learned.index(kernel.bias) >= 0) {
  Tensor const effective = of_.effective();
  weight_ = kernels::in_dtype(effective, dtype).view(kernel.sizes());
  bool const of_one_place = weight_.size(2) == 1 && weight_.size(3) == 1, of_groups = effective.dim() == 3;
  if (of_one_place && kernel.padding == 0 && (kernel.groups == 1 || of_groups)) {
    matrix_ = weight_.flatten(1);  // (Out,In/groups)
  }
  constexpr std::int64_t few = 1 << 15;  // numbers of a weight: of larger ones LibTorch's product is the faster one
  bool const by_loops = kernel.groups > 1 || weight_.numel() <= few;
  if (matrix_.defined() && by_loops && kernels::GroupProduct::suits(weight_)) groups_.emplace(matrices());
  if (kernel.bias.defined()) bias_ = kernels::in_dtype(kernel.bias.tensor_data(), dtype).flatten();
  if (of_groups) {
    weight_ = layout.of(weight_);
  } else if (layout.channels_last &&
             kernels::NativeConvolution::suits(weight_, kernel.stride, kernel.padding, kernel.groups)) {
    own_.emplace(weight_, kernel.stride, kernel.padding);
  } else if (layout.channels_last && kernels::OnednnConvolution::packs(weight_)) {
    packed_.emplace(weight_, kernel.stride, kernel.padding, kernel.groups);
  } else {
    weight_ = layout.of(weight_);
  }
}

DYNVISION_INLINE void Convolution::put_on_plane(kernels::Shape const& shape, kernels::Engine const& engine) {
  shape_ = shape, engine_ = engine;
  weight_ = weight_.to(engine.arithmetic()).contiguous();
  own_.reset(), packed_.reset();
  auto const map = plane_map(shape, static_cast<int>(weight_.size(2)), layout_);
  plane_ = {std::make_shared<kernels::PlaneStencil>(map), &Convolution::forward_on_plane,
            &Convolution::reverse_on_plane};
}

DYNVISION_INLINE bool Convolution::pointwise() const {
  return !plane_.stencil && weight_.size(2) == 1 && weight_.size(3) == 1 && kernel_.stride == 1 && kernel_.padding == 0;
}

DYNVISION_INLINE kernels::Shape Convolution::out(kernels::Shape const& in) const {
  if (plane_.stencil) return in;
  Size const size = kernel_.out_size({in.height, in.width});
  return {weight_.size(0), size.height, size.width};
}

DYNVISION_INLINE double Convolution::flops(kernels::Shape const& in) const {
  auto const w = weight_.sizes();  // (Out, In/groups, K, K)
  return 2.0 * static_cast<double>(out(in).size() * w[1] * w[2] * w[3]);
}

DYNVISION_INLINE Tensor Convolution::forward(Tensor const& x) {
  if (plane_.stencil) return (this->*plane_.forward)(x);
  if (is_product(x)) {
    return signal_of(product(rows_of_signal(x)));
  }
  if (own_) return own_->forward(layout_.of(x), bias_);
  return layout_.of(packed_ ? packed_->forward(x, bias_)
                            : conv2d(x, weight_, bias_, kernel_.stride, kernel_.padding, kernel_.groups));
}

DYNVISION_INLINE Tensor Convolution::reverse(Tensor const& g, Tensor const& x, bool want_gx, Tensor const& room) {
  if (plane_.stencil) return (this->*plane_.reverse)(g, x, want_gx);
  Tensor gx;
  bool const is_matrix = is_product(x), apart = is_matrix || own_ || (packed_ && kernel_.groups == 1);
  if (want_gx && is_matrix) {
    gx = signal_of(product_adjoint(rows_of_signal(g)));
  } else if (want_gx && own_) {
    gx = own_->adjoint(layout_.of(g), x.size(2), x.size(3), room);
  } else if (want_gx && apart) {
    gx = packed_->adjoint(g, x.size(2), x.size(3));
  }
  std::int64_t const bytes = g.numel() * g.element_size() + x.numel() * x.element_size();
  bool const waits_long = is_matrix && kernel_.groups > 1 && groups_ && learns_weight();
  if (!apart || (bytes > most_waiting_bytes && !waits_long)) {
    gradients(layout_.of(g), layout_.of(x), want_gx && !apart, gx);
  } else if (learns()) {
    if (waiting_bytes_ > 0 && waiting_bytes_ + bytes > (waits_long ? enough_bytes_of_groups : enough_bytes))
      weigh_waiting();
    waiting_g_.push_back(layout_.of(g)), waiting_x_.push_back(layout_.of(x));
    waiting_bytes_ += bytes;
  }
  return want_gx ? layout_.of(gx) : gx;
}

DYNVISION_INLINE void Convolution::release_forward_weight() {
  if (own_) own_->forget_forward();
  if (packed_) packed_->forget_forward();
  if (groups_) groups_->forget_forward();
}

DYNVISION_INLINE void Convolution::finish(GradientSums& learned) {
  if (own_) own_->forget_adjoint();
  if (packed_) packed_->forget_adjoint();
  if (groups_) groups_->forget_adjoint();
  if (waiting_bytes_ > 0) weigh_waiting();
  if (own_) {
    kernels::NativeConvolution::Gradients const sums = own_->take();
    add(g_weight_, sums.weight);
    if (learns_bias_) add(g_bias_, sums.bias);
  }
  if (groups_) {
    kernels::GroupProduct::Gradients const sums = groups_->take();
    if (sums.weight.defined()) add(g_weight_, sums.weight.view(weight_.sizes()));
    if (learns_bias_ && sums.bias.defined()) add(g_bias_, sums.bias.flatten());
  }
  if (g_weight_.defined()) of_.adjoint(g_weight_, learned);
  learned.add(learned.index(kernel_.bias), g_bias_, true);
  g_weight_ = g_bias_ = Tensor{};
}

DYNVISION_INLINE void Convolution::gradients(Tensor const& g, Tensor const& x, bool want_gx, Tensor& gx) {
  bool const want_weight = learns_weight_, want_bias = learns_bias_;
  if (!want_gx && !want_weight && !want_bias) return;
  if (is_product(x)) return gradients_of_product(g, x);
  if (adds_up()) return own_->add({g}, {x});
  // Of the weight only its shape and layout are looked at where gx is not wanted.
  bool const as_sum = !want_gx && g_weight_.defined() && g_weight_.scalar_type() == weight_.scalar_type();
  auto const all = conv2d_backward(g, x, as_sum ? g_weight_ : weight_, kernel_.stride, kernel_.padding, kernel_.groups,
                                   {want_gx, want_weight, want_bias});
  if (want_gx) gx = all[0];
  add(g_weight_, all[1]);
  add(g_bias_, all[2]);
}

DYNVISION_INLINE Tensor Convolution::signal_of(Tensor const& rows) const {
  std::array<std::int64_t, 4> const sizes{rows.size(0), rows.size(1), 1, 1};
  std::array<std::int64_t, 4> const strides{rows.size(1), 1, layout_.channels_last ? rows.size(1) : 1,
                                            layout_.channels_last ? rows.size(1) : 1};
  return kernels::view_of(rows, sizes, strides, rows.storage_offset());
}

DYNVISION_INLINE Tensor Convolution::product(Tensor const& rows) {
  if (groups_) return groups_->forward(rows.contiguous(), bias_);
  if (kernel_.groups > 1) return linear_of_groups(rows, matrices(), bias_);
  std::array<std::int64_t, 2> const sizes{matrix_.size(1), matrix_.size(0)},
      strides{matrix_.stride(1), matrix_.stride(0)};
  Tensor const transposed = kernels::view_of(matrix_, sizes, strides, matrix_.storage_offset());
  return bias_.defined() ? bias_.addmm(rows, transposed) : rows.mm(transposed);  // linear() is five calls
}

DYNVISION_INLINE Tensor Convolution::product_adjoint(Tensor const& rows) {
  if (groups_) return groups_->adjoint(rows.contiguous());
  return kernel_.groups == 1 ? rows.mm(matrix_) : linear_of_groups(rows, matrices().transpose(1, 2), {});
}

DYNVISION_INLINE void Convolution::gradients_of_product(Tensor const& g, Tensor const& x) {
  Tensor const g_rows = rows_of_signal(g), x_rows = rows_of_signal(x);
  if (groups_ && learns_weight_) return groups_->add({g_rows.contiguous()}, {x_rows.contiguous()});
  if (learns_bias_) add(g_bias_, g_rows.sum({0}));
  if (!learns_weight_) return;
  if (kernel_.groups > 1) return gradients_of_groups(g_rows, x_rows);
  if (g_weight_.defined() && g_weight_.scalar_type() == g.scalar_type()) {
    g_weight_.flatten(1).addmm_(g_rows.t(), x_rows);
  } else {
    add(g_weight_, g_rows.t().mm(x_rows).view(weight_.sizes()));
  }
}

DYNVISION_INLINE void Convolution::gradients_of_groups(Tensor const& g, Tensor const& x) {
  std::int64_t const n = g.size(0), groups = kernel_.groups;
  Tensor const of_g = g.reshape({n, groups, -1}).permute({1, 2, 0});  // (G,Out,n)
  Tensor const of_x = x.reshape({n, groups, -1}).transpose(0, 1);     // (G,n,In)
  if (g_weight_.defined() && g_weight_.scalar_type() == g.scalar_type()) {
    g_weight_.view({groups, -1, matrix_.size(1)}).baddbmm_(of_g, of_x);
  } else {
    add(g_weight_, of_g.bmm(of_x).view(weight_.sizes()));
  }
}

DYNVISION_INLINE void Convolution::weigh_waiting() {
  if (groups_ && learns_weight() && is_product(waiting_x_[0])) {
    std::vector<Tensor> g, x;
    for (Tensor const& one : waiting_g_) g.push_back(rows_of_signal(one).contiguous());
    for (Tensor const& one : waiting_x_) x.push_back(rows_of_signal(one).contiguous());
    groups_->add(g, x);
  } else if (adds_up() && !is_product(waiting_x_[0])) {
    own_->add(waiting_g_, waiting_x_);
  } else {
    Tensor none;
    gradients(cat(waiting_g_, 0), cat(waiting_x_, 0), false, none);
  }
  waiting_g_.clear(), waiting_x_.clear();
  waiting_bytes_ = 0;
}

DYNVISION_INLINE Tensor Convolution::forward_on_plane(Tensor const& x) const {
  Tensor const y = layout_.empty(x.size(0), shape_, x.options());
  double const b = bias_.defined() ? bias_.item<double>() : 0.0;
  kernels::ProfilerScope const mark("dynvision::plane_convolution");
  plane_.stencil->forward(engine_, weight_, b, x.const_data_ptr(), y.mutable_data_ptr(), x.size(0));
  return y;
}

DYNVISION_INLINE Tensor Convolution::reverse_on_plane(Tensor const& g, Tensor const& x, bool want_gx) {
  kernels::ProfilerScope const mark("dynvision::plane_convolution_backward");
  if (learns()) {
    Tensor const sums = plane_.stencil->weigh(engine_, g.const_data_ptr(), x.const_data_ptr(), x.size(0));
    add(g_weight_, sums.narrow(0, 0, weight_.numel()).view(weight_.sizes()).to(kernel_.weight.scalar_type()));
    if (bias_.defined()) add(g_bias_, sums.narrow(0, weight_.numel(), 1).to(kernel_.weight.scalar_type()));
  }
  if (!want_gx) return {};
  Tensor const gx = layout_.empty(x.size(0), shape_, x.options());
  plane_.stencil->adjoint(engine_, weight_, g.const_data_ptr(), gx.mutable_data_ptr(), x.size(0));
  return gx;
}

DYNVISION_INLINE void Convolution::add(Tensor& sum, Tensor const& g) const {
  if (!g.defined()) return;
  if (sum.defined()) {
    sum.add_(g);
  } else {
    sum = kernels::in_dtype(g, kernel_.weight.scalar_type());
  }
}

}  // namespace dynvision::run

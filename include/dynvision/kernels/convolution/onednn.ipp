// oneDNN's operators as LibTorch has them, by their names.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/convolution/onednn.hpp>

// LibTorch's logging has a macro of this name; whoever had one before keeps it.
#pragma push_macro("CHECK")
#include <ATen/core/dispatch/Dispatcher.h>
#pragma pop_macro("CHECK")
#include <ATen/ops/mkldnn_reorder_conv2d_weight_ops.h>
#include <ATen/ops/to_mkldnn_ops.h>

#include <string_view>

namespace dynvision::kernels {

namespace onednn {
using Numbers = c10::IntArrayRef;
using Scalars = c10::List<std::optional<at::Scalar>>;
using Text = std::string_view;
using Convolve = Tensor(Tensor const&, Tensor const&, std::optional<Tensor> const&, Numbers, Numbers, Numbers,
                        std::int64_t, Text, Scalars, std::optional<Text>);
using ConvolveTransposed = Tensor(Tensor const&, Tensor const&, std::optional<Tensor> const&, Numbers, Numbers, Numbers,
                                  Numbers, std::int64_t, Text, Scalars, std::optional<Text>);
using ReorderTransposed = Tensor(Tensor const&, Numbers, Numbers, Numbers, Numbers, std::int64_t,
                                 c10::OptionalArrayRef<std::int64_t>);

// Operators of LibTorch that have no declaration; absent in a build without oneDNN.
template <class Signature> std::optional<c10::TypedOperatorHandle<Signature>> find(char const* name) {
  auto const found = c10::Dispatcher::singleton().findSchema({name, ""});
  if (!found) return std::nullopt;
  return found->typed<Signature>();
}
inline auto const& convolve() {
  static auto const op = find<Convolve>("mkldnn::_convolution_pointwise");
  return op;
}
inline auto const& convolve_transposed() {
  static auto const op = find<ConvolveTransposed>("mkldnn::_convolution_transpose_pointwise");
  return op;
}
inline auto const& reorder_transposed() {
  static auto const op = find<ReorderTransposed>("mkldnn::_reorder_convolution_transpose_weight");
  return op;
}
inline Scalars const& no_scalars() {
  static Scalars const none;
  return none;
}
inline bool takes_bfloat16() {
  static auto const op = find<bool()>("mkldnn::_is_mkldnn_bf16_supported");
  return op && op->call();
}
}  // namespace onednn

DYNVISION_INLINE bool OnednnConvolution::packs(Tensor const& weight) {
  if (!weight.is_cpu() || !onednn::convolve() || !onednn::convolve_transposed() || !onednn::reorder_transposed()) {
    return false;
  }
  return weight.scalar_type() == at::kFloat || (weight.scalar_type() == at::kBFloat16 && onednn::takes_bfloat16());
}

DYNVISION_INLINE Tensor OnednnConvolution::forward(Tensor const& x, Tensor const& bias) {
  if (!forward_.defined()) {
    Tensor const opaque = at::_ops::to_mkldnn::call(weight_, std::nullopt);
    forward_ = at::_ops::mkldnn_reorder_conv2d_weight::call(opaque, symbolic(padding_), symbolic(stride_),
                                                            symbolic(one_), groups_, symbolic(x.sizes()));
  }
  return onednn::convolve()->call(x, forward_, optional_tensor(bias), padding_, stride_, one_, groups_, "none",
                                  onednn::no_scalars(), "");
}

DYNVISION_INLINE Tensor OnednnConvolution::adjoint(Tensor const& g, std::int64_t height, std::int64_t width) {
  std::int64_t const missing[] = {height - covered(g.size(2), 2), width - covered(g.size(3), 3)};
  if (!adjoint_.defined()) {
    adjoint_ = onednn::reorder_transposed()->call(weight_, padding_, missing, stride_, one_, groups_, g.sizes());
  }
  return onednn::convolve_transposed()->call(g, adjoint_, std::nullopt, padding_, missing, stride_, one_, groups_,
                                             "none", onednn::no_scalars(), "");
}

DYNVISION_INLINE std::int64_t OnednnConvolution::covered(std::int64_t size, std::int64_t axis) const {
  return (size - 1) * stride_[0] - 2 * padding_[0] + weight_.size(axis);
}

}  // namespace dynvision::kernels

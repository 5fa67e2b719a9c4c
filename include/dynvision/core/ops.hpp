// The ATen functions that the library calls, one line each: the only place that includes ATen operators.
//
// Methods of Tensor (x.relu(), x.add(y)) come with core/tensor.hpp; here are the free functions. Everything goes
// through the dispatcher, so it is differentiated by autograd and runs on any device.
//
// Those that ATen has under the same name are templates without a parameter of use: where <torch/torch.h> is included
// and both would do, the function that is no template is preferred, so the call is not ambiguous.
#pragma once
#include <dynvision/core/host_numbers.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/size.hpp>
#include <dynvision/core/tensor.hpp>

#include <ATen/core/Tensor.h>
#include <ATen/ops/adaptive_avg_pool2d_ops.h>
#include <ATen/ops/avg_pool2d_ops.h>
#include <ATen/ops/batch_norm_ops.h>
#include <ATen/ops/concatenate_ops.h>
#include <ATen/ops/conv2d_ops.h>
#include <ATen/ops/convolution_backward_ops.h>
#include <ATen/ops/dropout_ops.h>
#include <ATen/ops/full_ops.h>
#include <ATen/ops/group_norm_ops.h>
#include <ATen/ops/linear_ops.h>
#include <ATen/ops/max_pool2d_ops.h>
#include <ATen/ops/randn_ops.h>
#include <ATen/ops/stack_ops.h>
#include <ATen/ops/unbind_ops.h>
#include <ATen/ops/upsample_nearest2d_backward_ops.h>
#include <ATen/ops/upsample_nearest2d_ops.h>

#include <array>
#include <initializer_list>
#include <optional>
#include <vector>

namespace dynvision {

// The same numbers, as operators take them: a view.
inline c10::SymIntArrayRef symbolic(at::IntArrayRef sizes) { return c10::fromIntArrayRefUnchecked(sizes); }

inline std::optional<Tensor> optional_tensor(Tensor const& x) { return x.defined() ? std::optional(x) : std::nullopt; }

template <class = void> Tensor full(at::IntArrayRef sizes, double value, at::TensorOptions options = {}) {
  return at::_ops::full::call(symbolic(sizes), value,
                              options.dtype_opt() ? at::typeMetaToScalarType(options.dtype()) : at::kFloat,
                              options.layout_opt(), options.device_opt(), options.pinned_memory_opt());
}
template <class = void> Tensor zeros(at::IntArrayRef sizes, at::TensorOptions options = {}) {
  return full(sizes, 0.0, options);
}
template <class = void> Tensor ones(at::IntArrayRef sizes, at::TensorOptions options = {}) {
  return full(sizes, 1.0, options);
}

template <class = void> Tensor randn(at::IntArrayRef sizes, at::TensorOptions options = {}) {
  return at::_ops::randn::call(symbolic(sizes), c10::optTypeMetaToScalarType(options.dtype_opt()), options.layout_opt(),
                               options.device_opt(), options.pinned_memory_opt());
}

Tensor stack_along(std::vector<Tensor> const& tensors, std::int64_t axis);
template <class = void> Tensor cat(std::vector<Tensor> const& tensors, std::int64_t axis) {
  return at::_ops::concatenate::call(tensors, axis);
}

inline std::vector<Tensor> unbind(Tensor const& x, std::int64_t axis) { return at::_ops::unbind_int::call(x, axis); }

// 1-D index tensor from host numbers, on the device of `like`.
Tensor indices(std::vector<std::int64_t> const& values, Tensor const& like);

// x (B,In,H,W), weight (Out,In/groups,K,K), zero padding
template <class = void>
Tensor conv2d(Tensor const& x, Tensor const& weight, Tensor const& bias, std::int64_t stride, std::int64_t padding,
              std::int64_t groups = 1) {
  std::int64_t const dilation = 1;
  return at::_ops::conv2d::call(x, weight, optional_tensor(bias), symbolic(stride), symbolic(padding),
                                symbolic(dilation), groups);
}

// Gradients of conv2d with respect to x, weight and bias; those that are not `wanted` are undefined.
std::array<Tensor, 3> conv2d_backward(Tensor const& g, Tensor const& x, Tensor const& weight, std::int64_t stride,
                                      std::int64_t padding, std::int64_t groups, std::array<bool, 3> wanted);

// x (B,C,H,W), n indices each: (B,n), the numbers at (channel, row, column).
Tensor units_of(Tensor const& x, Tensor const& channels, Tensor const& rows, Tensor const& columns);

template <class = void> Tensor linear(Tensor const& x, Tensor const& weight, Tensor const& bias) {
  return at::_ops::linear::call(x, weight, optional_tensor(bias));
}

// Groups of columns, each with a matrix of its own: x (n,G In), weight (G,Out,In), bias of G Out numbers or none: (n,G Out).
Tensor linear_of_groups(Tensor const& x, Tensor const& weight, Tensor const& bias);

template <class = void>
Tensor max_pool2d(Tensor const& x, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  return at::_ops::max_pool2d::call(x, {&kernel, 1}, {&stride, 1}, {&padding, 1}, 1, false);
}

template <class = void>
Tensor avg_pool2d(Tensor const& x, std::int64_t kernel, std::int64_t stride, std::int64_t padding) {
  // LibTorch 2.11's gradient of channels-last signals of a GPU is wrong where there is padding (pytorch issue 188344).
  Tensor const safe = x.is_cpu() || padding == 0 ? x : x.contiguous();
  return at::_ops::avg_pool2d::call(safe, {&kernel, 1}, {&stride, 1}, {&padding, 1}, false, true, std::nullopt);
}

// Means over cells that cover the image evenly: height x width of them.
template <class = void> Tensor adaptive_avg_pool2d(Tensor const& x, std::int64_t height, std::int64_t width) {
  std::int64_t const size[] = {height, width};
  return at::_ops::adaptive_avg_pool2d::call(x, symbolic(size));
}

template <class = void>
Tensor group_norm(Tensor const& x, std::int64_t groups, Tensor const& weight, Tensor const& bias, double eps) {
  return at::_ops::group_norm::call(x, groups, optional_tensor(weight), optional_tensor(bias), eps, true);
}

// Where `training`, by the statistics of this batch; mean and var then move towards them by `momentum`, in place.
template <class = void>
Tensor batch_norm(Tensor const& x, Tensor const& weight, Tensor const& bias, Tensor const& mean, Tensor const& var,
                  bool training, double momentum, double eps) {
  return at::_ops::batch_norm::call(x, weight, bias, mean, var, training, momentum, eps, true);
}

template <class = void> Tensor dropout(Tensor const& x, double probability, bool training) {
  return at::_ops::dropout::call(x, probability, training);
}

// Nearest neighbour: source index = min(floor(i * ratio), n - 1). ratio = n_in/n_out, or 1/scale where one is given.
Tensor nearest(Tensor const& x, std::int64_t height, std::int64_t width, std::optional<double> scale = std::nullopt);
inline Tensor nearest(Tensor const& x, Size to) { return nearest(x, to.height, to.width); }
// The gradient of what was resized, from (n,C,height,width).
Tensor nearest_backward(Tensor const& g, std::int64_t height, std::int64_t width);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/core/ops.ipp>
#endif

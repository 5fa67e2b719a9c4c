// Calls of LibTorch.
#pragma once
#include <dynvision/core/ops.hpp>

#include <ATen/core/List.h>
#include <ATen/ops/index_ops.h>

namespace dynvision {

DYNVISION_INLINE Tensor stack_along(std::vector<Tensor> const& tensors, std::int64_t axis) {
  return at::_ops::stack::call(tensors, axis);
}

DYNVISION_INLINE Tensor indices(std::vector<std::int64_t> const& values, Tensor const& like) {
  Tensor host = full({static_cast<std::int64_t>(values.size())}, 0.0, at::TensorOptions(at::kLong));
  std::copy(values.begin(), values.end(), host.mutable_data_ptr<std::int64_t>());
  return on_device(like.device(), host);
}

DYNVISION_INLINE Tensor linear_of_groups(Tensor const& x, Tensor const& weight, Tensor const& bias) {
  std::int64_t const n = x.size(0), groups = weight.size(0), out = weight.size(1);
  Tensor const y = x.reshape({n, groups, weight.size(2)}).transpose(0, 1).bmm(weight.transpose(1, 2));  // (G,n,Out)
  Tensor const of_rows = y.transpose(0, 1).reshape({n, groups * out});
  return bias.defined() ? of_rows.add_(bias.flatten()) : of_rows;
}

DYNVISION_INLINE std::array<Tensor, 3> conv2d_backward(Tensor const& g, Tensor const& x, Tensor const& weight,
                                                       std::int64_t stride, std::int64_t padding, std::int64_t groups,
                                                       std::array<bool, 3> wanted) {
  std::int64_t const s[] = {stride, stride}, p[] = {padding, padding}, one[] = {1, 1}, none[] = {0, 0};
  auto [gx, gw, gb] =
      at::_ops::convolution_backward::call(g, x, weight, symbolic(weight.size(0)), symbolic(s), symbolic(p),
                                           symbolic(one), false, symbolic(none), groups, wanted);
  return {gx, gw, gb};
}

DYNVISION_INLINE Tensor units_of(Tensor const& x, Tensor const& channels, Tensor const& rows, Tensor const& columns) {
  c10::List<std::optional<Tensor>> at;
  at.push_back(std::nullopt), at.push_back(channels), at.push_back(rows), at.push_back(columns);
  return at::_ops::index_Tensor::call(x, at);
}

[[gnu::noinline]] DYNVISION_INLINE Tensor nearest(Tensor const& x, std::int64_t height, std::int64_t width,
                                                  std::optional<double> scale) {
  if (x.size(-2) == height && x.size(-1) == width) return x;
  std::int64_t const size[] = {height, width};
  return at::_ops::upsample_nearest2d::call(x, symbolic(size), scale, scale);
}

DYNVISION_INLINE Tensor nearest_backward(Tensor const& g, std::int64_t height, std::int64_t width) {
  std::int64_t const from[] = {g.size(2), g.size(3)}, to[] = {g.size(0), g.size(1), height, width};
  return at::_ops::upsample_nearest2d_backward::call(g, symbolic(from), symbolic(to), std::nullopt, std::nullopt);
}

}  // namespace dynvision

// The functions of numbers as operations of LibTorch.
#pragma once
#include <dynvision/kernels/number/tensor_number.hpp>

#include <ATen/ops/from_blob.h>

namespace dynvision::kernels {

DYNVISION_INLINE TensorNumber operator+(TensorNumber const& a, TensorNumber const& b) { return {a.x.add(b.x)}; }
DYNVISION_INLINE TensorNumber operator-(TensorNumber const& a, TensorNumber const& b) { return {a.x.sub(b.x)}; }
DYNVISION_INLINE TensorNumber operator*(TensorNumber const& a, TensorNumber const& b) { return {a.x.mul(b.x)}; }
DYNVISION_INLINE TensorNumber operator/(TensorNumber const& a, TensorNumber const& b) { return {a.x.div(b.x)}; }
DYNVISION_INLINE TensorNumber operator+(TensorNumber const& a, double b) { return {a.x.add(b)}; }
DYNVISION_INLINE TensorNumber operator-(TensorNumber const& a, double b) { return {a.x.sub(b)}; }
DYNVISION_INLINE TensorNumber operator*(TensorNumber const& a, double b) { return {a.x.mul(b)}; }
DYNVISION_INLINE TensorNumber operator/(TensorNumber const& a, double b) { return {a.x.div(b)}; }
DYNVISION_INLINE TensorNumber operator+(double a, TensorNumber const& b) { return {b.x.add(a)}; }
DYNVISION_INLINE TensorNumber operator-(double a, TensorNumber const& b) { return {b.x.neg().add(a)}; }
DYNVISION_INLINE TensorNumber operator*(double a, TensorNumber const& b) { return {b.x.mul(a)}; }
DYNVISION_INLINE TensorNumber operator/(double a, TensorNumber const& b) { return {b.x.reciprocal().mul(a)}; }

DYNVISION_INLINE TensorNumber zero_like(TensorNumber const& x) { return {x.x.new_zeros({})}; }
DYNVISION_INLINE TensorNumber where_above(TensorNumber const& a, double limit, TensorNumber const& x) {
  return {x.x.expand_as(a.x).masked_fill(a.x.le(limit), 0)};
}
DYNVISION_INLINE TensorNumber rectified(TensorNumber const& x) { return {x.x.relu()}; }
DYNVISION_INLINE TensorNumber magnitude(TensorNumber const& x) { return {x.x.abs()}; }
DYNVISION_INLINE TensorNumber clamped(TensorNumber const& x, double low, double high) { return {x.x.clamp(low, high)}; }
DYNVISION_INLINE TensorNumber with_sign_of(TensorNumber const& x, TensorNumber const& s) {
  return {x.x.where(s.x.gt(0), x.x.neg().where(s.x.lt(0), s.x))};
}
DYNVISION_INLINE TensorNumber hyperbolic_tangent(TensorNumber const& x) { return {x.x.tanh()}; }
DYNVISION_INLINE TensorNumber exponential(TensorNumber const& x) { return {x.x.exp()}; }
DYNVISION_INLINE TensorNumber logarithm(TensorNumber const& x) { return {x.x.log()}; }
DYNVISION_INLINE TensorNumber power(TensorNumber const& x, double n) { return {x.x.pow(n)}; }

DYNVISION_INLINE Tensor tensor_at(void const* first, at::IntArrayRef sizes, at::IntArrayRef strides,
                                  at::ScalarType dtype, at::Device device) {
  return at::for_blob(const_cast<void*>(first), sizes)
      .strides(strides)
      .options(at::TensorOptions(dtype).device(device))
      .target_device(device)
      .make_tensor();
}
DYNVISION_INLINE Tensor signal_at(Engine const& engine, void const* first, std::int64_t n, Shape const& shape,
                                  Layout layout, at::ScalarType dtype) {
  auto const [C, H, W] = shape;
  std::int64_t const last[] = {C * H * W, 1, W * C, C}, first_strides[] = {C * H * W, H * W, W, 1};
  return tensor_at(first, {n, C, H, W}, layout.channels_last ? last : first_strides, dtype, engine.device);
}

}  // namespace dynvision::kernels

// TensorNumber: a signal as one number of kernels/number/numbers.hpp, so that a functor is a row of LibTorch's operations.
//
// This is how a pipeline is computed where there is no loop of one's own: on any device.
#pragma once
#include <dynvision/core/tensor.hpp>
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/device/layout.hpp>

#include <ATen/ops/from_blob.h>

namespace dynvision::kernels {

class TensorNumber {
 public:
  Tensor x;
};

[[gnu::noinline]] inline TensorNumber operator+(TensorNumber const& a, TensorNumber const& b) { return {a.x.add(b.x)}; }
[[gnu::noinline]] inline TensorNumber operator-(TensorNumber const& a, TensorNumber const& b) { return {a.x.sub(b.x)}; }
[[gnu::noinline]] inline TensorNumber operator*(TensorNumber const& a, TensorNumber const& b) { return {a.x.mul(b.x)}; }
[[gnu::noinline]] inline TensorNumber operator/(TensorNumber const& a, TensorNumber const& b) { return {a.x.div(b.x)}; }
[[gnu::noinline]] inline TensorNumber operator+(TensorNumber const& a, double b) { return {a.x.add(b)}; }
[[gnu::noinline]] inline TensorNumber operator-(TensorNumber const& a, double b) { return {a.x.sub(b)}; }
[[gnu::noinline]] inline TensorNumber operator*(TensorNumber const& a, double b) { return {a.x.mul(b)}; }
[[gnu::noinline]] inline TensorNumber operator/(TensorNumber const& a, double b) { return {a.x.div(b)}; }
[[gnu::noinline]] inline TensorNumber operator+(double a, TensorNumber const& b) { return {b.x.add(a)}; }
[[gnu::noinline]] inline TensorNumber operator-(double a, TensorNumber const& b) { return {b.x.neg().add(a)}; }
[[gnu::noinline]] inline TensorNumber operator*(double a, TensorNumber const& b) { return {b.x.mul(a)}; }
[[gnu::noinline]] inline TensorNumber operator/(double a, TensorNumber const& b) { return {b.x.reciprocal().mul(a)}; }

[[gnu::noinline]] inline TensorNumber where_above(TensorNumber const& a, double limit, TensorNumber const& x) {
  return {x.x.expand_as(a.x).masked_fill(a.x.le(limit), 0)};
}
[[gnu::noinline]] inline TensorNumber rectified(TensorNumber const& x) { return {x.x.relu()}; }
[[gnu::noinline]] inline TensorNumber magnitude(TensorNumber const& x) { return {x.x.abs()}; }
[[gnu::noinline]] inline TensorNumber clamped(TensorNumber const& x, double low, double high) {
  return {x.x.clamp(low, high)};
}
[[gnu::noinline]] inline TensorNumber with_sign_of(TensorNumber const& x, TensorNumber const& s) {
  return {x.x.where(s.x.gt(0), x.x.neg().where(s.x.lt(0), s.x))};
}
[[gnu::noinline]] inline TensorNumber hyperbolic_tangent(TensorNumber const& x) { return {x.x.tanh()}; }
[[gnu::noinline]] inline TensorNumber exponential(TensorNumber const& x) { return {x.x.exp()}; }
[[gnu::noinline]] inline TensorNumber logarithm(TensorNumber const& x) { return {x.x.log()}; }
[[gnu::noinline]] inline TensorNumber power(TensorNumber const& x, double n) { return {x.x.pow(n)}; }

// Memory of a run as a tensor, without taking it over.
inline Tensor tensor_at(void const* first, at::IntArrayRef sizes, at::IntArrayRef strides, at::ScalarType dtype,
                        at::Device device) {
  return at::for_blob(const_cast<void*>(first), sizes)
      .strides(strides)
      .options(at::TensorOptions(dtype).device(device))
      .target_device(device)
      .make_tensor();
}
inline Tensor signal_at(Engine const& engine, void const* first, std::int64_t n, Shape const& shape, Layout layout,
                        at::ScalarType dtype) {  // (n,C,H,W)
  auto const [C, H, W] = shape;
  std::int64_t const last[] = {C * H * W, 1, W * C, C}, first_strides[] = {C * H * W, H * W, W, 1};
  return tensor_at(first, {n, C, H, W}, layout.channels_last ? last : first_strides, dtype, engine.device);
}

}  // namespace dynvision::kernels

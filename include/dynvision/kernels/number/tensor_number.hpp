// TensorNumber: a signal as one number of kernels/number/numbers.hpp, so that a functor is a row of LibTorch's operations.
//
// This is how a pipeline is computed where there is no loop of the library's own: on any device.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/number/numbers.hpp>

namespace dynvision::kernels {

class TensorNumber {
 public:
  Tensor x;
};

// Memory of a run as a tensor, without taking it over.
Tensor tensor_at(void const* first, at::IntArrayRef sizes, at::IntArrayRef strides, at::ScalarType dtype,
                 at::Device device);
Tensor signal_at(Engine const& engine, void const* first, std::int64_t n, Shape const& shape, Layout layout,
                 at::ScalarType dtype);  // (n,C,H,W)

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/number/tensor_number.ipp>
#endif

// Maximum pooling and its adjoint as operations of LibTorch: one comparison of whole signals for each place of the window.
//
// The same numbers as kernels/resample/max_pooling.hpp, on any device, and every time: no sum has an order that varies.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/number/tensor_number.hpp>
#include <dynvision/kernels/resample/launcher.hpp>

namespace dynvision::kernels {

class PoolingTensors {
  PoolingNumbers p_;
  Engine engine_;
  std::int64_t n_;

 public:
  PoolingTensors(PoolingNumbers const& numbers, Engine const& engine, std::int64_t n)
      : p_(numbers), engine_(engine), n_(n) {}

  void forward(void const* from, void* to, std::uint8_t* place) const;

  void adjoint(void const* from, std::uint8_t const* place, void* to) const;

 private:
  Tensor at(void const* first, Shape const& shape, at::ScalarType dtype) const;
  // What all windows cover, with the margin and what lies beyond the image.
  std::int64_t height() const { return (p_.out.height - 1) * p_.stride + p_.kernel; }
  std::int64_t width() const { return (p_.out.width - 1) * p_.stride + p_.kernel; }
  Tensor padded(std::int64_t n, std::int64_t channels, at::TensorOptions options) const;
  std::int64_t rows() const { return std::min(p_.in.height, height() - p_.margin); }
  std::int64_t columns() const { return std::min(p_.in.width, width() - p_.margin); }
  Tensor within(Tensor const& wide) const { return wide.narrow(2, p_.margin, rows()).narrow(3, p_.margin, columns()); }
  Tensor covered(Tensor const& x) const { return x.narrow(2, 0, rows()).narrow(3, 0, columns()); }
  // Place k of all windows.
  Tensor seen_at(Tensor const& wide, int k) const;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/resample/max_pooling_tensors.ipp>
#endif

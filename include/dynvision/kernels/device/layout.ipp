// Memory and views, past the dispatcher.
#pragma once
#include <dynvision/kernels/device/layout.hpp>

#include <ATen/EmptyTensor.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/empty_ops.h>

namespace dynvision::kernels {

DYNVISION_INLINE at::MemoryFormat Layout::format() const {
  return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
}

DYNVISION_INLINE Tensor Layout::empty(std::int64_t n, Shape const& shape, at::TensorOptions options) const {
  if (options.device().is_cpu()) {
    std::int64_t const numbers[] = {n, shape.channels, shape.height, shape.width};
    return at::detail::empty_cpu(numbers, at::typeMetaToScalarType(options.dtype()), false, format());
  }
  c10::SymInt const sizes[] = {n, shape.channels, shape.height, shape.width};
  return at::_ops::empty_memory_format::call(sizes, at::typeMetaToScalarType(options.dtype()), at::kStrided,
                                             options.device(), false, format());
}

DYNVISION_INLINE Tensor Layout::zeros(std::int64_t n, Shape const& shape, at::TensorOptions options) const {
  return empty(n, shape, options).zero_();
}

DYNVISION_INLINE Tensor view_of(Tensor const& x, at::IntArrayRef sizes, at::IntArrayRef strides, std::int64_t offset) {
  return at::native::as_strided_tensorimpl(x, sizes, strides, offset);
}

DYNVISION_INLINE Tensor rows_of(Tensor const& x, std::int64_t first, std::int64_t n) {
  c10::DimVector sizes(x.sizes());
  sizes[0] = n;
  return view_of(x, sizes, x.strides(), x.storage_offset() + first * x.stride(0));
}

}  // namespace dynvision::kernels

// Layout: where the numbers of a signal (N,C,H,W) lie in memory.
//
// Either channels fastest ("channels last"), or the ordinary order. All signals of a run have one
// layout. At size one in a dimension both may be the same. What is done here thousands of times in a run goes past the
// dispatcher where LibTorch allows it: memory and views, without a gradient.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <ATen/EmptyTensor.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/empty_ops.h>

namespace dynvision::kernels {

struct Shape {
  std::int64_t channels = 0, height = 0, width = 0;
  std::int64_t size() const { return channels * height * width; }
  friend bool operator==(Shape const&, Shape const&) = default;
};

struct Layout {
  bool channels_last = true;

  at::MemoryFormat format() const {
    return channels_last ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  }
  Tensor empty(std::int64_t n, Shape const& shape, at::TensorOptions options) const {  // (n,C,H,W)
    if (options.device().is_cpu()) {
      std::int64_t const numbers[] = {n, shape.channels, shape.height, shape.width};
      return at::detail::empty_cpu(numbers, at::typeMetaToScalarType(options.dtype()), false, format());
    }
    c10::SymInt const sizes[] = {n, shape.channels, shape.height, shape.width};
    return at::_ops::empty_memory_format::call(sizes, at::typeMetaToScalarType(options.dtype()), at::kStrided,
                                               options.device(), false, format());
  }
  Tensor zeros(std::int64_t n, Shape const& shape, at::TensorOptions options) const {
    return empty(n, shape, options).zero_();
  }
  // The same numbers in this layout; x itself if it is.
  Tensor of(Tensor const& x) const { return x.contiguous(format()); }
};

// The same memory, seen otherwise. Autograd does not follow.
inline Tensor view_of(Tensor const& x, at::IntArrayRef sizes, at::IntArrayRef strides, std::int64_t offset) {
  return at::native::as_strided_tensorimpl(x, sizes, strides, offset);
}
// Rows [first, first + n) of x.
inline Tensor rows_of(Tensor const& x, std::int64_t first, std::int64_t n) {
  c10::DimVector sizes(x.sizes());
  sizes[0] = n;
  return view_of(x, sizes, x.strides(), x.storage_offset() + first * x.stride(0));
}

inline Tensor in_dtype(Tensor const& x, at::ScalarType dtype) { return x.scalar_type() == dtype ? x : x.to(dtype); }

}  // namespace dynvision::kernels

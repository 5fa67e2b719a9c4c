// Layout: where the numbers of a signal (N,C,H,W) lie in memory.
//
// Either channels fastest ("channels last"), or the ordinary order. All signals of a run have one
// layout. At size one in a dimension both may be the same. What is done here thousands of times in a run goes past the
// dispatcher where LibTorch allows it: memory and views, without a gradient.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/tensor.hpp>

namespace dynvision::kernels {

struct Shape {
  std::int64_t channels = 0, height = 0, width = 0;
  std::int64_t size() const { return channels * height * width; }
  friend bool operator==(Shape const&, Shape const&) = default;
};

struct Layout {
  bool channels_last = true;

  at::MemoryFormat format() const;
  Tensor empty(std::int64_t n, Shape const& shape, at::TensorOptions options) const;  // (n,C,H,W)
  Tensor zeros(std::int64_t n, Shape const& shape, at::TensorOptions options) const;
  // The same numbers in this layout; x itself if it is.
  Tensor of(Tensor const& x) const { return x.contiguous(format()); }
};

// The same memory, seen otherwise. Autograd does not follow.
Tensor view_of(Tensor const& x, at::IntArrayRef sizes, at::IntArrayRef strides, std::int64_t offset);
// Rows [first, first + n) of x.
Tensor rows_of(Tensor const& x, std::int64_t first, std::int64_t n);

inline Tensor in_dtype(Tensor const& x, at::ScalarType dtype) { return x.scalar_type() == dtype ? x : x.to(dtype); }

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/device/layout.ipp>
#endif

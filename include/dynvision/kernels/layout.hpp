// Layout: where the numbers of a signal (N,C,H,W) lie in memory.
//
// Station: kernels. Either channels fastest ("channels last"), or the ordinary order. All signals of a run have one
// layout. At size one in a dimension both may be the same.
#pragma once
#include <dynvision/core/tensor.hpp>

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

}  // namespace dynvision::kernels

// A host tensor of a given shape, not yet filled: readers copy or decode straight into it, so that every number moves once.
//
// The lean core has no fill, so whoever calls this writes every element.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <ATen/ops/empty_ops.h>

#include <algorithm>
#include <optional>

namespace dynvision {

inline Tensor host_tensor(at::IntArrayRef sizes, at::ScalarType dtype) {
  return at::_ops::empty_memory_format::call(c10::fromIntArrayRefSlow(sizes), dtype, at::kStrided, at::Device(at::kCPU),
                                             false, std::nullopt);
}

// Bytes of a file that are to be bools: one other than 0 and 1 is none, and reading it would be undefined.
inline void make_valid_bools(Tensor const& tensor) {
  if (tensor.scalar_type() != at::kBool || tensor.numel() == 0) return;
  auto* const bytes = static_cast<unsigned char*>(tensor.mutable_data_ptr());
  std::transform(bytes, bytes + tensor.nbytes(), bytes, [](unsigned char byte) { return byte != 0; });
}

}  // namespace dynvision

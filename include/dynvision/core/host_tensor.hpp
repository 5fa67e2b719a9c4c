// A host tensor of a given shape, not yet filled: readers copy or decode straight into it, so that every number moves once.
//
// The lean core has no fill, so whoever calls this writes every element.
#pragma once
#include <dynvision/core/tensor.hpp>

#include <ATen/ops/empty_ops.h>

#include <optional>

namespace dynvision {

inline Tensor host_tensor(at::IntArrayRef sizes, at::ScalarType dtype) {
  return at::_ops::empty_memory_format::call(c10::fromIntArrayRefSlow(sizes), dtype, at::kStrided, at::Device(at::kCPU),
                                             false, std::nullopt);
}

}  // namespace dynvision

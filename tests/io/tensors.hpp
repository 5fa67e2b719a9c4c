// Tensors with known bytes, and their comparison byte by byte.
#pragma once
#include <dynvision/core/host_tensor.hpp>

#include <cstddef>
#include <cstring>

inline dynvision::Tensor numbered(at::IntArrayRef sizes, at::ScalarType dtype) {
  dynvision::Tensor tensor = dynvision::host_tensor(sizes, dtype);
  auto* const bytes = tensor.numel() > 0 ? static_cast<unsigned char*>(tensor.mutable_data_ptr()) : nullptr;
  for (std::size_t i = 0; i < tensor.nbytes(); ++i)
    bytes[i] = static_cast<unsigned char>(dtype == at::kBool ? i % 2 : i * 7 + 1);
  return tensor;
}

inline bool same(dynvision::Tensor const& a, dynvision::Tensor const& b) {
  return a.scalar_type() == b.scalar_type() && a.sizes() == b.sizes() &&
         (a.numel() == 0 ||
          std::memcmp(a.contiguous().const_data_ptr(), b.contiguous().const_data_ptr(), a.nbytes()) == 0);
}

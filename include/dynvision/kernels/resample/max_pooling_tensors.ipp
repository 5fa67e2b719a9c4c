// Windows as views of padded signals.
#pragma once
#include <dynvision/kernels/resample/max_pooling_tensors.hpp>

namespace dynvision::kernels {

DYNVISION_INLINE void PoolingTensors::forward(void const* from, void* to, std::uint8_t* place) const {
  Tensor const x = at(from, p_.in, engine_.dtype);
  Tensor const wide = padded(n_, p_.in.channels, x.options()), inside = padded(1, 1, x.options().dtype(at::kBool));
  within(wide).copy_(covered(x));
  within(inside).fill_(true);
  Tensor best = seen_at(wide, 0), seen = seen_at(inside, 0);
  Tensor where = zeros(best.sizes(), x.options().dtype(at::kByte));
  for (int k = 1; k < p_.kernel * p_.kernel; ++k) {
    Tensor const candidate = seen_at(wide, k), there = seen_at(inside, k);
    Tensor const larger = candidate.gt(best).logical_or(candidate.isnan()).logical_or(seen.logical_not());
    Tensor const better = larger.logical_and(there);
    best = candidate.where(better, best);
    where = where.masked_fill(better, k);
    seen = seen.logical_or(there);
  }
  at(to, p_.out, engine_.dtype).copy_(best);
  if (place != nullptr) at(place, p_.out, at::kByte).copy_(where);
}

DYNVISION_INLINE void PoolingTensors::adjoint(void const* from, std::uint8_t const* place, void* to) const {
  Tensor const gy = at(from, p_.out, engine_.dtype).to(engine_.arithmetic()), where = at(place, p_.out, at::kByte);
  Tensor const wide = padded(n_, p_.in.channels, gy.options());
  for (int k = 0; k < p_.kernel * p_.kernel; ++k) seen_at(wide, k).add_(gy.masked_fill(where.ne(k), 0));
  covered(at(to, p_.in, engine_.dtype)).add_(within(wide));
}

DYNVISION_INLINE Tensor PoolingTensors::at(void const* first, Shape const& shape, at::ScalarType dtype) const {
  return signal_at(engine_, first, n_, shape, {p_.channels_last}, dtype);
}

DYNVISION_INLINE Tensor PoolingTensors::padded(std::int64_t n, std::int64_t channels, at::TensorOptions options) const {
  return zeros({n, channels, height(), width()}, options);
}

DYNVISION_INLINE Tensor PoolingTensors::seen_at(Tensor const& wide, int k) const {
  std::int64_t const row = k / p_.kernel, column = k % p_.kernel;
  return wide.slice(2, row, row + (p_.out.height - 1) * p_.stride + 1, p_.stride)
      .slice(3, column, column + (p_.out.width - 1) * p_.stride + 1, p_.stride);
}

}  // namespace dynvision::kernels

// Maximum pooling and its adjoint as operations of LibTorch: one comparison of whole signals for each place of the window.
//
// The same numbers as kernels/resample/max_pooling.hpp, on any device, and every time: no sum has an order that varies.
#pragma once
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

  void forward(void const* from, void* to, std::uint8_t* place) const {
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

  void adjoint(void const* from, std::uint8_t const* place, void* to) const {
    Tensor const gy = at(from, p_.out, engine_.dtype).to(engine_.arithmetic()), where = at(place, p_.out, at::kByte);
    Tensor const wide = padded(n_, p_.in.channels, gy.options());
    for (int k = 0; k < p_.kernel * p_.kernel; ++k) seen_at(wide, k).add_(gy.masked_fill(where.ne(k), 0));
    covered(at(to, p_.in, engine_.dtype)).add_(within(wide));
  }

 private:
  Tensor at(void const* first, Shape const& shape, at::ScalarType dtype) const {
    return signal_at(engine_, first, n_, shape, {p_.channels_last}, dtype);
  }
  // What all windows cover, with the margin and what lies beyond the image.
  std::int64_t height() const { return (p_.out.height - 1) * p_.stride + p_.kernel; }
  std::int64_t width() const { return (p_.out.width - 1) * p_.stride + p_.kernel; }
  Tensor padded(std::int64_t n, std::int64_t channels, at::TensorOptions options) const {
    return zeros({n, channels, height(), width()}, options);
  }
  std::int64_t rows() const { return std::min(p_.in.height, height() - p_.margin); }
  std::int64_t columns() const { return std::min(p_.in.width, width() - p_.margin); }
  Tensor within(Tensor const& wide) const { return wide.narrow(2, p_.margin, rows()).narrow(3, p_.margin, columns()); }
  Tensor covered(Tensor const& x) const { return x.narrow(2, 0, rows()).narrow(3, 0, columns()); }
  // Place k of all windows.
  Tensor seen_at(Tensor const& wide, int k) const {
    std::int64_t const row = k / p_.kernel, column = k % p_.kernel;
    return wide.slice(2, row, row + (p_.out.height - 1) * p_.stride + 1, p_.stride)
        .slice(3, column, column + (p_.out.width - 1) * p_.stride + 1, p_.stride);
  }
};

}  // namespace dynvision::kernels

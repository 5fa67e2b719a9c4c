// Copies of rows and of numbers.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/number/tensor_number.hpp>
#include <dynvision/kernels/resample/nearest.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace dynvision::kernels {

DYNVISION_INLINE std::vector<std::int64_t> nearest_sources(std::int64_t from, std::int64_t to) {
  std::vector<std::int64_t> of(static_cast<std::size_t>(to));
  float const ratio = static_cast<float>(from) / static_cast<float>(to);
  for (std::int64_t i = 0; i < to; ++i) {
    auto const source = static_cast<std::int64_t>(static_cast<float>(i) * ratio);
    of[static_cast<std::size_t>(i)] = std::min(source, from - 1);
  }
  return of;
}

DYNVISION_INLINE NearestResize::NearestResize(Shape const& from, std::int64_t height, std::int64_t width, Layout layout)
    : from_(from),
      to_{from.channels, height, width},
      rows_(nearest_sources(from.height, height)),
      columns_(nearest_sources(from.width, width)),
      layout_(layout) {}

DYNVISION_INLINE void NearestResize::forward(Engine const& engine, void const* from, void* to, std::int64_t n) const {
  if (engine.backend == Backend::device && resize_launcher.forward != nullptr) {
    return resize_launcher.forward(engine, from_, to_, layout_.channels_last, from, to, n);
  }
  if (engine.backend != Backend::loops) {
    signal(engine, to, n, to_).copy_(nearest(signal(engine, from, n, from_), to_.height, to_.width));
    return;
  }
  auto const* const x = static_cast<std::byte const*>(from);
  auto* const y = static_cast<std::byte*>(to);
  std::int64_t const bytes = engine.bytes();
  each(n, [&](std::int64_t source, std::int64_t target, std::int64_t count) {
    std::memcpy(y + target * bytes, x + source * bytes, static_cast<std::size_t>(count * bytes));
  });
}

DYNVISION_INLINE void NearestResize::adjoint(Engine const& engine, void const* from, void* to, std::int64_t n) const {
  if (engine.backend == Backend::device && resize_launcher.adjoint != nullptr) {
    return resize_launcher.adjoint(engine, from_, to_, layout_.channels_last, from, to, n);
  }
  if (engine.backend != Backend::loops || engine.dtype == at::kDouble) {
    signal(engine, to, n, from_).add_(nearest_backward(signal(engine, from, n, to_), from_.height, from_.width));
    return;
  }
  auto const add = [&]<class S>(S const* gy, S* gx) {
    each(n, [&](std::int64_t source, std::int64_t target, std::int64_t count) {
      for (std::int64_t c = 0; c < count; ++c) gx[source + c] = static_cast<S>(gx[source + c] + gy[target + c]);
    });
  };
  if (engine.dtype == at::kBFloat16)
    return add(static_cast<c10::BFloat16 const*>(from), static_cast<c10::BFloat16*>(to));
  add(static_cast<float const*>(from), static_cast<float*>(to));
}

DYNVISION_INLINE Tensor NearestResize::signal(Engine const& engine, void const* first, std::int64_t n,
                                              Shape const& shape) const {
  return signal_at(engine, first, n, shape, layout_, engine.dtype);
}

template <class F> void NearestResize::each(std::int64_t n, F const& f) const {
  std::int64_t const planes = layout_.channels_last ? 1 : from_.channels;
  std::int64_t const side_by_side = layout_.channels_last ? from_.channels : 1;
  parallel_pieces(n, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t p = first * planes; p < last * planes; ++p) {
      std::int64_t const x = p * from_.height * from_.width, y = p * to_.height * to_.width;
      for (std::int64_t i = 0; i < to_.height; ++i) {
        std::int64_t const row = x + rows_[static_cast<std::size_t>(i)] * from_.width;
        for (std::int64_t j = 0; j < to_.width; ++j) {
          f((row + columns_[static_cast<std::size_t>(j)]) * side_by_side, (y + i * to_.width + j) * side_by_side,
            side_by_side);
        }
      }
    }
  });
}

}  // namespace dynvision::kernels

// The loops over windows.
#pragma once
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/device/profiler_scope.hpp>
#include <dynvision/kernels/number/lanes.hpp>
#include <dynvision/kernels/resample/max_pooling.hpp>
#include <dynvision/kernels/resample/max_pooling_tensors.hpp>

#include <algorithm>
#include <cstring>

namespace dynvision::kernels {

// Signals in double, in the ordinary layout, are for checks: LibTorch's operations do.
DYNVISION_INLINE bool MaxPooling::has_loops(Engine const& engine) const {
  return engine.backend == Backend::loops && layout_.channels_last && engine.dtype != at::kDouble;
}

DYNVISION_INLINE void MaxPooling::forward(Engine const& engine, void const* x, void* y, std::uint8_t* place,
                                          std::int64_t n) const {
  ProfilerScope const mark("dynvision::max_pool");
  if (has_loops(engine)) {
    if (engine.dtype == at::kBFloat16) {
      return forward_rows(static_cast<c10::BFloat16 const*>(x), static_cast<c10::BFloat16*>(y), place, n);
    }
    forward_rows(static_cast<float const*>(x), static_cast<float*>(y), place, n);
  } else if (engine.backend == Backend::device && pooling_launcher.forward != nullptr) {
    pooling_launcher.forward(engine, numbers(), x, y, place, n);
  } else {
    PoolingTensors(numbers(), engine, n).forward(x, y, place);
  }
}

DYNVISION_INLINE void MaxPooling::adjoint(Engine const& engine, void const* gy, std::uint8_t const* place, void* gx,
                                          std::int64_t n) const {
  ProfilerScope const mark("dynvision::max_pool_backward");
  if (has_loops(engine)) {
    if (engine.dtype == at::kBFloat16) {
      return adjoint_of(static_cast<c10::BFloat16 const*>(gy), place, static_cast<c10::BFloat16*>(gx), n);
    }
    adjoint_of(static_cast<float const*>(gy), place, static_cast<float*>(gx), n);
  } else if (engine.backend == Backend::device && pooling_launcher.adjoint != nullptr) {
    pooling_launcher.adjoint(engine, numbers(), gy, place, gx, n);
  } else {
    PoolingTensors(numbers(), engine, n).adjoint(gy, place, gx);
  }
}

template <class S> void MaxPooling::adjoint_of(S const* gy, std::uint8_t const* place, S* gx, std::int64_t n) const {
  std::int64_t const width = in_.channels;  // numbers side by side
  std::int64_t offset[256];                 // from a window's corner to a place in it
  for (int k = 0; k < kernel_ * kernel_; ++k) offset[k] = (k / kernel_ * in_.width + k % kernel_) * width;
  parallel_pieces(n, 1, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t p = first; p < last; ++p) {
      S* const to = gx + p * in_.height * in_.width * width;
      for (std::int64_t i = 0; i < out_.height; ++i) {
        for (std::int64_t j = 0; j < out_.width; ++j) {
          std::int64_t const at = ((p * out_.height + i) * out_.width + j) * width;
          std::int64_t const corner = ((i * stride_ - margin_) * in_.width + j * stride_ - margin_) * width;
          for (std::int64_t c = 0; c < width; ++c) {
            S& sum = to[corner + offset[place[at + c]] + c];
            sum = static_cast<S>(sum + gy[at + c]);
          }
        }
      }
    }
  });
}

DYNVISION_INLINE MaxPooling::Window MaxPooling::window(std::int64_t i, std::int64_t j) const {
  std::int64_t const y = i * stride_ - margin_, x = j * stride_ - margin_;
  return {std::max<std::int64_t>(y, 0), std::min(y + kernel_, in_.height), std::max<std::int64_t>(x, 0),
          std::min(x + kernel_, in_.width)};
}

DYNVISION_INLINE std::uint8_t MaxPooling::place_of(std::int64_t i, std::int64_t j, std::int64_t y,
                                                   std::int64_t x) const {
  return static_cast<std::uint8_t>((y - i * stride_ + margin_) * kernel_ + x - j * stride_ + margin_);
}

template <class S> void MaxPooling::forward_rows(S const* x, S* y, std::uint8_t* place, std::int64_t n) const {
  parallel_pieces(n * out_.height, 4,
                  [&](std::int64_t first, std::int64_t last) DYNVISION_WIDE { rows(x, y, place, first, last); });
}

template <class S>
DYNVISION_LANES_ONLY void MaxPooling::rows(S const* x, S* y, std::uint8_t* place, std::int64_t first,
                                           std::int64_t last) const {
  using V = Lanes<Arithmetic<S>>;
  std::int64_t const channels = in_.channels;
  for (std::int64_t line = first; line < last; ++line) {
    std::int64_t const i = line % out_.height;
    S const* const image = x + line / out_.height * in_.size();
    for (std::int64_t j = 0; j < out_.width; ++j) {
      Window const w = window(i, j);
      bool const whole = w.bottom - w.top == kernel_ && w.right - w.left == kernel_;
      S const* const corner = image + (w.top * in_.width + w.left) * channels;
      int const begin = place_of(i, j, w.top, w.left);
      std::int64_t const at = (line * out_.width + j) * channels;
      for (std::int64_t c = 0; c < channels; c += V::width) {
        // The last ones are compared again, rather than a few of them apart.
        std::int64_t const from_c = channels < V::width ? 0 : std::min(c, channels - V::width);
        int const count = static_cast<int>(std::min<std::int64_t>(V::width, channels));
        std::uint8_t* const where = place != nullptr ? place + at + from_c : nullptr;
        if (whole && kernel_ == 3 && count == V::width) {
          lanes<S, 3>(corner + from_c, 3, 3, begin, count, y + at + from_c, where);
        } else {
          lanes<S, 0>(corner + from_c, w.bottom - w.top, w.right - w.left, begin, count, y + at + from_c, where);
        }
      }
    }
  }
}

template <class S, int K>
DYNVISION_LANES_ONLY void MaxPooling::lanes(S const* corner, std::int64_t height, std::int64_t width, int begin,
                                            int count, S* y, std::uint8_t* place) const {
  using T = Arithmetic<S>;
  using V = Lanes<T>;
  using Integer = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  typedef Integer Integers __attribute__((vector_size(32)));
  auto const get = [&](std::int64_t r, std::int64_t s, V& to) DYNVISION_WIDE {
    S const* const at = corner + (r * in_.width + s) * in_.channels;
    if (K > 0 || count == V::width) {
      load(at, to);
    } else {
      load_some(at, count, to);
    }
  };
  V best, candidate;
  get(0, 0, best);
  Integers where = Integers{} + static_cast<Integer>(begin);
  std::int64_t const rows = K > 0 ? K : height, columns = K > 0 ? K : width;
#pragma GCC unroll 3
  for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC unroll 3
    for (std::int64_t s = 0; s < columns; ++s) {
      if (r == 0 && s == 0) continue;
      get(r, s, candidate);
      auto const better = (candidate.v > best.v) | (candidate.v != candidate.v);
      best.v = better ? candidate.v : best.v;
      if (place != nullptr) where = better ? Integers{} + static_cast<Integer>(begin + r * kernel_ + s) : where;
    }
  }
  if (count == V::width) {
    store(best, y);
  } else {
    store_some(best, count, y);
  }
  if (place != nullptr) {
    typedef std::uint8_t Bytes __attribute__((vector_size(V::width)));
    Bytes const bytes = __builtin_convertvector(where, Bytes);
    std::memcpy(place, &bytes, static_cast<std::size_t>(count));
  }
}

}  // namespace dynvision::kernels

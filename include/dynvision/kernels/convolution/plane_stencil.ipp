// The loops over one sample.
#pragma once
#include <dynvision/kernels/convolution/plane_stencil.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/number/conversion.hpp>
#include <dynvision/kernels/number/numbers.hpp>

namespace dynvision::kernels {

DYNVISION_INLINE PlaneStencil::PlaneStencil(PlaneMap map) : m_(std::move(map)) {
  auto const numbers = [](std::int64_t n) { return static_cast<std::size_t>(n); };
  if (m_.kernel < 1 || m_.kernel % 2 == 0 || m_.padded.size() != numbers(rows(1) * stride(1)) ||
      m_.inner.size() != numbers(m_.height * m_.width)) {
    fail("run", 152,
         {"a kernel of ", m_.kernel, "x", m_.kernel, " on a plane of ", m_.height, "x", m_.width,
          ": expected an odd size, and a margin of half of it"});
  }
}

DYNVISION_INLINE void PlaneStencil::forward(Engine const& engine, Tensor const& w, double b, void const* x, void* y,
                                            std::int64_t n) const {
  each_sample(engine, n, [&]<class T>(T* scratch, std::int64_t i) DYNVISION_WIDE {
    T* const taps = take(scratch, n_taps());
    T *const p = take(scratch, rows(1) * stride(1)), *const line = take(scratch, stride(1));
    take_taps(w, taps, false);
    gather(sample(engine, x, i, scratch), p);
    T* const to = room_of(engine, y, i, scratch);
    for (std::int64_t r = 0; r < m_.height; ++r) {
      correlate(p + r * stride(1), stride(1), taps, static_cast<T>(b), m_.width, line);
      std::int32_t const* const where = m_.inner.data() + r * m_.width;
      for (std::int64_t q = 0; q < m_.width; ++q) {
        if (where[q] >= 0) to[where[q]] = line[q];
      }
    }
    put(engine, to, y, i);
  });
}

DYNVISION_INLINE void PlaneStencil::adjoint(Engine const& engine, Tensor const& w, void const* g, void* gx,
                                            std::int64_t n) const {
  each_sample(engine, n, [&]<class T>(T* scratch, std::int64_t i) DYNVISION_WIDE {
    T* const taps = take(scratch, n_taps());
    T *const wide = take(scratch, rows(2) * stride(2)), *const line = take(scratch, stride(2));  // g, zeros around it
    take_taps(w, taps, true);
    std::fill_n(wide, rows(2) * stride(2) + slack, T(0));
    gather_gradient(sample(engine, g, i, scratch), wide + (m_.kernel - 1) * (stride(2) + 1), stride(2));
    T* const sum = room_of(engine, gx, i, scratch);
    std::fill_n(sum, m_.size, T(0));
    for (std::int64_t r = 0; r < rows(1); ++r) {
      correlate(wide + r * stride(2), stride(2), taps, T(0), stride(1), line);
      std::int32_t const* const where = m_.padded.data() + r * stride(1);
      for (std::int64_t q = 0; q < stride(1); ++q) sum[where[q]] += line[q];
    }
    put(engine, sum, gx, i);
  });
}

DYNVISION_INLINE Tensor PlaneStencil::weigh(Engine const& engine, void const* g, void const* x, std::int64_t n) const {
  std::int64_t const taps = n_taps();
  Tensor const sums = zeros({n, taps + 1}, at::TensorOptions(at::kDouble));
  double* const all = sums.mutable_data_ptr<double>();
  each_sample(engine, n, [&]<class T>(T* scratch, std::int64_t i) DYNVISION_WIDE {
    using V = Lanes<T>;
    std::int64_t const lanes = (m_.width + V::width - 1) / V::width * V::width;
    T *const p = take(scratch, rows(1) * stride(1)), *const gradient = take(scratch, m_.height * lanes);
    gather(sample(engine, x, i, scratch), p);
    std::fill_n(gradient, m_.height * lanes, T(0));
    gather_gradient(sample(engine, g, i, scratch), gradient, lanes);
    double* const to = all + i * (taps + 1);
    for (std::int64_t r = 0; r < m_.height; ++r) {
      T const* const row = gradient + r * lanes;
      for (std::int64_t k = 0; k <= taps; ++k) {
        T const* const from = p + (r + k / m_.kernel) * stride(1) + k % m_.kernel;
        V sum(typename V::Vector{}), a, b;
        for (std::int64_t q = 0; q < lanes; q += V::width) {
          load(row + q, a);
          if (k < taps) {
            load(from + q, b);
            sum = sum + a * b;
          } else {
            sum = sum + a;
          }
        }
        for (int j = 0; j < V::width; ++j) to[k] += static_cast<double>(sum.v[j]);
      }
    }
  });
  return sums.sum({0});
}

template <class T>
T const* PlaneStencil::sample(Engine const& engine, void const* signal, std::int64_t i, T* scratch) const {
  if constexpr (std::is_same_v<T, float>) {
    if (engine.dtype == at::kBFloat16) {
      widen(static_cast<c10::BFloat16 const*>(signal) + i * m_.size, scratch, m_.size);
      return scratch;
    }
  }
  return static_cast<T const*>(signal) + i * m_.size;
}

template <class T> T* PlaneStencil::room_of(Engine const& engine, void* signal, std::int64_t i, T* scratch) const {
  return engine.dtype == at::kBFloat16 ? scratch + m_.size : static_cast<T*>(signal) + i * m_.size;
}

template <class T> void PlaneStencil::put(Engine const& engine, T const* from, void* signal, std::int64_t i) const {
  if constexpr (std::is_same_v<T, float>) {
    if (engine.dtype == at::kBFloat16) narrow(from, static_cast<c10::BFloat16*>(signal) + i * m_.size, m_.size);
  }
}

template <class F> void PlaneStencil::each_sample(Engine const& engine, std::int64_t n, F const& f) const {
  std::int64_t const need = n_taps() + 2 * rows(2) * (stride(2) + slack) + 2 * m_.size + 4 * slack;  // numbers
  std::int64_t const shares = std::min<std::int64_t>(loop_threads(), n);
  Tensor const scratch = Layout{false}.empty(1, {1, 1, shares * need}, at::TensorOptions(engine.arithmetic()));
  auto const all_samples = [&]<class T>(T* all) {
    parallel_for(shares, 1, [&](std::int64_t first, std::int64_t last) DYNVISION_WIDE {
      for (std::int64_t share = first; share < last; ++share) {
        for (std::int64_t i = n * share / shares; i < n * (share + 1) / shares; ++i) f(all + share * need, i);
      }
    });
  };
  if (engine.dtype == at::kDouble) {
    all_samples(scratch.mutable_data_ptr<double>());
  } else {
    all_samples(scratch.mutable_data_ptr<float>());
  }
}

template <class T> void PlaneStencil::take_taps(Tensor const& w, T* taps, bool turned) const {
  T const* const from = w.const_data_ptr<T>();
  std::int64_t const n = n_taps();
  for (std::int64_t k = 0; k < n; ++k) taps[k] = from[turned ? n - 1 - k : k];
}

template <class T> void PlaneStencil::gather(T const* x, T* to) const {
  for (std::size_t k = 0; k < m_.padded.size(); ++k) to[k] = x[m_.padded[k]];
  std::fill_n(to + m_.padded.size(), slack, T(0));
}

template <class T> void PlaneStencil::gather_gradient(T const* g, T* to, std::int64_t row) const {
  for (std::int64_t r = 0; r < m_.height; ++r) {
    std::int32_t const* const where = m_.inner.data() + r * m_.width;
    for (std::int64_t q = 0; q < m_.width; ++q) {
      if (where[q] >= 0) to[r * row + q] = g[where[q]];
    }
  }
}

template <class T>
DYNVISION_LANES_ONLY void PlaneStencil::correlate(T const* from, std::int64_t row, T const* taps, T b,
                                                  std::int64_t width, T* out) const {
  using V = Lanes<T>;
  for (std::int64_t q = 0; q < width; q += V::width) {
    V sum(typename V::Vector{} + b), x;
    for (int a = 0; a < m_.kernel; ++a) {
      for (int c = 0; c < m_.kernel; ++c) {
        load(from + a * row + q + c, x);
        sum = sum + x * taps[a * m_.kernel + c];
      }
    }
    store(sum, out + q);
  }
}

template <class T> T* PlaneStencil::take(T*& scratch, std::int64_t numbers) {
  T* const begin = scratch;
  scratch += numbers + slack;
  return begin;
}

}  // namespace dynvision::kernels

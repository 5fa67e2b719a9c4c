// One small kernel on an image that is put together of a signal's numbers, and its adjoint.
//
//   P = x[padded],   O(p,q) = b + sum_ab w(a,b) P(p+a, q+b),   y[inner] = O
//
// `padded` and `inner` say which number of a sample stands where: a number may stand in several places
// (a reflected margin) of P, and O may have places that belong to none. The image is small and stays in the cache. Gradients
// of w and b add up over rows in double precision, sample by sample.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/device/engine.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <vector>

namespace dynvision::kernels {

struct PlaneMap {
  std::int64_t height = 0, width = 0;  // of O
  int kernel = 3;                      // odd; P is wider by kernel/2 on each side
  std::int64_t size = 0;               // numbers in a sample
  std::vector<std::int32_t> padded{};  // of P, row by row
  std::vector<std::int32_t> inner{};   // of O; -1: none

  std::int64_t margin() const { return kernel / 2; }
};

class PlaneStencil {
 public:
  explicit PlaneStencil(PlaneMap map) : m_(std::move(map)) {
    auto const numbers = [](std::int64_t n) { return static_cast<std::size_t>(n); };
    if (m_.kernel < 1 || m_.kernel % 2 == 0 || m_.padded.size() != numbers(rows(1) * stride(1)) ||
        m_.inner.size() != numbers(m_.height * m_.width)) {
      fail("run", 152,
           {"a kernel of ", m_.kernel, "x", m_.kernel, " on a plane of ", m_.height, "x", m_.width,
            ": expected an odd size, and a margin of half of it"});
    }
  }

  // x, y: n samples; w (kernel x kernel)
  void forward(Engine const& engine, Tensor const& w, double b, void const* x, void* y, std::int64_t n) const {
    each_sample(engine, n, [&]<class S>(S, Arithmetic<S>* scratch, std::int64_t i) DYNVISION_WIDE {
      using T = Arithmetic<S>;
      T* const taps = scratch;
      T* const p = taps + n_taps();
      T* const line = p + rows(1) * stride(1) + slack;
      take_taps(w, taps, false);
      gather(static_cast<S const*>(x) + i * m_.size, p);
      S* const to = static_cast<S*>(y) + i * m_.size;
      for (std::int64_t r = 0; r < m_.height; ++r) {
        correlate(p + r * stride(1), stride(1), taps, static_cast<T>(b), m_.width, line);
        std::int32_t const* const where = m_.inner.data() + r * m_.width;
        for (std::int64_t q = 0; q < m_.width; ++q) {
          if (where[q] >= 0) to[where[q]] = static_cast<S>(line[q]);
        }
      }
    });
  }

  // gx = w^T * g
  void adjoint(Engine const& engine, Tensor const& w, void const* g, void* gx, std::int64_t n) const {
    each_sample(engine, n, [&]<class S>(S, Arithmetic<S>* scratch, std::int64_t i) DYNVISION_WIDE {
      using T = Arithmetic<S>;
      T* const taps = scratch;
      T* const wide = taps + n_taps();  // g with zeros around it
      T* const line = wide + rows(2) * stride(2) + slack;
      T* const sum = line + stride(2) + slack;
      take_taps(w, taps, true);
      std::fill_n(wide, rows(2) * stride(2) + slack, T(0));
      gather_gradient(static_cast<S const*>(g) + i * m_.size, wide + (m_.kernel - 1) * (stride(2) + 1), stride(2));
      std::fill_n(sum, m_.size, T(0));
      for (std::int64_t r = 0; r < rows(1); ++r) {
        correlate(wide + r * stride(2), stride(2), taps, T(0), stride(1), line);
        std::int32_t const* const where = m_.padded.data() + r * stride(1);
        for (std::int64_t q = 0; q < stride(1); ++q) sum[where[q]] += line[q];
      }
      S* const to = static_cast<S*>(gx) + i * m_.size;
      for (std::int64_t k = 0; k < m_.size; ++k) to[k] = static_cast<S>(sum[k]);
    });
  }

  // (kernel^2 + 1): gradients of w, row by row, and of b; double
  Tensor weigh(Engine const& engine, void const* g, void const* x, std::int64_t n) const {
    std::int64_t const taps = n_taps();
    Tensor const sums = zeros({n, taps + 1}, at::TensorOptions(at::kDouble));
    double* const all = sums.mutable_data_ptr<double>();
    each_sample(engine, n, [&]<class S>(S, Arithmetic<S>* scratch, std::int64_t i) DYNVISION_WIDE {
      using T = Arithmetic<S>;
      using V = Lanes<T>;
      T* const p = scratch;
      T* const gradient = p + rows(1) * stride(1) + slack;
      std::int64_t const lanes = (m_.width + V::width - 1) / V::width * V::width;
      gather(static_cast<S const*>(x) + i * m_.size, p);
      std::fill_n(gradient, m_.height * lanes, T(0));
      gather_gradient(static_cast<S const*>(g) + i * m_.size, gradient, lanes);
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

 private:
  static constexpr std::int64_t slack = 16;  // numbers that a full width may read beyond a row
  std::int64_t n_taps() const { return std::int64_t{m_.kernel} * m_.kernel; }

  // Of the image with `margins` margins on each side.
  std::int64_t rows(int margins) const { return m_.height + 2 * margins * m_.margin(); }
  std::int64_t stride(int margins) const { return m_.width + 2 * margins * m_.margin(); }

  template <class T> void take_taps(Tensor const& w, T* taps, bool turned) const {
    T const* const from = w.const_data_ptr<T>();
    std::int64_t const n = n_taps();
    for (std::int64_t k = 0; k < n; ++k) taps[k] = from[turned ? n - 1 - k : k];
  }
  template <class S, class T> void gather(S const* x, T* to) const {
    for (std::size_t k = 0; k < m_.padded.size(); ++k) to[k] = static_cast<T>(x[m_.padded[k]]);
    std::fill_n(to + m_.padded.size(), slack, T(0));
  }
  template <class S, class T> void gather_gradient(S const* g, T* to, std::int64_t row) const {
    for (std::int64_t r = 0; r < m_.height; ++r) {
      std::int32_t const* const where = m_.inner.data() + r * m_.width;
      for (std::int64_t q = 0; q < m_.width; ++q) {
        if (where[q] >= 0) to[r * row + q] = static_cast<T>(g[where[q]]);
      }
    }
  }
  // out[q] = b + sum taps(a,c) from[a * row + q + c], for `width` places; writes up to `slack` beyond
  template <class T>
  DYNVISION_LANES_ONLY void correlate(T const* from, std::int64_t row, T const* taps, T b, std::int64_t width,
                                      T* out) const {
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

  // f(S{}, scratch, sample)
  template <class F> void each_sample(Engine const& engine, std::int64_t n, F const& f) const {
    std::int64_t const need = 2 * rows(2) * (stride(2) + slack) + m_.size + n_taps() + 4 * slack;  // numbers
    std::int64_t const shares = std::min<std::int64_t>(at::get_num_threads(), n);
    Tensor const scratch = Layout{false}.empty(1, {1, 1, shares * need}, at::TensorOptions(engine.arithmetic()));
    engine.with_storage([&]<class S>(S) {
      using T = Arithmetic<S>;
      T* const all = scratch.mutable_data_ptr<T>();
      parallel_for(shares, 1, [&](std::int64_t first, std::int64_t last) DYNVISION_WIDE {
        for (std::int64_t share = first; share < last; ++share) {
          for (std::int64_t i = n * share / shares; i < n * (share + 1) / shares; ++i) f(S{}, all + share * need, i);
        }
      });
    });
  }

  PlaneMap m_;
};

}  // namespace dynvision::kernels

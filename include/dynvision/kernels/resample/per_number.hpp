// Maximum pooling, nearest-neighbour resizing, and their adjoints, for one number of the result: what a thread of a GPU does.
//
//   pooling  y(i,j) = max over its window      adjoint  gx(r,s) += sum of gy over the windows whose maximum it is
//   resize   y(i,j) = x(floor(i H/h), ..)      adjoint  gx(r,s) += sum of gy over the places that took it
//
// Every sum has one order, so a run can be repeated to the bit. I: the integer that counts numbers; a GPU
// divides 32 bits several times faster than 64.
#pragma once
#include <dynvision/kernels/number/plain.hpp>
#include <dynvision/kernels/resample/launcher.hpp>

namespace dynvision::kernels {

template <class I> struct Spot {  // of a number in (N,C,H,W)
  I n, c, i, j;
};

template <class I> struct Grid {  // (.,C,H,W) in memory
  I channels, height, width;
  bool channels_last;

  DYNVISION_BOTH I at(I n, I c, I i, I j) const {
    return channels_last ? ((n * height + i) * width + j) * channels + c
                         : ((n * channels + c) * height + i) * width + j;
  }
  DYNVISION_BOTH Spot<I> spot(I k) const {
    if (channels_last) {
      I const c = k % channels, j = k / channels % width, i = k / channels / width % height;
      return {k / channels / width / height, c, i, j};
    }
    I const j = k % width, i = k / width % height, c = k / width / height % channels;
    return {k / width / height / channels, c, i, j};
  }
};
template <class I> Grid<I> grid_of(Shape const& shape, bool channels_last) {
  return {static_cast<I>(shape.channels), static_cast<I>(shape.height), static_cast<I>(shape.width), channels_last};
}

template <class T> DYNVISION_BOTH T larger(T a, T b) { return a < b ? b : a; }
template <class T> DYNVISION_BOTH T smaller(T a, T b) { return b < a ? b : a; }

template <class I> struct PoolingOfNumber {
  Grid<I> in, out;
  I kernel, stride, margin;

  template <class S> DYNVISION_BOTH void forward(I k, S const* x, S* y, std::uint8_t* place) const {
    using T = Arithmetic<S>;
    Spot<I> const o = out.spot(k);
    I const top = o.i * stride - margin, left = o.j * stride - margin, zero = 0;
    bool first = true;
    S best{};
    I where = 0;
    for (I r = larger(top, zero); r < smaller(top + kernel, in.height); ++r) {
      for (I s = larger(left, zero); s < smaller(left + kernel, in.width); ++s) {
        S const candidate = x[in.at(o.n, o.c, r, s)];
        T const c = static_cast<T>(candidate);
        if (!first && !(c > static_cast<T>(best)) && c == c) continue;
        best = candidate, where = (r - top) * kernel + s - left, first = false;
      }
    }
    y[k] = best;
    if (place != nullptr) place[k] = static_cast<std::uint8_t>(where);
  }

  template <class S> DYNVISION_BOTH void adjoint(I k, S const* gy, std::uint8_t const* place, S* gx) const {
    using T = Arithmetic<S>;
    Spot<I> const o = in.spot(k);
    I const y = o.i + margin, x = o.j + margin,
            zero = 0;  // windows i with i stride <= y < i stride + kernel
    T sum = 0;
    for (I i = larger(zero, (y - kernel + stride) / stride); i < out.height && i * stride <= y; ++i) {
      if (y >= i * stride + kernel) continue;
      for (I j = larger(zero, (x - kernel + stride) / stride); j < out.width && j * stride <= x; ++j) {
        if (x >= j * stride + kernel) continue;
        I const at = out.at(o.n, o.c, i, j);
        if (place[at] == (y - i * stride) * kernel + x - j * stride) sum += static_cast<T>(gy[at]);
      }
    }
    gx[k] = static_cast<S>(static_cast<T>(gx[k]) + sum);
  }
};

template <class I> struct ResizeOfNumber {
  Grid<I> from, to;

  DYNVISION_BOTH static I source(I i, I n, I m) {  // of i of m, among n
    float const ratio = static_cast<float>(n) / static_cast<float>(m);
    return smaller(static_cast<I>(static_cast<float>(i) * ratio), n - 1);
  }
  // The first place of m that takes source r of n, or one after it if none does.
  DYNVISION_BOTH static I first_of(I r, I n, I m) {
    I i = larger(r * m / n - 1, I{0});
    while (i > 0 && source(i - 1, n, m) >= r) --i;
    while (i < m && source(i, n, m) < r) ++i;
    return i;
  }

  template <class S> DYNVISION_BOTH void forward(I k, S const* x, S* y) const {
    Spot<I> const o = to.spot(k);
    y[k] = x[from.at(o.n, o.c, source(o.i, from.height, to.height), source(o.j, from.width, to.width))];
  }
  template <class S> DYNVISION_BOTH void adjoint(I k, S const* gy, S* gx) const {
    using T = Arithmetic<S>;
    Spot<I> const o = from.spot(k);
    I const top = first_of(o.i, from.height, to.height), left = first_of(o.j, from.width, to.width);
    T sum = 0;
    for (I i = top; i < to.height && source(i, from.height, to.height) == o.i; ++i) {
      for (I j = left; j < to.width && source(j, from.width, to.width) == o.j; ++j) {
        sum += static_cast<T>(gy[to.at(o.n, o.c, i, j)]);
      }
    }
    gx[k] = static_cast<S>(static_cast<T>(gx[k]) + sum);
  }
};

}  // namespace dynvision::kernels

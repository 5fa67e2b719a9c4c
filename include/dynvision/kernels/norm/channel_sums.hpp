// Two loops over a sample (C places, or C side by side): sums by channel, and numbers that depend on the channel.
//
//   d = x - m[c];   p = g, or d without g
//   sums:     sum[c] = sum over places p,   product[c] = sum over places p d
//   combine:  y = k[c] + kx[c] d  (+ kg[c] g)
//
// With channels fastest a few channels are side by side, in the ordinary layout a few places of one. Sums run
// over pieces of 64, and over the pieces, so that rounding stays small.
#pragma once
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/number/numbers.hpp>

#include <algorithm>

namespace dynvision::kernels {

template <class S> class ChannelSums {
 public:
  using T = Arithmetic<S>;
  using V = Lanes<T>;

  ChannelSums(Shape const& shape, Layout layout)
      : channels_(shape.channels), places_(shape.height * shape.width), channels_last_(layout.channels_last) {}

  template <bool G> DYNVISION_LANES_ONLY void sums(S const* g, S const* x, T const* m, T* sum, T* product) const {
    if (!channels_last_) {
      for (std::int64_t c = 0; c < channels_; ++c) {
        row_sums<G>(G ? g + c * places_ : nullptr, x + c * places_, m[c], sum[c], product[c]);
      }
      return;
    }
    std::int64_t c = 0;
    for (; c + 4 * V::width <= channels_; c += 4 * V::width) tile_sums<G, 4>(g, x, m, sum, product, c, V::width);
    for (; c < channels_; c += V::width) tile_sums<G, 1>(g, x, m, sum, product, start(c), count());
  }

  template <bool G>
  DYNVISION_LANES_ONLY void combine(S const* g, S const* x, T const* m, T const* kg, T const* kx, T const* k,
                                    S* y) const {
    if (!channels_last_) {
      for (std::int64_t c = 0; c < channels_; ++c) {
        std::int64_t const at = c * places_;
        row<G>(G ? g + at : nullptr, x + at, m[c], G ? kg[c] : T(0), kx[c], k[c], y + at);
      }
      return;
    }
    std::int64_t c = 0;
    for (; c + 2 * V::width <= channels_; c += 2 * V::width) tile<G, 2>(g, x, m, kg, kx, k, y, c, V::width);
    for (; c < channels_; c += V::width) tile<G, 1>(g, x, m, kg, kx, k, y, start(c), count());
  }

 private:
  static constexpr std::int64_t piece = 64;

  // The last channels are computed again, rather than a few of them apart.
  std::int64_t start(std::int64_t c) const { return channels_ < V::width ? 0 : std::min(c, channels_ - V::width); }
  int count() const { return static_cast<int>(std::min<std::int64_t>(V::width, channels_)); }

  template <class N> DYNVISION_LANES_ONLY static void get(N const* from, int count, V& to) {
    if (count == V::width) {
      load(from, to);
    } else {
      load_some(from, count, to);
    }
  }
  template <class N> DYNVISION_LANES_ONLY static void put(V const& from, int count, N* to) {
    if (count == V::width) {
      store(from, to);
    } else {
      store_some(from, count, to);
    }
  }

  // --- channels fastest: K times a few channels from c on

  template <bool G, int K>
  DYNVISION_LANES_ONLY void tile_sums(S const* g, S const* x, T const* m, T* sum, T* product, std::int64_t c,
                                      int n) const {
    V centre[K], all[K], all_products[K];
#pragma GCC unroll 4
    for (int i = 0; i < K; ++i) get(m + c + i * V::width, n, centre[i]), all[i].v = all_products[i].v = zero().v;
    for (std::int64_t first = 0; first < places_; first += piece) {
      V some[K], products[K];
#pragma GCC unroll 4
      for (int i = 0; i < K; ++i) some[i].v = products[i].v = zero().v;
      for (std::int64_t p = first; p < std::min(places_, first + piece); ++p) {
#pragma GCC unroll 4
        for (int i = 0; i < K; ++i) {
          std::int64_t const at = p * channels_ + c + i * V::width;
          V d, q;
          get(x + at, n, d);
          d.v = d.v - centre[i].v;
          if constexpr (G) get(g + at, n, q);
          if constexpr (!G) q.v = d.v;
          some[i].v += q.v;
          products[i].v += q.v * d.v;
        }
      }
#pragma GCC unroll 4
      for (int i = 0; i < K; ++i) all[i].v += some[i].v, all_products[i].v += products[i].v;
    }
#pragma GCC unroll 4
    for (int i = 0; i < K; ++i) {
      put(all[i], n, sum + c + i * V::width);
      put(all_products[i], n, product + c + i * V::width);
    }
  }

  template <bool G, int K>
  DYNVISION_LANES_ONLY void tile(S const* g, S const* x, T const* m, T const* kg, T const* kx, T const* k, S* y,
                                 std::int64_t c, int n) const {
    V centre[K], of_g[K], of_d[K], rest[K];
#pragma GCC unroll 2
    for (int i = 0; i < K; ++i) {
      std::int64_t const at = c + i * V::width;
      get(m + at, n, centre[i]), get(kx + at, n, of_d[i]), get(k + at, n, rest[i]);
      if constexpr (G) get(kg + at, n, of_g[i]);
    }
    for (std::int64_t p = 0; p < places_; ++p) {
#pragma GCC unroll 2
      for (int i = 0; i < K; ++i) {
        std::int64_t const at = p * channels_ + c + i * V::width;
        V d, q;
        get(x + at, n, d);
        d.v = rest[i].v + of_d[i].v * (d.v - centre[i].v);
        if constexpr (G) {
          get(g + at, n, q);
          d.v += of_g[i].v * q.v;
        }
        put(d, n, y + at);
      }
    }
  }

  // --- the ordinary layout: one channel

  template <bool G> DYNVISION_LANES_ONLY void row_sums(S const* g, S const* x, T m, T& sum, T& product) const {
    double whole = 0, whole_products = 0;
    for (std::int64_t first = 0; first < places_; first += piece * V::width) {
      std::int64_t const last = std::min(places_, first + piece * V::width);
      V some = zero(), products = zero();
      std::int64_t p = first;
      for (; p + V::width <= last; p += V::width) {
        V d, q;
        load(x + p, d);
        d.v = d.v - m;
        if constexpr (G) load(g + p, q);
        if constexpr (!G) q.v = d.v;
        some.v += q.v;
        products.v += q.v * d.v;
      }
      for (int i = 0; i < V::width; ++i) whole += some.v[i], whole_products += products.v[i];
      for (; p < last; ++p) {
        T const d = static_cast<T>(x[p]) - m;
        T q = d;
        if constexpr (G) q = static_cast<T>(g[p]);
        whole += q, whole_products += q * d;
      }
    }
    sum = static_cast<T>(whole), product = static_cast<T>(whole_products);
  }

  template <bool G> DYNVISION_LANES_ONLY void row(S const* g, S const* x, T m, T kg, T kx, T k, S* y) const {
    for (std::int64_t p = 0; p < places_; p += V::width) {
      int const n = static_cast<int>(std::min<std::int64_t>(V::width, places_ - p));
      V d, q;
      get(x + p, n, d);
      d.v = k + kx * (d.v - m);
      if constexpr (G) {
        get(g + p, n, q);
        d.v += kg * q.v;
      }
      put(d, n, y + p);
    }
  }

  DYNVISION_LANES_ONLY static V zero() { return {typename V::Vector{}}; }

  std::int64_t channels_, places_;
  bool channels_last_;
};

}  // namespace dynvision::kernels

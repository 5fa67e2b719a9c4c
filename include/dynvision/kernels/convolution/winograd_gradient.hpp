// The gradient of the weight and bias of a 3 x 3 convolution with stride 1, with 4/9 of the multiplications of the sum.
//
//   gw += H' ( sum over tiles of (B' d B) o (A g A') ) H,   gb += sum of g      A, B, H, d: kernels/convolution/winograd.hpp
//
// The adjoint of Winograd's F(2x2,3x3) with respect to the weight, added up over many calls, for signals
// with channels fastest. Threads share the sums, so that the result does not depend on their number.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/convolution/winograd_tiles.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <ATen/EmptyTensor.h>

#include <vector>

namespace dynvision::kernels {

template <class T> class WinogradGradient {
  using V = typename Lanes<T>::Vector;
  static constexpr std::int64_t width = Lanes<T>::width;

 public:
  // Whether it pays for a weight of these sizes that WinogradWeight suits: its sums are 16/9 as many, and should stay in
  // the cache.
  static bool suits(at::IntArrayRef sizes) {
    return std::min(sizes[0], sizes[1]) >= 32 && sizes[0] * sizes[1] <= (1 << 17);
  }

  // sizes: of the weight, (Out,In,3,3), neither Out nor In less than a register
  WinogradGradient(at::IntArrayRef sizes, std::int64_t padding)
      : outputs_(sizes[0]), inputs_(sizes[1]), padding_(padding), panels_{(outputs_ + width - 1) / width} {}

  // g (N,Out,H',W') and x (N,In,H,W), one pair for each of some calls; of T, channels fastest
  void add(at::ArrayRef<Tensor> g, at::ArrayRef<Tensor> x) {
    if (!sums_.defined()) {
      sums_ = zeros({16 * plane() + lanes()}, g[0].options());
      none_ = zeros({std::max(inputs_, outputs_)}, g[0].options());
    }
    Size const in{x[0].size(2), x[0].size(3)}, out{g[0].size(2), g[0].size(3)};
    Tiles const tiles(out);
    T const* const none = none_.template const_data_ptr<T>();
    calls_.clear();
    std::int64_t all = 0;
    for (std::size_t i = 0; i < g.size(); ++i) {
      calls_.push_back({all, TileReader<T>(g[i].template const_data_ptr<T>(), outputs_, out, none),
                        TileReader<T>(x[i].template const_data_ptr<T>(), inputs_, in, none)});
      all += g[i].size(0) * tiles.in_image();
    }
    parallel_for(4 * panels_.vectors, 1, [&](std::int64_t from, std::int64_t to) { share(tiles, all, from, to); });
  }

  Tensor weight() const {  // (Out,In,3,3)
    std::int64_t const sizes[] = {outputs_, inputs_, 3, 3};
    Tensor const all = at::detail::empty_cpu(sizes, sums_.scalar_type());
    T* const to = all.template mutable_data_ptr<T>();
    parallel_for(inputs_, 8, [&](std::int64_t first, std::int64_t last) { put(first, last, to); });
    return all;
  }
  Tensor bias() const { return sums_.narrow(0, 16 * plane(), outputs_).clone(); }  // (Out)

 private:
  struct Call {
    std::int64_t first;  // of its tiles
    TileReader<T> g, x;
  };

  std::int64_t lanes() const { return panels_.vectors * width; }
  // With room behind it, so that the sixteen do not compete for one set of a cache.
  std::int64_t plane() const { return inputs_ * lanes() + 16; }

  // A share of the sums, counted in vectors: four planes at a time, those of a row of the tiles; panel by panel.
  void share(Tiles const& tiles, std::int64_t all, std::int64_t from, std::int64_t to) const {
    std::int64_t const most = std::min<std::int64_t>(all, 96);  // tiles that stay in the nearest cache
    TilePlanes<T> x(most, inputs_), g(most, outputs_);
    x = x.in(thread_scratch<T, 0>(4 * x.plane));
    g = g.in(thread_scratch<T, 1>(4 * g.plane));
    for (std::int64_t first = 0, n = 0; first < all; first += n) {
      n = std::min(all - first, most);
      for (int a = 0; a < 4; ++a) {
        std::int64_t const begin = from - a * panels_.vectors, end = to - a * panels_.vectors;
        if (end <= 0 || begin >= panels_.vectors) continue;
        read(a, tiles, all, first, n, x, g);
        panels_.each(begin, end, [&]<int R>(std::int64_t at) {
          for (std::int64_t e = 0; e < 4; ++e) panel<R>(a, e, at, n, x, g);
        });
      }
    }
  }
  // Row a of n tiles, from whatever calls they are of.
  void read(int a, Tiles const& tiles, std::int64_t all, std::int64_t first, std::int64_t n, TilePlanes<T> const& x,
            TilePlanes<T> const& g) const {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
      std::int64_t const of_call = calls_[i].first, end = i + 1 < calls_.size() ? calls_[i + 1].first : all;
      std::int64_t const begin = std::max(first, of_call), last = std::min(first + n, end);
      if (begin >= last) continue;
      calls_[i].x.patch_row(a, tiles, padding_, begin - of_call, last - of_call, x.from(begin - first));
      calls_[i].g.spread_row(a, tiles, begin - of_call, last - of_call, g.from(begin - first));
    }
  }
  template <int R>
  DYNVISION_WIDE void panel(int a, std::int64_t e, std::int64_t at, std::int64_t n, TilePlanes<T> const& x,
                            TilePlanes<T> const& g) const {
    T* const sums = sums_.template mutable_data_ptr<T>() + at * width;
    T const *const of_g = g.at + e * g.plane + at * width, *const of_x = x.at + e * x.plane;
    if (a == 1 && e == 1) add_sum<T, R>(of_g, g.row, n, sums + 16 * plane());  // all four outputs of tiles
    for (std::int64_t k = 0; k < inputs_; k += together) {
      std::int64_t const i = std::min(k, inputs_ - together);
      multiply<R>(of_g, g.row, of_x + i, x.row, n, static_cast<int>(k - i), sums + (4 * a + e) * plane() + i * lanes());
    }
  }

  // Of four inputs, without the first `known` of them.
  template <int R>
  DYNVISION_LANES_ONLY void multiply(T const* g, std::int64_t next_g, T const* x, std::int64_t next_x, std::int64_t n,
                                     int known, T* to) const {
    V sum[together][R] = {};
#pragma GCC unroll 4
    for (int k = 0; k < together; ++k) {
      __builtin_prefetch(to + k * lanes(), 1);
      __builtin_prefetch(to + k * lanes() + R * width - 1, 1);
    }
    for (; n > 0; --n, g += next_g, x += next_x) {
      add_products<T, R, together>(sum, g, [&](int k) { return x[k]; });
    }
#pragma GCC unroll 4
    for (int k = 0; k < together; ++k) {
      if (k < known) continue;
#pragma GCC unroll 3
      for (int r = 0; r < R; ++r) add_to<T>(to + k * lanes() + r * width, sum[k][r]);
    }
  }

  // H' S H of the inputs [first,last)
  DYNVISION_WIDE void put(std::int64_t first, std::int64_t last, T* to) const {
    T const* const from = sums_.template const_data_ptr<T>();
    for (std::int64_t i = first; i < last; ++i) {
      for (std::int64_t at = 0; at < outputs_; at += width) {
        V t[3][4];
        for (int b = 0; b < 4; ++b) {
          V s[4];
          for (int a = 0; a < 4; ++a) std::memcpy(&s[a], from + (4 * a + b) * plane() + i * lanes() + at, sizeof(V));
          V const even = (s[1] + s[2]) * T(0.5);
          t[0][b] = s[0] + even, t[1][b] = (s[1] - s[2]) * T(0.5), t[2][b] = even + s[3];
        }
        for (int a = 0; a < 3; ++a) {
          V const even = (t[a][1] + t[a][2]) * T(0.5);
          V const row[3] = {t[a][0] + even, (t[a][1] - t[a][2]) * T(0.5), even + t[a][3]};
          for (std::int64_t lane = 0; lane < std::min(width, outputs_ - at); ++lane) {
            for (int b = 0; b < 3; ++b) to[((at + lane) * inputs_ + i) * 9 + 3 * a + b] = row[b][lane];
          }
        }
      }
    }
  }

  std::int64_t outputs_, inputs_, padding_;
  Panels panels_;
  Tensor sums_{}, none_{};  // plane by plane (input, lane), behind them those of the bias
  std::vector<Call> calls_{};
};

}  // namespace dynvision::kernels

// A 3 x 3 convolution with stride 1 that multiplies 4 times for an output where the sum multiplies 9 times.
//
//   y = w * x + b,   of every tile of 2 x 2 outputs:   y = A' ( sum over inputs of (H w H') o (B' d B) ) A + b
//
//   H = | 1    0    0  |      o: number by number; A, B and d: kernels/convolution/winograd_tiles.hpp
//       | 1/2  1/2  1/2|
//       | 1/2 -1/2  1/2|
//       | 0    0    1  |
//
// Winograd's F(2x2,3x3). The numbers are those of conv2d up to rounding, which is about that of the sum
// itself; as in any convolution they do not depend on the batch or on the number of threads. Per tile, 16 products of
// matrices (tiles by inputs, inputs by outputs) run over pieces that stay in the cache.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/convolution/winograd_tiles.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <ATen/EmptyTensor.h>

namespace dynvision::kernels {

template <class T> class WinogradWeight {
  using V = typename Lanes<T>::Vector;
  static constexpr std::int64_t width = Lanes<T>::width;

 public:
  // Whether it can compute this; sizes: of the weight, (Out,In,K,K).
  static bool suits(at::IntArrayRef sizes, std::int64_t stride, std::int64_t padding) {
    return sizes[2] == 3 && sizes[3] == 3 && stride == 1 && padding <= 2 && std::min(sizes[0], sizes[1]) >= width;
  }

  // weight (Out,In,3,3); transposed: that of the adjoint, from Out to In
  WinogradWeight(Tensor const& weight, bool transposed)
      : inputs_(weight.size(transposed ? 0 : 1)),
        outputs_(weight.size(transposed ? 1 : 0)),
        panels_{(outputs_ + width - 1) / width},
        numbers_(at::detail::empty_cpu({offset(panels_.vectors)}, weight.scalar_type())),
        zeros_(zeros({inputs_}, weight.options())) {
    Tensor const w = weight.contiguous();
    T const* const from = w.template const_data_ptr<T>();
    parallel_for(panels_.vectors, 1, [&](std::int64_t begin, std::int64_t end) { put(from, transposed, begin, end); });
  }

  // x (N,In,H,W), channels fastest -> y (N,Out,H + 2 padding - 2,W + 2 padding - 2), the same, in `to` if it is defined.
  // bias may be undefined.
  Tensor operator()(Tensor const& x, Tensor const& bias, std::int64_t padding, Tensor const& to = {}) const {
    Size const in{x.size(2), x.size(3)}, out{in.height + 2 * padding - 2, in.width + 2 * padding - 2};
    Tensor const y = to.defined() ? to : Layout{true}.empty(x.size(0), {outputs_, out.height, out.width}, x.options());
    Job const job{Tiles(out),
                  TileReader<T>(x.template const_data_ptr<T>(), inputs_, in, zeros_.template const_data_ptr<T>()),
                  bias.defined() ? bias.template const_data_ptr<T>() : nullptr, y.template mutable_data_ptr<T>()};
    std::int64_t const tiles = x.size(0) * job.tiles.in_image(), threads = loop_threads();
    std::int64_t const most = std::clamp<std::int64_t>(4096 / inputs_ / 4 * 4, 16, 96);
    std::int64_t const pieces =
        (std::max<std::int64_t>(1, (tiles + most - 1) / most) + threads - 1) / threads * threads;
    if (tiles >= 12 * pieces) {
      auto const begin_of = [&](std::int64_t piece) { return std::min(tiles, up_to_four(tiles * piece / pieces)); };
      parallel_pieces(pieces, 1, [&](std::int64_t from, std::int64_t end) {
        for (std::int64_t piece = from; piece < end; ++piece) {
          std::int64_t const first = begin_of(piece), last = begin_of(piece + 1);
          TilePlanes<T> const sizes(up_to_four(last - first), inputs_),
              planes = sizes.in(thread_scratch<T, 0>(sizes.numbers()));
          job.reader.patch(job.tiles, padding, first, last, planes);
          outputs(job, planes, first, last, 0, panels_.vectors);
        }
      });
      return y;
    }
    // Few tiles: threads share the outputs.
    TilePlanes<T> const sizes(most, inputs_), planes = sizes.in(thread_scratch<T, 0>(sizes.numbers()));
    for (std::int64_t first = 0, n = 0; first < tiles; first += n) {
      n = std::min(tiles - first, most);
      parallel_for(n, 2, [&](std::int64_t from, std::int64_t end) {
        job.reader.patch(job.tiles, padding, first + from, first + end, planes.from(from));
      });
      parallel_for(panels_.vectors, 1,
                   [&](std::int64_t from, std::int64_t end) { outputs(job, planes, first, first + n, from, end); });
    }
    return y;
  }

 private:
  struct Job {
    Tiles tiles;
    TileReader<T> reader;
    T const* bias;
    T* y;
  };

  // Where the numbers of a panel begin: (16, input, lane), with room between the planes so that they do not compete for one
  // set of a cache.
  std::int64_t offset(std::int64_t first) const { return 16 * plane(first); }
  std::int64_t plane(std::int64_t vectors) const { return (inputs_ + 2) * vectors * width; }

  DYNVISION_WIDE void put(T const* w, bool transposed, std::int64_t begin, std::int64_t end) const {
    T* const all = numbers_.template mutable_data_ptr<T>();
    std::int64_t const of_output = 9 * (transposed ? 1 : inputs_), of_input = 9 * (transposed ? outputs_ : 1);
    constexpr std::int64_t some = 8;  // inputs, whose numbers are put side by side before they are computed with
    T taps[some][9][width];
    for (std::int64_t first = 0, n = 0; first < panels_.vectors; first += n) {
      n = panels_.vectors_of(first);
      for (std::int64_t v = std::max(first, begin); v < std::min(first + n, end); ++v) {
        std::memset(taps, 0, sizeof taps);  // lanes beyond the last output
        for (std::int64_t i = 0; i < inputs_; i += some) {
          std::int64_t const last = std::min(inputs_, i + some);
          for (std::int64_t lane = 0; lane < std::min(width, outputs_ - v * width); ++lane) {
            T const* from = w + (v * width + lane) * of_output + i * of_input;
            for (std::int64_t k = i; k < last; ++k, from += of_input) {
#pragma GCC unroll 9
              for (int tap = 0; tap < 9; ++tap) taps[k - i][tap][lane] = from[transposed ? 8 - tap : tap];
            }
          }
          for (std::int64_t k = i; k < last; ++k) {
            put_taps(taps[k - i], all + offset(first) + (k * n + v - first) * width, plane(n));
          }
        }
      }
    }
  }
  // H w H'
  DYNVISION_LANES_ONLY static void put_taps(T const (*from)[width], T* to, std::int64_t plane) {
    V t[4][3];
#pragma GCC unroll 3
    for (int b = 0; b < 3; ++b) {
      V w[3];
#pragma GCC unroll 3
      for (int a = 0; a < 3; ++a) std::memcpy(&w[a], from[3 * a + b], sizeof(V));
      V const even = (w[0] + w[2]) * T(0.5), odd = w[1] * T(0.5);
      t[0][b] = w[0], t[1][b] = even + odd, t[2][b] = even - odd, t[3][b] = w[2];
    }
#pragma GCC unroll 4
    for (int a = 0; a < 4; ++a) {
      V const even = (t[a][0] + t[a][2]) * T(0.5), odd = t[a][1] * T(0.5);
      V const row[4] = {t[a][0], even + odd, even - odd, t[a][2]};
#pragma GCC unroll 4
      for (int b = 0; b < 4; ++b) std::memcpy(to + (4 * a + b) * plane, &row[b], sizeof(V));
    }
  }

  // Panels that begin in [begin,end), of tiles [first,last), whose patches are there.
  void outputs(Job const& job, TilePlanes<T> const& patches, std::int64_t first, std::int64_t last, std::int64_t begin,
               std::int64_t end) const {
    panels_.each(begin, end, [&]<int R>(std::int64_t at) { panel<R>(job, patches, first, last, at); });
  }

  template <int R>
  DYNVISION_WIDE void panel(Job const& job, TilePlanes<T> const& patches, std::int64_t first, std::int64_t last,
                            std::int64_t at) const {
    constexpr std::int64_t row = R * width;
    std::int64_t const n = last - first;
    TilePlanes<T> const sizes(up_to_four(n), row), sums = sizes.in(thread_scratch<T, 1>(sizes.numbers()));
    T const* weight = numbers_.template const_data_ptr<T>() + offset(at);
    for (int e = 0; e < 16; ++e, weight += plane(R)) {
      T const* const x = patches.at + e * patches.plane;
      T* const to = sums.at + e * sums.plane;
      Prefetch<T> next(weight + plane(R), row, up_to_four(n) / together);
      for (std::int64_t k = 0; k < n; k += together) {
        multiply<R>(x + k * patches.row, patches.row, weight, to + k * row, next);
      }
    }
    V bias[R] = {};
    std::int64_t const o = at * width, count = std::min(row, outputs_ - o);
    if (job.bias != nullptr) std::memcpy(bias, job.bias + o, static_cast<std::size_t>(count) * sizeof(T));
    for (std::int64_t k = 0; k < n; ++k) {
      Tiles::Place const p = job.tiles.place(first + k);
      Size const size = job.tiles.outputs;
      T* const y = job.y + ((p.image * size.height + p.y) * size.width + p.x) * outputs_ + o;
      std::int64_t const down = p.y + 1 < size.height ? size.width * outputs_ : 0,
                         right = p.x + 1 < size.width ? outputs_ : 0;
#pragma GCC unroll 3
      for (int r = 0; r < R; ++r) {
        finish(sums.at + k * row + r * width, sums.plane, bias[r], y + r * width, down, right, count - r * width);
      }
    }
  }

  // Of four tiles, R vectors of outputs: one of the sixteen products.
  template <int R>
  DYNVISION_LANES_ONLY void multiply(T const* x, std::int64_t apart, T const* weight, T* to, Prefetch<T>& next) const {
    V sum[together][R] = {};
    for (std::int64_t i = 0; i < inputs_; ++i, weight += R * width) {
      next.fetch();
      add_products<T, R, together>(sum, weight, [&](int k) { return x[k * apart + i]; });
    }
#pragma GCC unroll 4
    for (int k = 0; k < together; ++k) {
#pragma GCC unroll 3
      for (int r = 0; r < R; ++r) std::memcpy(to + (k * R + r) * width, &sum[k][r], sizeof(V));
    }
  }

  // A' m A + b of one tile; down and right are 0 where no output is.
  DYNVISION_LANES_ONLY static void finish(T const* from, std::int64_t plane, V const& bias, T* y, std::int64_t down,
                                          std::int64_t right, std::int64_t count) {
    V t[2][4];
#pragma GCC unroll 4
    for (int b = 0; b < 4; ++b) {
      V m[4];
#pragma GCC unroll 4
      for (int a = 0; a < 4; ++a) std::memcpy(&m[a], from + (4 * a + b) * plane, sizeof(V));
      t[0][b] = m[0] + m[1] + m[2], t[1][b] = m[1] - m[2] - m[3];
    }
    V const y00 = t[0][0] + t[0][1] + t[0][2] + bias, y01 = t[0][1] - t[0][2] - t[0][3] + bias;
    V const y10 = t[1][0] + t[1][1] + t[1][2] + bias, y11 = t[1][1] - t[1][2] - t[1][3] + bias;
    if (down != 0 && right != 0) write<T>(y11, y + down + right, count);
    if (down != 0) write<T>(y10, y + down, count);
    if (right != 0) write<T>(y01, y + right, count);
    write<T>(y00, y, count);
  }

  std::int64_t inputs_, outputs_;
  Panels panels_;
  Tensor numbers_, zeros_;
};

}  // namespace dynvision::kernels

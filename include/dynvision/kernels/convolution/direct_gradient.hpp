// The gradient of a convolution's weight and bias, added up over many calls, of signals with channels fastest.
//
//   gw(o,i,a,b) += sum over n,y,x of g(n,o,y,x) x(n,i, y s + a - p, x s + b - p)        stride s, padding p
//   gb(o)       += sum over n,y,x of g(n,o,y,x)
//
// OneDNN computes it for signals with channels fastest where there is AVX-512; elsewhere it puts both
// signals into another order first, at every call, and runs at half of the speed of the forward convolution. Here a tile of
// gw (a few outputs by a few inputs of one tap) stays in registers while it runs over a piece of the images that stays in
// the cache, and is added to the sums after it. Threads share the tiles, so that the result does not depend on their number.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/convolution/microkernel.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <ATen/EmptyTensor.h>

#include <algorithm>
#include <vector>

namespace dynvision::kernels {

template <class T> class WeightGradient {
  using V = typename Lanes<T>::Vector;
  static constexpr std::int64_t width = Lanes<T>::width;

 public:
  // sizes: of the weight, (Out,In,K,K)
  WeightGradient(at::IntArrayRef sizes, std::int64_t stride, std::int64_t padding)
      : outputs_(sizes[0]),
        inputs_(sizes[1]),
        kernel_(sizes[2]),
        stride_(stride),
        padding_(padding),
        panels_{(outputs_ + width - 1) / width} {}

  // g (N,Out,H',W') and x (N,In,H,W), one pair for each of some calls; of T, channels fastest
  void add(at::ArrayRef<Tensor> g, at::ArrayRef<Tensor> x) {
    if (!sums_.defined()) sums_ = zeros({taps() * inputs_ + 1, lanes()}, g[0].options());
    in_ = {x[0].size(2), x[0].size(3)}, out_ = {g[0].size(2), g[0].size(3)};
    images_.clear();
    for (std::size_t i = 0; i < g.size(); ++i) {
      auto const *const of_g = g[i].template const_data_ptr<T>(), *const of_x = x[i].template const_data_ptr<T>();
      for (std::int64_t n = 0; n < g[i].size(0); ++n) {
        images_.push_back(
            {of_g + n * out_.height * out_.width * outputs_, of_x + n * in_.height * in_.width * inputs_});
      }
    }
    parallel_for(panels_.vectors * taps() * groups(), Panels::most,
                 [&](std::int64_t from, std::int64_t to) { share(from, to); });
  }

  Tensor weight() const {  // (Out,In,K,K)
    std::int64_t const sizes[] = {outputs_, inputs_, kernel_, kernel_};
    Tensor const all = at::detail::empty_cpu(sizes, sums_.scalar_type());
    T const* const from = sums_.template const_data_ptr<T>();
    T* const to = all.template mutable_data_ptr<T>();
    parallel_for(inputs_, 8, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t i = first; i < last; ++i) {
        for (std::int64_t o = 0; o < outputs_; ++o) {
          T* const taps_of = to + (o * inputs_ + i) * taps();
          for (std::int64_t tap = 0; tap < taps(); ++tap) taps_of[tap] = from[(tap * inputs_ + i) * lanes() + o];
        }
      }
    });
    return all;
  }
  Tensor bias() const { return sums_.select(0, taps() * inputs_).narrow(0, 0, outputs_).clone(); }  // (Out)

 private:
  struct Image {
    T const *g, *x;
  };
  struct Stretch {       // neighbouring places of one row, or of rows that follow each other
    std::int64_t place;  // of g, in the piece
    T const* x;          // what its tap sees there
    std::int64_t n;
  };
  struct Scratch {                      // of a thread
    std::vector<T> panel{};             // g of a piece, (place, lane)
    std::vector<Stretch> stretches{};   // of a piece, tap by tap
    std::vector<std::size_t> of_tap{};  // where those of a tap begin
  };

  std::int64_t taps() const { return kernel_ * kernel_; }
  std::int64_t lanes() const { return panels_.vectors * width; }
  std::int64_t inputs_of_tile() const { return inputs_ < together ? 1 : together; }
  std::int64_t groups() const { return (inputs_ + inputs_of_tile() - 1) / inputs_of_tile(); }

  // A share of the tiles, counted in vectors: panel by panel, tap by tap, input by input. Piece by piece of the images.
  void share(std::int64_t from, std::int64_t to) const {
    thread_local Scratch scratch;
    std::int64_t const all = static_cast<std::int64_t>(images_.size()) * out_.height, of_panel = taps() * groups();
    // The panel stays in the nearest cache, x in the next one.
    std::int64_t const places =
        std::clamp<std::int64_t>((1 << 16) / (static_cast<std::int64_t>(sizeof(T)) * inputs_), 64, 192);
    std::int64_t const rows = std::max<std::int64_t>(1, places / out_.width);
    scratch.panel.resize(static_cast<std::size_t>(rows * out_.width * Panels::most * width));
    for (std::int64_t row = 0; row < all; row += rows) {
      std::int64_t const last = std::min(all, row + rows);
      find_stretches(row, last, scratch);
      for (std::int64_t first = 0, n = 0; first < panels_.vectors; first += n) {
        n = panels_.vectors_of(first);
        auto const tile_of = [&](std::int64_t vector) {
          return std::clamp<std::int64_t>((vector - first * of_panel + n - 1) / n, 0, of_panel);
        };
        std::int64_t const begin = tile_of(from), end = tile_of(to);
        if (begin == end) continue;
        if (n == 3) panel<3>(row, last, first, begin, end, scratch);
        if (n == 2) panel<2>(row, last, first, begin, end, scratch);
        if (n == 1) panel<1>(row, last, first, begin, end, scratch);
      }
    }
  }

  // What each tap sees of the rows [row,last) of all images.
  void find_stretches(std::int64_t row, std::int64_t last, Scratch& to) const {
    to.stretches.clear(), to.of_tap.clear();
    for (std::int64_t tap = 0; tap < taps(); ++tap) {
      std::int64_t const a = tap / kernel_ - padding_, b = tap % kernel_ - padding_;
      std::size_t const before = to.stretches.size();
      to.of_tap.push_back(before);
      std::int64_t const begin = std::max<std::int64_t>(0, (stride_ - 1 - b) / stride_);
      std::int64_t const end = std::min(out_.width, b >= in_.width ? 0 : (in_.width - 1 - b) / stride_ + 1);
      if (begin >= end) continue;
      bool const whole = begin == 0 && end == out_.width && stride_ == 1 && in_.width == out_.width;
      for (std::int64_t r = row; r < last; ++r) {
        std::int64_t const y = r % out_.height * stride_ + a;
        if (y < 0 || y >= in_.height) continue;
        Image const& image = images_[static_cast<std::size_t>(r / out_.height)];
        std::int64_t const place = (r - row) * out_.width + begin;
        T const* const x = image.x + (y * in_.width + begin * stride_ + b) * inputs_;
        if (whole && to.stretches.size() > before) {
          Stretch& previous = to.stretches.back();
          if (previous.place + previous.n == place && previous.x + previous.n * inputs_ == x) {
            previous.n += end;
            continue;
          }
        }
        to.stretches.push_back({place, x, end - begin});
      }
    }
    to.of_tap.push_back(to.stretches.size());
  }

  // Tiles [begin,end) of R vectors from `first` on, of the rows [row,last).
  template <int R>
  DYNVISION_WIDE void panel(std::int64_t row, std::int64_t last, std::int64_t first, std::int64_t begin,
                            std::int64_t end, Scratch& scratch) const {
    pack<R>(row, last, first, scratch.panel.data());
    T* const sums = sums_.template mutable_data_ptr<T>() + first * width;
    if (begin == 0) {
      add_sum<T, R>(scratch.panel.data(), R * width, (last - row) * out_.width, sums + taps() * inputs_ * lanes());
    }
    for (std::int64_t k = begin; k < end; ++k) {
      auto const tap = static_cast<std::size_t>(k / groups());
      std::int64_t const group = k % groups() * inputs_of_tile(), i = std::min(group, inputs_ - inputs_of_tile());
      Stretch const* const from = scratch.stretches.data() + scratch.of_tap[tap];
      Stretch const* const to = scratch.stretches.data() + scratch.of_tap[tap + 1];
      if (from == to) continue;
      T* const sum = sums + (k / groups() * inputs_ + i) * lanes();
      int const known = static_cast<int>(group - i);
      if (inputs_ < together) {
        tile<R, 1>(from, to, scratch.panel.data(), i, known, sum);
      } else {
        tile<R, together>(from, to, scratch.panel.data(), i, known, sum);
      }
    }
  }

  // g of the rows, R vectors from `first` on; beyond the last output are zeros.
  template <int R>
  DYNVISION_LANES_ONLY void pack(std::int64_t row, std::int64_t last, std::int64_t first, T* to) const {
    std::int64_t const from = first * width, count = std::min(R * width, outputs_ - from), full = count / width;
    for (std::int64_t r = row; r < last; ++r) {
      T const* g =
          images_[static_cast<std::size_t>(r / out_.height)].g + r % out_.height * out_.width * outputs_ + from;
      for (std::int64_t k = 0; k < out_.width; ++k, g += outputs_, to += R * width) {
        for (std::int64_t v = 0; v < full; ++v) std::memcpy(to + v * width, g + v * width, sizeof(V));
        for (std::int64_t lane = full * width; lane < R * width; ++lane) to[lane] = lane < count ? g[lane] : T(0);
      }
    }
  }

  // R vectors of outputs by C inputs from i on, without the first `known` of them; of the tap that has these stretches.
  template <int R, int C>
  DYNVISION_LANES_ONLY void tile(Stretch const* first, Stretch const* last, T const* panel, std::int64_t i, int known,
                                 T* to) const {
    V sum[C][R] = {};
    std::int64_t const step = stride_ * inputs_;
    for (; first != last; ++first) {
      T const* g = panel + first->place * R * width;
      T const* x = first->x + i;
      for (std::int64_t k = first->n; k > 0; --k, g += R * width, x += step) {
        add_products<T, R, C>(sum, g, [&](int c) { return x[c]; });
      }
    }
#pragma GCC unroll 4
    for (int c = 0; c < C; ++c) {
      if (c < known) continue;
#pragma GCC unroll 3
      for (int r = 0; r < R; ++r) add_to<T>(to + c * lanes() + r * width, sum[c][r]);
    }
  }

  std::int64_t outputs_, inputs_, kernel_, stride_, padding_;
  Panels panels_;
  Size in_{}, out_{};
  Tensor sums_{};  // (K K In + 1, lanes): of the weight, tap by tap; the last row: of the bias
  std::vector<Image> images_{};
};

}  // namespace dynvision::kernels

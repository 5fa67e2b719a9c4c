// A convolution by its sum, for signals with channels fastest; and its adjoint, which is a sum of the same kind.
//
//   y(n,o,v) = b(o) + sum over taps k and inputs i of w(o,i,k) x(n,i, S v + r_k)          v: places, S: stride
//   gx(n,i,u) = sum over taps k with u + p - k = s v, and over outputs o, of w(o,i,k) g(n,o,v)
//
// Places of y that see the same taps are one class: all of them forward, those of equal remainder modulo
// the stride s in the adjoint. Four places by up to three registers of outputs stay in registers while they run over the
// inputs, whichever places they are: each brings the address of what a tap shows it, zeros outside of the image.
#pragma once
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/convolution/microkernel.hpp>
#include <dynvision/kernels/device/layout.hpp>
#include <dynvision/kernels/device/parallel.hpp>

#include <ATen/EmptyTensor.h>

namespace dynvision::kernels {

template <class T> class DirectWeight {
  using V = typename Lanes<T>::Vector;
  static constexpr std::int64_t width = Lanes<T>::width;

 public:
  // weight (Out,In,K,K); transposed: that of the adjoint, from Out to In
  DirectWeight(Tensor const& weight, std::int64_t stride, std::int64_t padding, bool transposed)
      : kernel_(weight.size(2)),
        stride_(stride),
        padding_(padding),
        transposed_(transposed),
        inputs_(weight.size(transposed ? 0 : 1)),
        outputs_(weight.size(transposed ? 1 : 0)),
        panels_{(outputs_ + width - 1) / width},
        numbers_(at::detail::empty_cpu({offset(panels_.vectors)}, weight.scalar_type())),
        zeros_(zeros({inputs_}, weight.options())) {
    Tensor const w = weight.contiguous();
    T const* const from = w.template const_data_ptr<T>();
    parallel_for(panels_.vectors, 1, [&](std::int64_t begin, std::int64_t end) { put(from, begin, end); });
    if (!transposed) add_class({stride, 1, {0, 0}, {}}, {0, 0}, 1);
    for (std::int64_t a = 0; transposed && a < stride; ++a) {
      for (std::int64_t b = 0; b < stride; ++b) {
        add_class({1, stride, {a, b}, {}}, {(a + padding) % stride, (b + padding) % stride}, stride);
      }
    }
  }

  // x (N,In,H,W) -> y (N,Out,out), both with channels fastest. bias may be undefined.
  Tensor operator()(Tensor const& x, Tensor const& bias, Size out, Tensor const& to = {}) const {
    Tensor const y = to.defined() ? to : Layout{true}.empty(x.size(0), {outputs_, out.height, out.width}, x.options());
    Job const job{x.size(0),
                  x.template const_data_ptr<T>(),
                  {x.size(2), x.size(3)},
                  y.template mutable_data_ptr<T>(),
                  out,
                  bias.defined() ? bias.template const_data_ptr<T>() : nullptr};
    for (Class const& of : classes_) run(job, of);
    return y;
  }

 private:
  struct Point {
    std::int64_t y, x;
  };
  struct Job {
    std::int64_t images;
    T const* x;
    Size in;
    T* y;
    Size out;
    T const* bias;
  };
  struct Tap {
    std::int64_t number, y, x;  // which of the weight; where it looks
  };
  // Place (u,v) of a class is output (u,v) step + first, and sees input (u,v) scale + (y,x) with a tap.
  struct Class {
    std::int64_t scale, step;
    Point first;
    std::vector<Tap> taps;
    Size places(Size out) const {
      return {(out.height - first.y + step - 1) / step, (out.width - first.x + step - 1) / step};
    }
  };

  std::int64_t taps() const { return kernel_ * kernel_; }
  std::int64_t plane(std::int64_t vectors) const { return inputs_ * vectors * width; }  // of a tap of a panel
  std::int64_t offset(std::int64_t first) const { return taps() * plane(first); }

  void put(T const* w, std::int64_t begin, std::int64_t end) const {
    T* const all = numbers_.template mutable_data_ptr<T>();
    std::int64_t const of_output = taps() * (transposed_ ? 1 : inputs_),
                       of_input = taps() * (transposed_ ? outputs_ : 1);
    for (std::int64_t first = 0, n = 0; first < panels_.vectors; first += n) {
      n = panels_.vectors_of(first);
      for (std::int64_t v = std::max(first, begin); v < std::min(first + n, end); ++v) {
        std::int64_t const count = std::min(width, outputs_ - v * width);
        T* const to = all + offset(first) + (v - first) * width;
        for (std::int64_t i = 0; i < inputs_; ++i) {
          T const* const from = w + v * width * of_output + i * of_input;
          for (std::int64_t tap = 0; tap < taps(); ++tap) {
            T* const lanes = to + tap * plane(n) + i * n * width;
            for (std::int64_t lane = 0; lane < width; ++lane) {
              lanes[lane] = lane < count ? from[lane * of_output + tap] : T(0);
            }
          }
        }
      }
    }
  }

  // With every tap from the first one on that is `every` apart.
  void add_class(Class of, Point first, std::int64_t every) {
    for (std::int64_t a = first.y; a < kernel_; a += every) {
      for (std::int64_t b = first.x; b < kernel_; b += every) {
        Tap tap{a * kernel_ + b, a - padding_, b - padding_};
        if (transposed_) tap.y = (of.first.y + padding_ - a) / every, tap.x = (of.first.x + padding_ - b) / every;
        of.taps.push_back(tap);
      }
    }
    classes_.push_back(std::move(of));
  }

  // What a piece of places sees and where its sums go: addresses of the inputs tap by tap, and of the outputs. Their number
  // is a multiple of four: those beyond the last place see zeros, and nobody reads their sums.
  struct Piece {
    std::int64_t n;
    T const** inputs;
    T** outputs;
  };

  // All places of a class. Threads share pieces of places, and their panels where pieces are few.
  void run(Job const& job, Class const& of) const {
    constexpr std::int64_t most_places = 64;
    Size const places = of.places(job.out);
    if (places.height <= 0 || places.width <= 0) return;
    std::int64_t const n = job.images * places.height * places.width, threads = loop_threads();
    std::int64_t const enough = std::clamp<std::int64_t>((n / threads + 3) / 4 * 4, 16, most_places);
    std::int64_t const pieces = (n + enough - 1) / enough, vectors = panels_.vectors;
    auto const seen = static_cast<std::int64_t>(of.taps.size());
    parallel_pieces(pieces * vectors, Panels::most, [&](std::int64_t from, std::int64_t to) {
      Piece at{0, thread_scratch<T const*, 0>(seen * enough), thread_scratch<T*, 0>(enough)};
      T* const nowhere = thread_scratch<T, 0>(outputs_);
      for (std::int64_t piece = from / vectors; piece * vectors < to; ++piece) {
        std::int64_t const first = piece * enough;
        std::int64_t const n_places = std::min(n - first, enough);
        at.n = up_to_four(n_places);
        find(job, of, places, first, n_places, at);
        for (std::int64_t k = n_places; k < at.n; ++k) {
          for (std::int64_t tap = 0; tap < seen; ++tap) at.inputs[tap * at.n + k] = zeros_.template const_data_ptr<T>();
          at.outputs[k] = nowhere;
        }
        panels_.each(from - piece * vectors, to - piece * vectors,
                     [&]<int R>(std::int64_t v) { panel<R>(job, of, at, v); });
      }
    });
  }

  // The addresses of n places from `first` on.
  void find(Job const& job, Class const& of, Size places, std::int64_t first, std::int64_t n, Piece const& to) const {
    T const* const outside = zeros_.template const_data_ptr<T>();
    std::int64_t image = first / (places.height * places.width), u = first / places.width % places.height;
    std::int64_t v = first % places.width;
    for (std::int64_t k = 0; k < n; ++k) {
      T const* const begin = job.x + image * job.in.height * job.in.width * inputs_;
      T const** at = to.inputs + k;
      for (Tap const& tap : of.taps) {
        std::int64_t const y = u * of.scale + tap.y, x = v * of.scale + tap.x;
        bool const inside = y >= 0 && y < job.in.height && x >= 0 && x < job.in.width;
        *at = inside ? begin + (y * job.in.width + x) * inputs_ : outside;
        at += to.n;
      }
      std::int64_t const y = u * of.step + of.first.y, x = v * of.step + of.first.x;
      to.outputs[k] = job.y + ((image * job.out.height + y) * job.out.width + x) * outputs_;
      if (++v == places.width) v = 0, ++u;
      if (u == places.height) u = 0, ++image;
    }
  }

  template <int R>
  DYNVISION_WIDE void panel(Job const& job, Class const& of, Piece const& piece, std::int64_t vector) const {
    constexpr std::int64_t row = R * width;
    std::int64_t const o = vector * width, count = std::min(row, outputs_ - o);
    V bias[R] = {};
    if (job.bias != nullptr) std::memcpy(bias, job.bias + o, static_cast<std::size_t>(count) * sizeof(T));
    auto const n_taps = static_cast<std::int64_t>(of.taps.size());
    // Of the weight, what stays in the nearest cache at a time. Sums wait in between.
    constexpr std::int64_t near = 24 << 10;
    std::int64_t const at_a_time = std::max<std::int64_t>(1, near / static_cast<std::int64_t>(sizeof(T)) / plane(R));
    T* const sums = at_a_time < n_taps ? thread_scratch<T, 1>(piece.n * row) : nullptr;
    T const* const weight = numbers_.template const_data_ptr<T>() + offset(vector);
    Stretch stretch{&of, 0, 0, weight};
    do {
      stretch.end = std::min(n_taps, stretch.begin + at_a_time);
      bool const begins = stretch.begin == 0, ends = stretch.end == n_taps;
      std::int64_t const passes = piece.n / together * (stretch.end - stretch.begin);
      std::int64_t const after = ends ? taps() : of.taps[static_cast<std::size_t>(stretch.end)].number;
      Prefetch<T> next(weight + after * plane(R), row, passes);
      for (std::int64_t k = 0; k < piece.n; k += together) {
        V sum[together][R];
        T* const waiting = sums + k * row;
        if (begins) {
#pragma GCC unroll 4
          for (int i = 0; i < together; ++i) std::memcpy(&sum[i], bias, sizeof bias);
        } else {
          std::memcpy(&sum, waiting, sizeof sum);
        }
        multiply<R>(stretch, piece.inputs + k, piece.n, sum, next);
        if (!ends) {
          std::memcpy(waiting, &sum, sizeof sum);
          continue;
        }
#pragma GCC unroll 4
        for (int i = 0; i < together; ++i) {
          T* const to = piece.outputs[k + i] + o;
#pragma GCC unroll 3
          for (int r = 0; r < R; ++r) write<T>(sum[i][r], to + r * width, count - r * width);
        }
      }
      stretch.begin = stretch.end;
    } while (stretch.begin < n_taps);
  }

  struct Stretch {  // of the taps of a class
    Class const* of;
    std::int64_t begin, end;
    T const* weight;  // of the panel
  };
  // Of four places, R vectors of outputs.
  template <int R>
  DYNVISION_LANES_ONLY void multiply(Stretch const& over, T const* const* at, std::int64_t apart, V (&sum)[together][R],
                                     Prefetch<T>& next) const {
    for (std::int64_t tap = over.begin; tap < over.end; ++tap) {
      T const* w_at = over.weight + over.of->taps[static_cast<std::size_t>(tap)].number * plane(R);
      T const* x[together];
#pragma GCC unroll 4
      for (int k = 0; k < together; ++k) x[k] = at[tap * apart + k];
      for (std::int64_t i = 0; i < inputs_; ++i, w_at += R * width) {
        next.fetch();
        add_products<T, R, together>(sum, w_at, [&](int k) { return x[k][i]; });
      }
    }
  }

  std::int64_t kernel_, stride_, padding_;
  bool transposed_;
  std::int64_t inputs_, outputs_;
  Panels panels_;
  Tensor numbers_, zeros_;
  std::vector<Class> classes_{};
};

}  // namespace dynvision::kernels

// Maximum over K x K windows and its adjoint, with one byte for each window in place of a 64-bit index.
//
//   y(i,j) = max over the window at (i Stride - Margin, j Stride - Margin), the first one where several are equal
//
// The byte is the place of the maximum in its window, row by row. The adjoint adds to what is there.
#pragma once
#include <dynvision/kernels/device/parallel.hpp>
#include <dynvision/kernels/number/lanes.hpp>
#include <dynvision/kernels/resample/max_pooling_tensors.hpp>

#include <algorithm>
#include <limits>

namespace dynvision::kernels {

class MaxPooling {
 public:
  MaxPooling(Shape const& in, Shape const& out, int kernel, int stride, int margin, Layout layout)
      : in_(in), out_(out), kernel_(kernel), stride_(stride), margin_(margin), layout_(layout) {}

  // x (N,C,H,W), y (N,C,h,w), place as y or null
  void forward(Engine const& engine, void const* x, void* y, std::uint8_t* place, std::int64_t n) const {
    if (engine.backend == Backend::loops) {
      engine.with_storage([&]<class S>(S) {
        if (layout_.channels_last) {
          forward_rows(static_cast<S const*>(x), static_cast<S*>(y), place, n);
        } else {
          forward_planes(static_cast<S const*>(x), static_cast<S*>(y), place, n);
        }
      });
    } else if (engine.backend == Backend::device && pooling_launcher.forward != nullptr) {
      pooling_launcher.forward(engine, numbers(), x, y, place, n);
    } else {
      PoolingTensors(numbers(), engine, n).forward(x, y, place);
    }
  }
  void adjoint(Engine const& engine, void const* gy, std::uint8_t const* place, void* gx, std::int64_t n) const {
    if (engine.backend == Backend::loops) {
      engine.with_storage([&]<class S>(S) { adjoint_of(static_cast<S const*>(gy), place, static_cast<S*>(gx), n); });
    } else if (engine.backend == Backend::device && pooling_launcher.adjoint != nullptr) {
      pooling_launcher.adjoint(engine, numbers(), gy, place, gx, n);
    } else {
      PoolingTensors(numbers(), engine, n).adjoint(gy, place, gx);
    }
  }

 private:
  PoolingNumbers numbers() const { return {in_, out_, kernel_, stride_, margin_, layout_.channels_last}; }

  template <class S> void adjoint_of(S const* gy, std::uint8_t const* place, S* gx, std::int64_t n) const {
    std::int64_t const planes = layout_.channels_last ? 1 : in_.channels;
    std::int64_t const width = layout_.channels_last ? in_.channels : 1;  // numbers side by side
    std::int64_t offset[256];                                             // from a window's corner to a place in it
    for (int k = 0; k < kernel_ * kernel_; ++k) offset[k] = (k / kernel_ * in_.width + k % kernel_) * width;
    parallel_pieces(n, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t p = first * planes; p < last * planes; ++p) {
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

  struct Window {
    std::int64_t top, bottom, left, right;  // within the image
  };
  Window window(std::int64_t i, std::int64_t j) const {
    std::int64_t const y = i * stride_ - margin_, x = j * stride_ - margin_;
    return {std::max<std::int64_t>(y, 0), std::min(y + kernel_, in_.height), std::max<std::int64_t>(x, 0),
            std::min(x + kernel_, in_.width)};
  }
  std::uint8_t place_of(std::int64_t i, std::int64_t j, std::int64_t y, std::int64_t x) const {
    return static_cast<std::uint8_t>((y - i * stride_ + margin_) * kernel_ + x - j * stride_ + margin_);
  }

  template <class S> void forward_planes(S const* x, S* y, std::uint8_t* place, std::int64_t n) const {
    parallel_for(n * in_.channels, 8, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t p = first; p < last; ++p) {
        S const* const from = x + p * in_.height * in_.width;
        for (std::int64_t i = 0; i < out_.height; ++i) {
          for (std::int64_t j = 0; j < out_.width; ++j) {
            Window const w = window(i, j);
            S best = from[w.top * in_.width + w.left];
            std::uint8_t where = place_of(i, j, w.top, w.left);
            for (std::int64_t r = w.top; r < w.bottom; ++r) {
              for (std::int64_t s = w.left; s < w.right; ++s) {
                S const candidate = from[r * in_.width + s];
                if (candidate > best || candidate != candidate) best = candidate, where = place_of(i, j, r, s);
              }
            }
            std::int64_t const at = (p * out_.height + i) * out_.width + j;
            y[at] = best;
            if (place != nullptr) place[at] = where;
          }
        }
      }
    });
  }

  // Channels fastest: a window is compared for many channels at once.
  template <class S> void forward_rows(S const* x, S* y, std::uint8_t* place, std::int64_t n) const {
    parallel_pieces(n * out_.height, 4,
                    [&](std::int64_t first, std::int64_t last) DYNVISION_WIDE { rows(x, y, place, first, last); });
  }
  template <class S>
  DYNVISION_LANES_ONLY void rows(S const* x, S* y, std::uint8_t* place, std::int64_t first, std::int64_t last) const {
    if (place != nullptr) {
      rows_of<S, true>(x, y, place, first, last);
    } else {
      rows_of<S, false>(x, y, place, first, last);
    }
  }
  template <class S, bool Places>
  DYNVISION_LANES_ONLY void rows_of(S const* x, S* y, std::uint8_t* place, std::int64_t first,
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
          std::uint8_t* const where = Places ? place + at + from_c : nullptr;
          if (whole && kernel_ == 3 && count == V::width) {
            lanes<S, Places, 3>(corner + from_c, 3, 3, begin, count, y + at + from_c, where);
          } else {
            lanes<S, Places, 0>(corner + from_c, w.bottom - w.top, w.right - w.left, begin, count, y + at + from_c,
                                where);
          }
        }
      }
    }
  }

  // One window, whose upper left corner has place `begin`; K: its size, if that is known.
  template <class S, bool Places, int K>
  DYNVISION_LANES_ONLY void lanes(S const* corner, std::int64_t height, std::int64_t width, int begin, int count, S* y,
                                  std::uint8_t* place) const {
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
        if constexpr (Places) where = better ? Integers{} + static_cast<Integer>(begin + r * kernel_ + s) : where;
      }
    }
    if (count == V::width) {
      store(best, y);
    } else {
      store_some(best, count, y);
    }
    if constexpr (Places) {
      typedef std::uint8_t Bytes __attribute__((vector_size(V::width)));
      Bytes const bytes = __builtin_convertvector(where, Bytes);
      std::memcpy(place, &bytes, static_cast<std::size_t>(count));
    }
  }

  Shape in_, out_;
  int kernel_, stride_, margin_;
  Layout layout_;
};

}  // namespace dynvision::kernels

// Maximum over K x K windows and its adjoint, with one byte for each window in place of a 64-bit index.
//
//   y(i,j) = max over the window at (i Stride - Margin, j Stride - Margin), the first one where several are equal
//
// The byte is the place of the maximum in its window, row by row. The adjoint adds to what is there.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/resample/launcher.hpp>

namespace dynvision::kernels {

class MaxPooling {
 public:
  MaxPooling(Shape const& in, Shape const& out, int kernel, int stride, int margin, Layout layout)
      : in_(in), out_(out), kernel_(kernel), stride_(stride), margin_(margin), layout_(layout) {}

  // x (N,C,H,W), y (N,C,h,w), place as y or null
  void forward(Engine const& engine, void const* x, void* y, std::uint8_t* place, std::int64_t n) const;
  void adjoint(Engine const& engine, void const* gy, std::uint8_t const* place, void* gx, std::int64_t n) const;

 private:
  bool has_loops(Engine const& engine) const;
  PoolingNumbers numbers() const { return {in_, out_, kernel_, stride_, margin_, layout_.channels_last}; }

  template <class S> void adjoint_of(S const* gy, std::uint8_t const* place, S* gx, std::int64_t n) const;

  struct Window {
    std::int64_t top, bottom, left, right;  // within the image
  };
  Window window(std::int64_t i, std::int64_t j) const;
  std::uint8_t place_of(std::int64_t i, std::int64_t j, std::int64_t y, std::int64_t x) const;

  // Channels fastest: a window is compared for many channels at once.
  template <class S> void forward_rows(S const* x, S* y, std::uint8_t* place, std::int64_t n) const;
  template <class S> void rows(S const* x, S* y, std::uint8_t* place, std::int64_t first, std::int64_t last) const;

  // One window, whose upper left corner has place `begin`; K: its size, if that is known.
  template <class S, int K>
  void lanes(S const* corner, std::int64_t height, std::int64_t width, int begin, int count, S* y,
             std::uint8_t* place) const;

  Shape in_, out_;
  int kernel_, stride_, margin_;
  Layout layout_;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/resample/max_pooling.ipp>
#endif

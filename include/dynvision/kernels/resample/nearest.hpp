// Nearest-neighbour resizing of a signal, and its adjoint.
//
//   y(i,j) = x(floor(i H/h), floor(j W/w))       x (N,C,H,W) -> y (N,C,h,w);   adjoint: gx(floor(..)) += gy(i,j)
//
// The ratio is taken in float, as LibTorch does. The adjoint adds to what is there.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/kernels/resample/launcher.hpp>

#include <vector>

namespace dynvision::kernels {

std::vector<std::int64_t> nearest_sources(std::int64_t from, std::int64_t to);

class NearestResize {
 public:
  NearestResize(Shape const& from, std::int64_t height, std::int64_t width, Layout layout);

  void forward(Engine const& engine, void const* from, void* to, std::int64_t n) const;
  void adjoint(Engine const& engine, void const* from, void* to, std::int64_t n) const;

 private:
  Tensor signal(Engine const& engine, void const* first, std::int64_t n, Shape const& shape) const;

  // f(offset in x, offset in y, numbers side by side); samples in parallel.
  template <class F> void each(std::int64_t n, F const& f) const;

  Shape from_, to_;
  std::vector<std::int64_t> rows_, columns_;
  Layout layout_;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/resample/nearest.ipp>
#endif

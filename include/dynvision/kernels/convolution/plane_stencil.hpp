// One small kernel on an image that is put together of a signal's numbers, and its adjoint.
//
//   P = x[padded],   O(p,q) = b + sum_ab w(a,b) P(p+a, q+b),   y[inner] = O
//
// `padded` and `inner` say which number of a sample stands where: a number may stand in several places
// (a reflected margin) of P, and O may have places that belong to none. The image is small and stays in the cache. Gradients
// of w and b add up over rows in double precision, sample by sample.
#pragma once
#include <dynvision/core/inline.hpp>
#include <dynvision/core/ops.hpp>
#include <dynvision/kernels/device/engine.hpp>

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
  explicit PlaneStencil(PlaneMap map);

  // x, y: n samples; w (kernel x kernel)
  void forward(Engine const& engine, Tensor const& w, double b, void const* x, void* y, std::int64_t n) const;

  // gx = w^T * g
  void adjoint(Engine const& engine, Tensor const& w, void const* g, void* gx, std::int64_t n) const;

  // (kernel^2 + 1): gradients of w, row by row, and of b; double
  Tensor weigh(Engine const& engine, void const* g, void const* x, std::int64_t n) const;

 private:
  static constexpr std::int64_t slack = 16;  // numbers that a full width may read beyond a row
  std::int64_t n_taps() const { return std::int64_t{m_.kernel} * m_.kernel; }

  // Of the image with `margins` margins on each side.
  std::int64_t rows(int margins) const { return m_.height + 2 * margins * m_.margin(); }
  std::int64_t stride(int margins) const { return m_.width + 2 * margins * m_.margin(); }

  template <class T> void take_taps(Tensor const& w, T* taps, bool turned) const;
  template <class T> void gather(T const* x, T* to) const;
  template <class T> void gather_gradient(T const* g, T* to, std::int64_t row) const;
  // out[q] = b + sum taps(a,c) from[a * row + q + c], for `width` places; writes up to `slack` beyond
  template <class T>
  void correlate(T const* from, std::int64_t row, T const* taps, T b, std::int64_t width, T* out) const;

  // --- memory

  template <class T> static T* take(T*& scratch, std::int64_t numbers);
  // The numbers of a sample, in the type of arithmetic: a copy in the scratch memory, if they are stored in another one.
  template <class T> T const* sample(Engine const& engine, void const* signal, std::int64_t i, T* scratch) const;
  // Where they are written, before they are put there.
  template <class T> T* room_of(Engine const& engine, void* signal, std::int64_t i, T* scratch) const;
  template <class T> void put(Engine const& engine, T const* from, void* signal, std::int64_t i) const;

  // f(scratch, sample)
  template <class F> void each_sample(Engine const& engine, std::int64_t n, F const& f) const;

  PlaneMap m_;
};

}  // namespace dynvision::kernels

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/kernels/convolution/plane_stencil.ipp>
#endif

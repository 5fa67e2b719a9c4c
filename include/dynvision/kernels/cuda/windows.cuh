// Kernels of pooling and resizing: one thread for each number of the result.
//
// Station: kernels, device code. The program of a thread is in kernels/window_numbers.hpp.
#pragma once
#include <dynvision/kernels/cuda/launch.cuh>
#include <dynvision/kernels/window_numbers.hpp>

namespace dynvision::kernels::cuda {

template <class S> struct PoolForward {
  PoolingOfNumber pooling;
  S const* x;
  S* y;
  std::uint8_t* place;
  __device__ void operator()(std::int64_t k) const { pooling.forward(k, x, y, place); }
};
template <class S> struct PoolAdjoint {
  PoolingOfNumber pooling;
  S const* gy;
  std::uint8_t const* place;
  S* gx;
  __device__ void operator()(std::int64_t k) const { pooling.adjoint(k, gy, place, gx); }
};
template <class S> struct ResizeForward {
  ResizeOfNumber resize;
  S const* x;
  S* y;
  __device__ void operator()(std::int64_t k) const { resize.forward(k, x, y); }
};
template <class S> struct ResizeAdjoint {
  ResizeOfNumber resize;
  S const* gy;
  S* gx;
  __device__ void operator()(std::int64_t k) const { resize.adjoint(k, gy, gx); }
};

inline PoolingOfNumber of_number(PoolingNumbers const& p) {
  return {grid_of(p.in, p.channels_last), grid_of(p.out, p.channels_last), p.kernel, p.stride, p.margin};
}
inline void pool_forward(Engine const& engine, PoolingNumbers const& p, void const* x, void* y, std::uint8_t* place,
                         std::int64_t n) {
  engine.with_storage([&]<class S>(S) {
    launch_each(engine, n * p.out.size(),
                PoolForward<S>{of_number(p), static_cast<S const*>(x), static_cast<S*>(y), place});
  });
}
inline void pool_adjoint(Engine const& engine, PoolingNumbers const& p, void const* gy, std::uint8_t const* place,
                         void* gx, std::int64_t n) {
  engine.with_storage([&]<class S>(S) {
    launch_each(engine, n * p.in.size(),
                PoolAdjoint<S>{of_number(p), static_cast<S const*>(gy), place, static_cast<S*>(gx)});
  });
}
inline void resize_forward(Engine const& engine, Shape const& from, Shape const& to, bool channels_last, void const* x,
                           void* y, std::int64_t n) {
  ResizeOfNumber const resize{grid_of(from, channels_last), grid_of(to, channels_last)};
  engine.with_storage([&]<class S>(S) {
    launch_each(engine, n * to.size(), ResizeForward<S>{resize, static_cast<S const*>(x), static_cast<S*>(y)});
  });
}
inline void resize_adjoint(Engine const& engine, Shape const& from, Shape const& to, bool channels_last, void const* gy,
                           void* gx, std::int64_t n) {
  ResizeOfNumber const resize{grid_of(from, channels_last), grid_of(to, channels_last)};
  engine.with_storage([&]<class S>(S) {
    launch_each(engine, n * from.size(), ResizeAdjoint<S>{resize, static_cast<S const*>(gy), static_cast<S*>(gx)});
  });
}

}  // namespace dynvision::kernels::cuda

// Kernels of pooling and resizing: one thread for each number of the result.
//
// The program of a thread is in kernels/resample/per_number.hpp.
#pragma once
#include <dynvision/kernels/device/launch.cuh>
#include <dynvision/kernels/resample/per_number.hpp>

namespace dynvision::kernels::cuda {

template <class S, class I> struct PoolForward {
  PoolingOfNumber<I> pooling;
  S const* x;
  S* y;
  std::uint8_t* place;
  __device__ void operator()(I k) const { pooling.forward(k, x, y, place); }
};
template <class S, class I> struct PoolAdjoint {
  PoolingOfNumber<I> pooling;
  S const* gy;
  std::uint8_t const* place;
  S* gx;
  __device__ void operator()(I k) const { pooling.adjoint(k, gy, place, gx); }
};
template <class S, class I> struct ResizeForward {
  ResizeOfNumber<I> resize;
  S const* x;
  S* y;
  __device__ void operator()(I k) const { resize.forward(k, x, y); }
};
template <class S, class I> struct ResizeAdjoint {
  ResizeOfNumber<I> resize;
  S const* gy;
  S* gx;
  __device__ void operator()(I k) const { resize.adjoint(k, gy, gx); }
};

// f(S{}, I{}) for the storage type, and for the integer that can count both signals.
template <class F> void with_types(Engine const& engine, std::int64_t n, Shape const& a, Shape const& b, F const& f) {
  bool const few = n * a.size() < most_counted && n * b.size() < most_counted;
  engine.with_storage([&]<class S>(S) { few ? f(S{}, std::int32_t{}) : f(S{}, std::int64_t{}); });
}
template <class I> PoolingOfNumber<I> of_number(PoolingNumbers const& p) {
  return {grid_of<I>(p.in, p.channels_last), grid_of<I>(p.out, p.channels_last), static_cast<I>(p.kernel),
          static_cast<I>(p.stride), static_cast<I>(p.margin)};
}
inline void pool_forward(Engine const& engine, PoolingNumbers const& p, void const* x, void* y, std::uint8_t* place,
                         std::int64_t n) {
  with_types(engine, n, p.in, p.out, [&]<class S, class I>(S, I) {
    launch_each<I>(engine, n * p.out.size(),
                   PoolForward<S, I>{of_number<I>(p), static_cast<S const*>(x), static_cast<S*>(y), place});
  });
}
inline void pool_adjoint(Engine const& engine, PoolingNumbers const& p, void const* gy, std::uint8_t const* place,
                         void* gx, std::int64_t n) {
  with_types(engine, n, p.in, p.out, [&]<class S, class I>(S, I) {
    launch_each<I>(engine, n * p.in.size(),
                   PoolAdjoint<S, I>{of_number<I>(p), static_cast<S const*>(gy), place, static_cast<S*>(gx)});
  });
}
inline void resize_forward(Engine const& engine, Shape const& from, Shape const& to, bool channels_last, void const* x,
                           void* y, std::int64_t n) {
  with_types(engine, n, from, to, [&]<class S, class I>(S, I) {
    ResizeOfNumber<I> const resize{grid_of<I>(from, channels_last), grid_of<I>(to, channels_last)};
    launch_each<I>(engine, n * to.size(), ResizeForward<S, I>{resize, static_cast<S const*>(x), static_cast<S*>(y)});
  });
}
inline void resize_adjoint(Engine const& engine, Shape const& from, Shape const& to, bool channels_last, void const* gy,
                           void* gx, std::int64_t n) {
  with_types(engine, n, from, to, [&]<class S, class I>(S, I) {
    ResizeOfNumber<I> const resize{grid_of<I>(from, channels_last), grid_of<I>(to, channels_last)};
    launch_each<I>(engine, n * from.size(),
                   ResizeAdjoint<S, I>{resize, static_cast<S const*>(gy), static_cast<S*>(gx)});
  });
}

}  // namespace dynvision::kernels::cuda

// A plain number: float or double, for device code and tests, and the functions that every kind of number has.
//
// Storage may be narrower than arithmetic: bfloat16 is loaded to float and rounded to nearest even when
// stored.
#pragma once
#include <c10/util/BFloat16.h>

#include <cmath>
#include <cstdint>
#include <type_traits>

#if defined(__CUDACC__)
#define DYNVISION_BOTH __host__ __device__ inline
#define DYNVISION_UNROLL _Pragma("unroll")
#else
#define DYNVISION_BOTH [[gnu::always_inline]] inline
#define DYNVISION_UNROLL
#endif

namespace dynvision::kernels {

template <class Storage> using Arithmetic = std::conditional_t<std::is_same_v<Storage, c10::BFloat16>, float, Storage>;

template <class V> struct NumberOf { using type = V; };
template <class V> using Number = typename NumberOf<V>::type;  // what constants of a functor are cast to

template <class T> DYNVISION_BOTH T zero_like(T) { return T(0); }
// x where a is above a limit, or nan; else 0
template <class T> DYNVISION_BOTH T where_above(T a, T limit, T x) { return a <= limit ? T(0) : x; }
// max(x, 0); nan stays
template <class T> DYNVISION_BOTH T rectified(T x) { return x < T(0) ? T(0) : x; }
template <class T> DYNVISION_BOTH T magnitude(T x) { return x < T(0) ? -x : x; }
// min(max(x, low), high); nan stays
template <class T> DYNVISION_BOTH T clamped(T x, T low, T high) { return x < low ? low : (x > high ? high : x); }
template <class T> DYNVISION_BOTH T with_sign_of(T x, T s) { return s > T(0) ? x : (s < T(0) ? -x : s); }
template <class T> DYNVISION_BOTH T hyperbolic_tangent(T x) { return std::tanh(x); }
template <class T> DYNVISION_BOTH T exponential(T x) { return std::exp(x); }
template <class T> DYNVISION_BOTH T logarithm(T x) { return std::log(x); }
template <class T> DYNVISION_BOTH T power(T x, T n) { return std::pow(x, n); }

}  // namespace dynvision::kernels

// Pack: a few numbers side by side in plain memory, for a thread of a GPU that loads and stores them at once.
//
// One more V of kernels/number/numbers.hpp: every function is that of one number, for each of them.
#pragma once
#include <dynvision/kernels/number/plain.hpp>

namespace dynvision::kernels {

template <class T, int N> struct Pack { T v[N]; };
template <class T, int N> struct NumberOf<Pack<T, N>> { using type = T; };

template <class T, int N, class F> DYNVISION_BOTH Pack<T, N> each_of(Pack<T, N> const& x, F const& f) {
  Pack<T, N> y;
  DYNVISION_UNROLL
  for (int i = 0; i < N; ++i) y.v[i] = f(x.v[i]);
  return y;
}
template <class T, int N, class F>
DYNVISION_BOTH Pack<T, N> each_of(Pack<T, N> const& a, Pack<T, N> const& b, F const& f) {
  Pack<T, N> y;
  DYNVISION_UNROLL
  for (int i = 0; i < N; ++i) y.v[i] = f(a.v[i], b.v[i]);
  return y;
}

#define DYNVISION_PACK(op)                                                                                          \
  template <class T, int N> DYNVISION_BOTH Pack<T, N> operator op(Pack<T, N> const& a, Pack<T, N> const& b) {       \
    return each_of(a, b, [](T p, T q) { return p op q; });                                                          \
  }                                                                                                                 \
  template <class T, int N> DYNVISION_BOTH Pack<T, N> operator op(Pack<T, N> const& a, std::type_identity_t<T> b) { \
    return each_of(a, [b](T p) { return p op b; });                                                                 \
  }                                                                                                                 \
  template <class T, int N> DYNVISION_BOTH Pack<T, N> operator op(std::type_identity_t<T> a, Pack<T, N> const& b) { \
    return each_of(b, [a](T q) { return a op q; });                                                                 \
  }
DYNVISION_PACK(+)
DYNVISION_PACK(-)
DYNVISION_PACK(*)
DYNVISION_PACK(/)
#undef DYNVISION_PACK

template <class T, int N> DYNVISION_BOTH Pack<T, N> zero_like(Pack<T, N> const&) { return {}; }
template <class T, int N>
DYNVISION_BOTH Pack<T, N> where_above(Pack<T, N> const& a, std::type_identity_t<T> limit, Pack<T, N> const& x) {
  return each_of(a, x, [limit](T p, T q) { return where_above(p, limit, q); });
}
template <class T, int N> DYNVISION_BOTH Pack<T, N> rectified(Pack<T, N> const& x) {
  return each_of(x, [](T p) { return rectified(p); });
}
template <class T, int N> DYNVISION_BOTH Pack<T, N> magnitude(Pack<T, N> const& x) {
  return each_of(x, [](T p) { return magnitude(p); });
}
template <class T, int N>
DYNVISION_BOTH Pack<T, N> clamped(Pack<T, N> const& x, std::type_identity_t<T> low, std::type_identity_t<T> high) {
  return each_of(x, [low, high](T p) { return clamped(p, low, high); });
}
template <class T, int N> DYNVISION_BOTH Pack<T, N> with_sign_of(Pack<T, N> const& x, Pack<T, N> const& s) {
  return each_of(x, s, [](T p, T q) { return with_sign_of(p, q); });
}
template <class T, int N> DYNVISION_BOTH Pack<T, N> hyperbolic_tangent(Pack<T, N> const& x) {
  return each_of(x, [](T p) { return hyperbolic_tangent(p); });
}
template <class T, int N> DYNVISION_BOTH Pack<T, N> exponential(Pack<T, N> const& x) {
  return each_of(x, [](T p) { return exponential(p); });
}
template <class T, int N> DYNVISION_BOTH Pack<T, N> logarithm(Pack<T, N> const& x) {
  return each_of(x, [](T p) { return logarithm(p); });
}
template <class T, int N> DYNVISION_BOTH Pack<T, N> power(Pack<T, N> const& x, std::type_identity_t<T> n) {
  return each_of(x, [n](T p) { return power(p, n); });
}

// The sum of all, added to one number.
template <class T, int N> DYNVISION_BOTH void accumulate(T& sum, Pack<T, N> const& x) {
  T of_pack = x.v[0];
  DYNVISION_UNROLL
  for (int i = 1; i < N; ++i) of_pack += x.v[i];
  sum += of_pack;
}

}  // namespace dynvision::kernels

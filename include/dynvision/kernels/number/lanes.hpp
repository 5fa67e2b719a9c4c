// Lanes: the numbers of one wide register of a CPU, side by side.
//
// One V of kernels/number/numbers.hpp: every function is that of one number, for each of them.
#pragma once
#include <dynvision/kernels/number/plain.hpp>

#include <cstring>

#define DYNVISION_LANES_ONLY [[gnu::always_inline]] inline

// Loops over Lanes are compiled for AVX2 on x86-64, whatever the flags of a program; has_wide_registers()
// (kernels/device/cpu_features.hpp) says whether they can run here.
#if defined(__x86_64__) && !defined(__AVX2__) && !defined(__CUDACC__)
#define DYNVISION_WIDE __attribute__((target("avx2,fma")))
#else
#define DYNVISION_WIDE
#endif

namespace dynvision::kernels {

template <class T> struct Lanes {
  static constexpr int width = 32 / static_cast<int>(sizeof(T));
  typedef T Vector __attribute__((vector_size(32)));
  Vector v;

  // Not trivial to copy, so that it is handed over in memory: in a register the two sides of a call would disagree where
  // a functor is not inlined into a loop that is compiled for AVX2.
  Lanes() = default;
  DYNVISION_LANES_ONLY Lanes(Vector const& x) : v(x) {}  // NOLINT: implicit on purpose
  DYNVISION_LANES_ONLY Lanes(Lanes const& x) : v(x.v) {}
  DYNVISION_LANES_ONLY Lanes& operator=(Lanes const& x) {
    v = x.v;
    return *this;
  }
};

#define DYNVISION_LANES(op)                                                                                    \
  template <class T> DYNVISION_LANES_ONLY Lanes<T> operator op(Lanes<T> const& a, Lanes<T> const& b) {         \
    return {a.v op b.v};                                                                                       \
  }                                                                                                            \
  template <class T> DYNVISION_LANES_ONLY Lanes<T> operator op(Lanes<T> const& a, std::type_identity_t<T> b) { \
    return {a.v op b};                                                                                         \
  }                                                                                                            \
  template <class T> DYNVISION_LANES_ONLY Lanes<T> operator op(std::type_identity_t<T> a, Lanes<T> const& b) { \
    return {a op b.v};                                                                                         \
  }
DYNVISION_LANES(+)
DYNVISION_LANES(-)
DYNVISION_LANES(*)
DYNVISION_LANES(/)
#undef DYNVISION_LANES

template <class T> struct NumberOf<Lanes<T>> { using type = T; };

template <class T> DYNVISION_LANES_ONLY Lanes<T> each_lane(Lanes<T> const& x, auto const& f) {
  Lanes<T> y;
  for (int i = 0; i < Lanes<T>::width; ++i) y.v[i] = f(x.v[i]);
  return y;
}

template <class T> DYNVISION_LANES_ONLY Lanes<T> zero_like(Lanes<T> const&) { return {typename Lanes<T>::Vector{}}; }
template <class T>
DYNVISION_LANES_ONLY Lanes<T> where_above(Lanes<T> const& a, std::type_identity_t<T> limit, Lanes<T> const& x) {
  typename Lanes<T>::Vector const zero{};
  return {a.v <= (zero + limit) ? zero : x.v};
}
template <class T> DYNVISION_LANES_ONLY Lanes<T> rectified(Lanes<T> const& x) {
  typename Lanes<T>::Vector const zero{};
  return {x.v < zero ? zero : x.v};
}
template <class T> DYNVISION_LANES_ONLY Lanes<T> magnitude(Lanes<T> const& x) {
  typename Lanes<T>::Vector const zero{};
  return {x.v < zero ? -x.v : x.v};
}
template <class T>
DYNVISION_LANES_ONLY Lanes<T> clamped(Lanes<T> const& x, std::type_identity_t<T> low, std::type_identity_t<T> high) {
  typename Lanes<T>::Vector const zero{}, bottom = zero + low, top = zero + high;
  typename Lanes<T>::Vector const y = x.v < bottom ? bottom : x.v;
  return {y > top ? top : y};
}
template <class T> DYNVISION_LANES_ONLY Lanes<T> with_sign_of(Lanes<T> const& x, Lanes<T> const& s) {
  typename Lanes<T>::Vector const zero{};
  typename Lanes<T>::Vector const y = s.v < zero ? -x.v : s.v;
  return {s.v > zero ? x.v : y};
}
template <class T> DYNVISION_LANES_ONLY Lanes<T> logarithm(Lanes<T> const& x) {
  return each_lane(x, [](T a) { return std::log(a); });
}
template <class T> DYNVISION_LANES_ONLY Lanes<T> power(Lanes<T> const& x, std::type_identity_t<T> n) {
  return each_lane(x, [n](T a) { return std::pow(a, n); });
}

// --- memory

template <class T> DYNVISION_LANES_ONLY void load(T const* from, Lanes<T>& to) {
  std::memcpy(&to.v, from, sizeof to.v);
}
template <class T> DYNVISION_LANES_ONLY void store(Lanes<T> const& from, T* to) {
  std::memcpy(to, &from.v, sizeof from.v);
}

typedef std::uint16_t Halves __attribute__((vector_size(16)));
typedef std::uint32_t Words __attribute__((vector_size(32)));

DYNVISION_LANES_ONLY void load(c10::BFloat16 const* from, Lanes<float>& to) {
  Halves h;
  std::memcpy(&h, from, sizeof h);
  Words const w = __builtin_convertvector(h, Words) << 16;
  std::memcpy(&to.v, &w, sizeof w);
}
DYNVISION_LANES_ONLY void store(Lanes<float> const& from, c10::BFloat16* to) {
  Words w;
  std::memcpy(&w, &from.v, sizeof w);
  Words const rounded = (w + 0x7fff + ((w >> 16) & 1)) >> 16;
  Words const quiet = Words{} + 0x7fc0;
  Words const kept = from.v == from.v ? rounded : quiet;
  Halves const h = __builtin_convertvector(kept, Halves);
  std::memcpy(to, &h, sizeof h);
}

// The first `count` of a full width; what lies beyond is zero, and is left alone. Seldom called, so not inlined.
template <class Storage, class T> [[gnu::noinline]] void load_some(Storage const* from, int count, Lanes<T>& to) {
  Storage all[Lanes<T>::width]{};
  std::memcpy(static_cast<void*>(all), from, static_cast<std::size_t>(count) * sizeof(Storage));
  load(all, to);
}
template <class Storage, class T> [[gnu::noinline]] void store_some(Lanes<T> const& from, int count, Storage* to) {
  Storage all[Lanes<T>::width];
  store(from, all);
  std::memcpy(static_cast<void*>(to), all, static_cast<std::size_t>(count) * sizeof(Storage));
}

}  // namespace dynvision::kernels

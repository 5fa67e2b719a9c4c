// Two standard normal numbers from two words of random bits (Box & Muller 1958), in float.
//
//   x = sqrt(-2 ln u) cos(2 pi v)        y = sqrt(-2 ln u) sin(2 pi v)         u, v uniform in (0, 1)
//
// Written once, for a word W and its number V: std::uint32_t and float, or Lanes of them. Logarithm, sine and cosine
// are minimax polynomials, so that a GPU draws what a CPU draws: relative errors below 3e-8, 4e-9, 4e-8 before rounding.
// u has 31 bits, so that the largest number is 6.7. The direction takes a quarter of the circle by two bits, and an angle
// in it by thirty.
#pragma once
#include <dynvision/kernels/number/lanes.hpp>
#include <dynvision/kernels/number/plain.hpp>

#include <cmath>
#include <cstring>
#include <type_traits>

namespace dynvision::kernels {

// --- what words and numbers are made of, for one and for Lanes

using Words8 = Lanes<std::uint32_t>;
using SignedVector = std::int32_t __attribute__((vector_size(32)));

#define DYNVISION_LANES(op)                                                                          \
  DYNVISION_LANES_ONLY Words8 operator op(Words8 const& a, Words8 const& b) { return {a.v op b.v}; } \
  DYNVISION_LANES_ONLY Words8 operator op(Words8 const& a, std::uint32_t b) { return {a.v op b}; }
DYNVISION_LANES(&)
DYNVISION_LANES(|)
DYNVISION_LANES(^)
DYNVISION_LANES(<<)
DYNVISION_LANES(>>)
#undef DYNVISION_LANES

DYNVISION_BOTH float number_of_word(std::uint32_t w) { return static_cast<float>(static_cast<std::int32_t>(w)); }
DYNVISION_BOTH std::uint32_t shifted_with_sign(std::uint32_t w, int n) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(w) >> n);
}
DYNVISION_BOTH std::uint32_t bits_of(float x) {
  std::uint32_t w;
  std::memcpy(&w, &x, sizeof w);
  return w;
}
DYNVISION_BOTH float with_bits(std::uint32_t w) {
  float x;
  std::memcpy(&x, &w, sizeof x);
  return x;
}
// a b + c, rounded once
DYNVISION_BOTH float fused(float a, float b, float c) { return std::fma(a, b, c); }
DYNVISION_BOTH float where_negative(std::uint32_t w, float a, float b) {
  return static_cast<std::int32_t>(w) < 0 ? a : b;
}

DYNVISION_LANES_ONLY Lanes<float> number_of_word(Words8 const& w) {
  return {__builtin_convertvector((SignedVector)w.v, Lanes<float>::Vector)};
}
DYNVISION_LANES_ONLY Words8 shifted_with_sign(Words8 const& w, int n) {
  return {(Words8::Vector)((SignedVector)w.v >> n)};
}
DYNVISION_LANES_ONLY Words8 bits_of(Lanes<float> const& x) { return {(Words8::Vector)x.v}; }
DYNVISION_LANES_ONLY Lanes<float> with_bits(Words8 const& w) { return {(Lanes<float>::Vector)w.v}; }
// one instruction where the loop is compiled for FMA: a product that is added to something
DYNVISION_LANES_ONLY Lanes<float> fused(Lanes<float> const& a, Lanes<float> const& b, Lanes<float> const& c) {
  return {a.v * b.v + c.v};
}
DYNVISION_LANES_ONLY Lanes<float> fused(Lanes<float> const& a, Lanes<float> const& b, float c) {
  return {a.v * b.v + c};
}
DYNVISION_LANES_ONLY Lanes<float> fused(Lanes<float> const& a, float b, float c) { return {a.v * b + c}; }
DYNVISION_LANES_ONLY Lanes<float> fused(Lanes<float> const& a, float b, Lanes<float> const& c) {
  return {a.v * b + c.v};
}
DYNVISION_LANES_ONLY Lanes<float> where_negative(Words8 const& w, Lanes<float> const& a, Lanes<float> const& b) {
  return {(SignedVector)w.v < 0 ? a.v : b.v};
}

// --- the numbers

// Named, not deduced: nvcc would compile the body for a GPU to find it.
template <class W> using RealOf = std::conditional_t<std::is_same_v<W, Words8>, Lanes<float>, float>;

template <class W> DYNVISION_BOTH RealOf<W> squared_radius(W const& word) {
  auto const u = fused(number_of_word(word >> 1), 0x1p-31f, 0x1p-32f);
  auto const above = bits_of(u) - 0x3f3504f3;  // of sqrt(1/2): u = m 2^e, m from there to sqrt(2)
  auto const e = number_of_word(shifted_with_sign(above, 23));
  auto const x = with_bits((above & 0x007fffff) + 0x3f3504f3) - 1.0f;
  auto q = fused(x, 0.08734839f, -0.14307514f);  // ln(1 + x) = x + x^2 q(x)
  q = fused(q, x, 0.14917972f);
  q = fused(q, x, -0.16570509f);
  q = fused(q, x, 0.19962072f);
  q = fused(q, x, -0.25001755f);
  q = fused(q, x, 0.33333950f);
  q = fused(q, x, -0.49999992f);
  return fused(e, 0.69314718f, fused(x * x, q, x)) * -2.0f;
}

template <class V> struct Direction { V x, y; };

template <class W> DYNVISION_BOTH Direction<RealOf<W>> direction(W const& word) {
  auto const t = number_of_word((word << 2) | 2) * 0x1p-31f;  // -1 to 1: the angle in units of pi/4
  auto const tt = t * t;
  auto c = fused(tt, -0.00031872784f, 0.015849684f);
  c = fused(c, tt, -0.30842417f);
  c = fused(c, tt, 0.99999997f);
  auto s = fused(tt, -3.5950452e-5f, 0.0024900010f);
  s = fused(s, tt, -0.080745433f);
  s = fused(s, tt, 0.78539816f) * t;
  c = with_bits(bits_of(c) ^ ((word << 1) & 0x80000000));
  return {where_negative(word, s, c), where_negative(word, c, s)};
}

}  // namespace dynvision::kernels

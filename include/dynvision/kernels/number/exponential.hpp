// exp x and tanh x of Lanes: of all of them at once, where the library of C takes one after the other.
//
//   x = n ln 2 + r,  |r| <= ln(2)/2         exp x = 2^n (1 + p),  p = exp(r) - 1 = r + r^2/2! + r^3/3! + ...
//   tanh x = e/(e + 2) with the sign of x,  e = exp(2|x|) - 1 = 2^n p + (2^n - 1)
//
// So many terms of p that the rest is below half a unit in the last place. Where x is small n is 0, and tanh x as accurate as x.
// Errors: below 2 units in the last place of exp, 4 of tanh. Source: Cody & Waite 1980, for the two parts of n ln 2.
#pragma once
#include <dynvision/kernels/number/lanes.hpp>

#include <cstdint>
#include <utility>

namespace dynvision::kernels {

template <class T> struct BinaryFormat;
template <> struct BinaryFormat<float> {
  using Word = std::uint32_t;
  static constexpr int mantissa = 23, bias = 127, n_terms = 7;
  static constexpr float ln2_high = 0.693359375F, ln2_low = -2.12194440054690571e-4F;  // n ln2_high is exact
  static constexpr float to_integer = 12582912.0F;  // 1.5 2^mantissa: what is added to it is rounded to a whole number
  static constexpr float infinite = 89, zero = -104, one = 10;  // exp, exp, tanh
};
template <> struct BinaryFormat<double> {
  using Word = std::uint64_t;
  static constexpr int mantissa = 52, bias = 1023, n_terms = 13;
  static constexpr double ln2_high = 0.693145751953125, ln2_low = 1.42860682030941723e-6;
  static constexpr double to_integer = 6755399441055744.0;
  static constexpr double infinite = 710, zero = -746, one = 20;
};

template <int K> inline constexpr double factorial = K* factorial<K - 1>;
template <> inline constexpr double factorial<0> = 1;

// exp x without its power of two: p, and n in two's complement.
template <class T> struct PartsOfExponential {
  using Format = BinaryFormat<T>;
  using Word = typename Format::Word;
  using Words = Lanes<Word>;
  using Vector = typename Lanes<T>::Vector;

  Vector p;
  typename Words::Vector n;

  DYNVISION_LANES_ONLY explicit PartsOfExponential(Lanes<T> const& x) {
    Vector const shifted = x.v * T(1.44269504088896340736) + Format::to_integer;  // 1/ln 2
    Vector const whole = shifted - Format::to_integer, integer = Vector{} + Format::to_integer;
    Vector const r = (x.v - whole * Format::ln2_high) - whole * Format::ln2_low;
    n = (typename Words::Vector)shifted - (typename Words::Vector)integer;
    Vector sum = Vector{} + over_factorial<Format::n_terms>;
    add_terms(sum, r, std::make_integer_sequence<int, Format::n_terms - 2>{});
    p = sum * r * r + r;
  }
  // 2^n within the range of numbers
  DYNVISION_LANES_ONLY static Lanes<T> power_of_two(Words const& n) {
    return {(Vector)((n.v + Word(Format::bias)) << Format::mantissa)};
  }

 private:
  template <int K> static constexpr T over_factorial = static_cast<T>(1 / factorial<K>);
  // Of the powers n_terms - 1 ... 2; written out, so that factors are constants.
  template <int... K>
  DYNVISION_LANES_ONLY static void add_terms(Vector& sum, Vector const& r, std::integer_sequence<int, K...>) {
    ((sum = sum * r + over_factorial<Format::n_terms - 1 - K>), ...);
  }
};

template <class T> DYNVISION_LANES_ONLY Lanes<T> exponential(Lanes<T> const& x) {
  using Parts = PartsOfExponential<T>;
  using Format = BinaryFormat<T>;
  Parts const e(clamped(x, Format::zero, Format::infinite));
  // Half of n at a time: 2^n may lie beyond the range of numbers where the result does not.
  constexpr typename Parts::Word even = 2 * (Format::bias + 1);  // n + even > 0
  typename Parts::Words const half{((e.n + even) >> 1) - even / 2}, rest{e.n - half.v};
  typename Parts::Vector const first = Parts::power_of_two(half).v;
  return {(e.p * first + first) * Parts::power_of_two(rest).v};
}

template <class T> DYNVISION_LANES_ONLY Lanes<T> hyperbolic_tangent(Lanes<T> const& x) {
  using Parts = PartsOfExponential<T>;
  using Format = BinaryFormat<T>;
  using Words = typename Parts::Words::Vector;
  constexpr typename Parts::Word sign_of_one = typename Parts::Word(1) << (8 * sizeof(T) - 1);
  Words const bits = (Words)x.v, sign = bits & sign_of_one;
  Lanes<T> const size{(typename Parts::Vector)(bits ^ sign)};
  typename Parts::Vector const top = typename Parts::Vector{} + Format::one;
  Parts const e(Lanes<T>{(top < size.v ? top : size.v) * T(2)});  // nan stays
  typename Parts::Vector const scale = Parts::power_of_two({e.n}).v, above = e.p * scale + (scale - T(1));
  return {(typename Parts::Vector)((Words)(above / (above + T(2))) | sign)};
}

}  // namespace dynvision::kernels

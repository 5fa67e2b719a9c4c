// Dual: a number and its derivative along a direction, as one more number of kernels/number/numbers.hpp.
//
//   x + e dx,  e^2 = 0        f(x + e dx) = f(x) + e f'(x) dx        (Clifford 1873; Wengert 1964)
//
//   Dual<double> const y = functor.forward(Dual<double>{x, 1});      y.value = f(x), y.derivative = f'(x)
//
// V: float, double, Lanes, Pack, TensorNumber, or a Dual: then the derivative has a derivative. At kinks the derivative is
// what the adjoints of the library say: of rectified at 0: 0; of magnitude and with_sign_of at 0: 0; of clamped(x, low, high):
// 1 where low < x <= high, else 0; where_above hands on the derivative where it hands on x.
#pragma once
#include <dynvision/kernels/number/plain.hpp>

namespace dynvision::kernels {

template <class V> struct Dual { V value, derivative; };
template <class V> struct NumberOf<Dual<V>> { using type = Number<V>; };

// --- with another one

template <class V> DYNVISION_BOTH Dual<V> operator+(Dual<V> const& a, Dual<V> const& b) {
  return {a.value + b.value, a.derivative + b.derivative};
}
template <class V> DYNVISION_BOTH Dual<V> operator-(Dual<V> const& a, Dual<V> const& b) {
  return {a.value - b.value, a.derivative - b.derivative};
}
template <class V> DYNVISION_BOTH Dual<V> operator*(Dual<V> const& a, Dual<V> const& b) {
  return {a.value * b.value, a.derivative * b.value + a.value * b.derivative};
}
// What y = a/b loses where b changes. A quotient that is 0 does not change with b, also where b has overflowed (of
// 1/(1 + exp(-x)), for example), and its derivative with it.
template <class V> DYNVISION_BOTH V loss_of_quotient(V const& y, Dual<V> const& b) {
  return where_above(magnitude(y), Number<V>(0), y * b.derivative / b.value);
}
template <class V> DYNVISION_BOTH Dual<V> operator/(Dual<V> const& a, Dual<V> const& b) {
  V const y = a.value / b.value;
  return {y, a.derivative / b.value - loss_of_quotient(y, b)};
}

// --- with a number that is constant

template <class V> DYNVISION_BOTH Dual<V> operator+(Dual<V> const& a, Number<V> b) {
  return {a.value + b, a.derivative};
}
template <class V> DYNVISION_BOTH Dual<V> operator-(Dual<V> const& a, Number<V> b) {
  return {a.value - b, a.derivative};
}
template <class V> DYNVISION_BOTH Dual<V> operator*(Dual<V> const& a, Number<V> b) {
  return {a.value * b, a.derivative * b};
}
template <class V> DYNVISION_BOTH Dual<V> operator/(Dual<V> const& a, Number<V> b) {
  return {a.value / b, a.derivative / b};
}
template <class V> DYNVISION_BOTH Dual<V> operator+(Number<V> a, Dual<V> const& b) { return b + a; }
template <class V> DYNVISION_BOTH Dual<V> operator-(Number<V> a, Dual<V> const& b) {
  return {a - b.value, b.derivative * Number<V>(-1)};
}
template <class V> DYNVISION_BOTH Dual<V> operator*(Number<V> a, Dual<V> const& b) { return b * a; }
template <class V> DYNVISION_BOTH Dual<V> operator/(Number<V> a, Dual<V> const& b) {
  V const y = a / b.value;
  return {y, loss_of_quotient(y, b) * Number<V>(-1)};
}

// --- the functions of kernels/number/plain.hpp

template <class V> DYNVISION_BOTH Dual<V> zero_like(Dual<V> const& x) {
  return {zero_like(x.value), zero_like(x.value)};
}
template <class V> DYNVISION_BOTH Dual<V> where_above(Dual<V> const& a, Number<V> limit, Dual<V> const& x) {
  return {where_above(a.value, limit, x.value), where_above(a.value, limit, x.derivative)};
}
template <class V> DYNVISION_BOTH Dual<V> rectified(Dual<V> const& x) {
  return {rectified(x.value), where_above(x.value, Number<V>(0), x.derivative)};
}
template <class V> DYNVISION_BOTH Dual<V> magnitude(Dual<V> const& x) {
  return {magnitude(x.value), with_sign_of(x.derivative, x.value)};
}
template <class V> DYNVISION_BOTH Dual<V> clamped(Dual<V> const& x, Number<V> low, Number<V> high) {
  V const at_most_high = x.derivative - where_above(x.value, high, x.derivative);
  return {clamped(x.value, low, high), where_above(x.value, low, at_most_high)};
}
template <class V> DYNVISION_BOTH Dual<V> with_sign_of(Dual<V> const& x, Dual<V> const& s) {
  return {with_sign_of(x.value, s.value), with_sign_of(x.derivative, s.value)};
}
template <class V> DYNVISION_BOTH Dual<V> hyperbolic_tangent(Dual<V> const& x) {
  V const y = hyperbolic_tangent(x.value);
  return {y, x.derivative - x.derivative * y * y};
}
template <class V> DYNVISION_BOTH Dual<V> exponential(Dual<V> const& x) {
  V const y = exponential(x.value);
  return {y, x.derivative * y};
}
template <class V> DYNVISION_BOTH Dual<V> logarithm(Dual<V> const& x) {
  return {logarithm(x.value), x.derivative / x.value};
}
template <class V> DYNVISION_BOTH Dual<V> power(Dual<V> const& x, Number<V> n) {
  V const y = power(x.value, n);
  if (n == Number<V>(0)) return {y, zero_like(y)};
  return {y, x.derivative * power(x.value, n - Number<V>(1)) * n};
}

}  // namespace dynvision::kernels

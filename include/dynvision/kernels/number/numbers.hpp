// What scalar functors compute with: a plain number, or a few of them side by side.
//
//   template <class V> V forward(V const& x) const { return rectified(x) * 2; }
//
// A functor is written once, for any V: float and double, Lanes (the CPU's loops), Pack (a thread of a
// GPU), TensorNumber (a signal, computed by LibTorch), Dual (one of these with its derivative). A V has + - * / with
// itself, + - * / with a number, and the functions of kernels/number/plain.hpp.
#pragma once
#include <dynvision/kernels/number/dual.hpp>
#include <dynvision/kernels/number/exponential.hpp>
#include <dynvision/kernels/number/lanes.hpp>
#include <dynvision/kernels/number/pack.hpp>

namespace dynvision::kernels {

// A whole signal: each of these functions is a call of LibTorch (kernels/number/tensor_number.hpp).
class TensorNumber;
TensorNumber operator+(TensorNumber const& a, TensorNumber const& b);
TensorNumber operator-(TensorNumber const& a, TensorNumber const& b);
TensorNumber operator*(TensorNumber const& a, TensorNumber const& b);
TensorNumber operator/(TensorNumber const& a, TensorNumber const& b);
TensorNumber operator+(TensorNumber const& a, double b);
TensorNumber operator-(TensorNumber const& a, double b);
TensorNumber operator*(TensorNumber const& a, double b);
TensorNumber operator/(TensorNumber const& a, double b);
TensorNumber operator+(double a, TensorNumber const& b);
TensorNumber operator-(double a, TensorNumber const& b);
TensorNumber operator*(double a, TensorNumber const& b);
TensorNumber operator/(double a, TensorNumber const& b);
TensorNumber zero_like(TensorNumber const& x);
TensorNumber where_above(TensorNumber const& a, double limit, TensorNumber const& x);
TensorNumber rectified(TensorNumber const& x);
TensorNumber magnitude(TensorNumber const& x);
TensorNumber clamped(TensorNumber const& x, double low, double high);
TensorNumber with_sign_of(TensorNumber const& x, TensorNumber const& s);
TensorNumber hyperbolic_tangent(TensorNumber const& x);
TensorNumber exponential(TensorNumber const& x);
TensorNumber logarithm(TensorNumber const& x);
TensorNumber power(TensorNumber const& x, double n);

template <> struct NumberOf<TensorNumber> { using type = double; };

}  // namespace dynvision::kernels

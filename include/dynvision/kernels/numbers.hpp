// What scalar functors compute with: a plain number, or a few of them side by side.
//
//   template <class V> V forward(V const& x) const { return rectified(x) * 2; }
//
// Station: kernels. A functor is written once, for any V: float and double, Lanes (the CPU's loops), Pack (a thread of a
// GPU), Whole (a signal, computed by LibTorch). A V has + - * / with itself, + - * / with a number, and the functions of
// kernels/plain_number.hpp.
#pragma once
#include <dynvision/kernels/lanes.hpp>
#include <dynvision/kernels/pack.hpp>

namespace dynvision::kernels {

// A whole signal: each of these functions is a call of LibTorch (kernels/whole.hpp).
class Whole;
Whole operator+(Whole const& a, Whole const& b);
Whole operator-(Whole const& a, Whole const& b);
Whole operator*(Whole const& a, Whole const& b);
Whole operator/(Whole const& a, Whole const& b);
Whole operator+(Whole const& a, double b);
Whole operator-(Whole const& a, double b);
Whole operator*(Whole const& a, double b);
Whole operator/(Whole const& a, double b);
Whole operator+(double a, Whole const& b);
Whole operator-(double a, Whole const& b);
Whole operator*(double a, Whole const& b);
Whole operator/(double a, Whole const& b);
Whole where_above(Whole const& a, double limit, Whole const& x);
Whole rectified(Whole const& x);
Whole magnitude(Whole const& x);
Whole clamped(Whole const& x, double low, double high);
Whole with_sign_of(Whole const& x, Whole const& s);
Whole hyperbolic_tangent(Whole const& x);
Whole exponential(Whole const& x);
Whole logarithm(Whole const& x);
Whole power(Whole const& x, double n);

template <> struct NumberOf<Whole> { using type = double; };

}  // namespace dynvision::kernels

// The smallest value of a function of one number, on a grid and then within its neighbours (Kiefer 1953).
//
//   double const tau = golden_section([](double x) { return (x - 2) * (x - 2); }, 0, 5);
//
// The interval shrinks by 0.618 until it is `width` of the place where it lies. Of a function with one minimum there; a
// minimum whose curvature is not seen beside rounding is found to about 1e-8 of its place.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>

namespace dynvision::analysis {

template <class F> double golden_section(F const& f, double low, double high, double width = 1e-12) {
  double const share = (std::sqrt(5.0) - 1) / 2;
  double a = high - share * (high - low), b = low + share * (high - low);
  double fa = f(a), fb = f(b);
  for (int i = 0; i < 200 && high - low > width * (std::abs(low) + std::abs(high)); ++i) {
    if (fa <= fb) {
      high = b, b = a, fb = fa;
      a = high - share * (high - low), fa = f(a);
    } else {
      low = a, a = b, fa = fb;
      b = low + share * (high - low), fb = f(b);
    }
  }
  return fa <= fb ? a : b;
}

// First the best of n places with equal ratios from low to high, both positive; then between its neighbours.
template <class F> double log_grid_golden_section(F const& f, double low, double high, int n = 200) {
  double const step = std::log(high / low) / (n - 1);
  int best = 0;
  double smallest = f(low);
  for (int i = 1; i < n; ++i) {
    if (double const value = f(low * std::exp(step * i)); value < smallest) smallest = value, best = i;
  }
  double const left = low * std::exp(step * std::max(best - 1, 0)),
               right = low * std::exp(step * std::min(best + 1, n - 1));
  double const found = golden_section(f, left, std::min(right, high));
  double const at_place = std::clamp(low * std::exp(step * best), low, high);
  return f(found) <= smallest ? found : at_place;
}

}  // namespace dynvision::analysis

// Distributions that tests and intervals ask: normal, and Student's t of whole degrees of freedom.
//
//   normal_probability(1)       0.8413        normal_quantile(0.975)    1.95996
//   two_sided_t(0.05, 7)        2.3646        the |t| that is exceeded with this probability
//
// P(|T| <= t) is a finite sum in theta = atan(t / sqrt(df)) (Abramowitz & Stegun 1964, 26.7.3 and 26.7.4).
#pragma once
#include <cmath>
#include <numbers>

namespace dynvision::analysis {

inline double normal_probability(double z) { return 0.5 * std::erfc(-z * std::sqrt(0.5)); }

// 0 and 1: -infinity and infinity.
inline double normal_quantile(double p) {
  if (!(p > 0)) return p == 0 ? -HUGE_VAL : NAN;
  if (!(p < 1)) return p == 1 ? HUGE_VAL : NAN;
  if (p > 0.5) return -normal_quantile(1 - p);
  double low = -40, high = 0;
  for (int i = 0; i < 200 && low < high; ++i) {
    double const middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    (normal_probability(middle) < p ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

inline double two_sided_t(double probability, int df) {
  auto const inside = [&](double theta) {
    double const c2 = std::cos(theta) * std::cos(theta);
    double term = df % 2 == 1 ? std::cos(theta) : 1, sum = 0;
    for (int k = df % 2 == 1 ? 1 : 0; k < df - 1; k += 2) {
      sum += term;
      term *= c2 * (k + 1.0) / (k + 2.0);
    }
    sum *= std::sin(theta);
    return df % 2 == 1 ? 2 / std::numbers::pi * (theta + sum) : sum;
  };
  double low = 0, high = std::numbers::pi / 2;
  for (int i = 0; i < 200; ++i) {
    double const middle = 0.5 * (low + high);
    if (middle == low || middle == high) break;
    (inside(middle) < 1 - probability ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(df)) * std::tan(0.5 * (low + high));
}

}  // namespace dynvision::analysis

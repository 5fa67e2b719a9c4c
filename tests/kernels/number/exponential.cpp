#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/number/exponential.hpp>

#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <vector>

using namespace dynvision::kernels;

namespace {

// Small and large ones of both signs, and where exp and tanh end.
template <class T> std::vector<T> points() {
  std::vector<T> all;
  double const last = sizeof(T) == 8 ? 750 : 105;
  for (int i = -3000; i <= 3000; ++i) {
    double const a = i / 3000.0;
    for (double const x : {12 * a, last * a, a * std::pow(10, -8 * std::abs(a))}) all.push_back(static_cast<T>(x));
  }
  constexpr T infinite = std::numeric_limits<T>::infinity();
  for (T const x : {T(0), T(-0.0), T(1e30), T(-1e30), infinite, -infinite, std::numeric_limits<T>::quiet_NaN(),
                    std::numeric_limits<T>::denorm_min(), std::numeric_limits<T>::min()}) {
    all.push_back(x);
  }
  while (all.size() % 8 != 0) all.push_back(T(1));
  return all;
}

// In units in the last place of what is expected; 0 where both are alike.
template <class T> double apart(T found, long double expected) {
  T const rounded = static_cast<T>(expected);
  if (std::isnan(rounded) || std::isnan(found)) return std::isnan(rounded) == std::isnan(found) ? 0 : 1e9;
  if (found == rounded) return std::signbit(found) == std::signbit(rounded) ? 0 : 1e9;
  T const size = std::abs(rounded);
  long double const unit = std::nextafter(size, std::numeric_limits<T>::infinity()) - size;
  return static_cast<double>(std::abs(static_cast<long double>(found) - expected) / unit);
}

template <class T>
DYNVISION_WIDE void in_loops(std::vector<T> const& x, std::vector<T>& tanh_x, std::vector<T>& exp_x) {
  for (std::size_t i = 0; i < x.size(); i += Lanes<T>::width) {
    Lanes<T> v;
    load(x.data() + i, v);
    store(hyperbolic_tangent(v), tanh_x.data() + i);
    store(exponential(v), exp_x.data() + i);
  }
}

}  // namespace

TEMPLATE_TEST_CASE("exp and tanh of numbers side by side are accurate", "[kernels][number]", float, double) {
  if (!has_wide_registers()) SKIP("loops over Lanes cannot run");
  std::vector<TestType> const x = points<TestType>();
  std::vector<TestType> tanh_x(x.size()), exp_x(x.size());
  in_loops(x, tanh_x, exp_x);
  double of_tanh = 0, of_exp = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    of_tanh = std::max(of_tanh, apart(tanh_x[i], std::tanh(static_cast<long double>(x[i]))));
    of_exp = std::max(of_exp, apart(exp_x[i], std::exp(static_cast<long double>(x[i]))));
  }
  CHECK(of_tanh < 4);
  CHECK(of_exp < 2);
}

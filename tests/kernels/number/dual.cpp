// Dual numbers: every function's derivative, what is said of kinks, every kind of number, derivatives of derivatives.
#include <dynvision/kernels/number/dual.hpp>
#include <dynvision/kernels/number/tensor_number.hpp>

#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

using namespace dynvision;
using namespace laws;
using kernels::Dual;

namespace {

// f(function) for each function of two numbers, x and y, of which some look at one alone.
template <class F> void each_function(F const& f) {
  f("sum", [](auto const& x, auto const& y) { return x + y - x * y / (y * y + 0.5); });
  f("with numbers", [](auto const& x, auto const&) { return 2.0 + (3.0 - 1.0 / (x * 0.5 + 9.0)); });
  f("numbers first", [](auto const& x, auto const&) { return 2.0 * (x - 3.0) / 1.5; });
  f("where_above", [](auto const& x, auto const& y) { return kernels::where_above(x, 0.1, y * y); });
  f("rectified", [](auto const& x, auto const&) { return kernels::rectified(x); });
  f("magnitude", [](auto const& x, auto const&) { return kernels::magnitude(x); });
  f("clamped", [](auto const& x, auto const&) { return kernels::clamped(x, -0.5, 0.75); });
  f("with_sign_of", [](auto const& x, auto const& y) { return kernels::with_sign_of(x, y); });
  f("hyperbolic_tangent", [](auto const& x, auto const&) { return kernels::hyperbolic_tangent(x); });
  f("exponential", [](auto const& x, auto const&) { return kernels::exponential(x); });
  f("logarithm", [](auto const& x, auto const&) { return kernels::logarithm(kernels::magnitude(x) + 0.1); });
  f("power", [](auto const& x, auto const&) { return kernels::power(kernels::magnitude(x) + 0.1, 1.3); });
  f("power of 0", [](auto const& x, auto const&) { return kernels::power(x, 0.0); });
  f("all", [](auto const& x, auto const& y) {
    return kernels::exponential(kernels::hyperbolic_tangent(x * y) / (kernels::magnitude(y) + 1.0)) * x;
  });
}
bool near(double a, double b, double tolerance) { return std::abs(a - b) <= tolerance * std::max(1.0, std::abs(b)); }

constexpr double infinite = std::numeric_limits<double>::infinity(),
                 no_number = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("a dual number carries the derivative", "[kernels][dual]") {
  std::vector<double> const xs = values(normal({40}, 1)), ys = values(normal({40}, 2)), d = values(normal({80}, 3));
  each_function([&](char const* name, auto const& f) {
    for (std::size_t i = 0; i < xs.size(); ++i) {
      double const x = xs[i], y = ys[i], dx = d[2 * i], dy = d[2 * i + 1], step = 1e-6;
      CAPTURE(name, x, y);
      Dual<double> const found = f(Dual<double>{x, dx}, Dual<double>{y, dy});
      CHECK(found.value == f(x, y));
      double const slope = (f(x + step * dx, y + step * dy) - f(x - step * dx, y - step * dy)) / (2 * step);
      CHECK(near(found.derivative, slope, 1e-7));
    }
  });
}

TEST_CASE("at kinks the derivative is what the adjoints say", "[kernels][dual]") {
  auto const at = [](double x) { return Dual<double>{x, 3}; };
  CHECK(kernels::rectified(at(0)).derivative == 0);
  CHECK(kernels::rectified(at(-0.0)).derivative == 0);
  CHECK(kernels::rectified(at(5e-324)).derivative == 3);
  CHECK(kernels::magnitude(at(0)).derivative == 0);
  CHECK(kernels::with_sign_of(at(2), at(0)).derivative == 0);
  CHECK(kernels::with_sign_of(at(2), Dual<double>{-1, 0}).derivative == -3);
  for (auto const& [x, slope] : {std::pair{-1.0, 0.0}, {-0.5, 0.0}, {0.0, 3.0}, {0.75, 3.0}, {0.76, 0.0}}) {
    CHECK(kernels::clamped(at(x), -0.5, 0.75).derivative == slope);
  }
  CHECK(kernels::where_above(at(1), 1, at(7)).derivative == 0);
  CHECK(kernels::where_above(at(1), 0.5, Dual<double>{7, 4}).derivative == 4);
  // nan is handed on, and an overflow of exp that leaves a quotient of 0 does no harm
  CHECK(std::isnan(kernels::rectified(Dual<double>{no_number, 1}).value));
  CHECK(std::isnan((1.0 / at(no_number)).derivative));
  for (double const x : {-3e6, -800.0, 800.0}) {
    Dual<double> const y = 1.0 / (kernels::exponential(at(x) * -1.0) + 1.0);
    CHECK((y.value == (x > 0 ? 1 : 0) && y.derivative == 0));
  }
  CHECK((Dual<double>{1, 0} / at(infinite)).derivative == 0);
}

TEST_CASE("numbers side by side and whole signals have the same derivatives", "[kernels][dual]") {
  std::vector<double> x = values(normal({13}, 1)), y = values(normal({13}, 2)), d = values(normal({13}, 3));
  x.insert(x.end(), {0, -0.5, 0.75}), y.insert(y.end(), {0, 1, 0}), d.insert(d.end(), {1, 1, 1});
  constexpr int n = 4;
  REQUIRE(x.size() == 4 * n);
  each_function([&](char const* name, auto const& f) {
    CAPTURE(name);
    using Signal = kernels::TensorNumber;
    Dual<Signal> const whole = f(Dual<Signal>{{row(x)}, {row(d)}}, Dual<Signal>{{row(y)}, {row(d).mul(2)}});
    Tensor const derivatives = whole.derivative.x.expand_as(row(x));
    for (std::size_t i = 0; i < x.size(); i += n) {
      Dual<kernels::Lanes<double>> a, b;
      Dual<kernels::Pack<double, n>> p, q;
      for (std::size_t k = 0; k < n; ++k) {
        auto const lane = static_cast<int>(k);
        a.value.v[lane] = p.value.v[k] = x[i + k], a.derivative.v[lane] = p.derivative.v[k] = d[i + k];
        b.value.v[lane] = q.value.v[k] = y[i + k], b.derivative.v[lane] = q.derivative.v[k] = 2 * d[i + k];
      }
      auto const lanes = f(a, b);
      auto const pack = f(p, q);
      for (std::size_t k = 0; k < n; ++k) {
        CAPTURE(x[i + k], y[i + k]);
        auto const lane = static_cast<int>(k);
        Dual<double> const one = f(Dual<double>{x[i + k], d[i + k]}, Dual<double>{y[i + k], 2 * d[i + k]});
        CHECK(near(lanes.value.v[lane], one.value, 1e-14));
        CHECK(near(lanes.derivative.v[lane], one.derivative, 1e-14));
        CHECK(near(pack.derivative.v[k], one.derivative, 1e-14));
        CHECK(near(derivatives[static_cast<std::int64_t>(i + k)].item<double>(), one.derivative, 1e-14));
        auto const narrow = [](double z) { return static_cast<float>(z); };
        if (std::string_view(name) == "rectified") {
          CHECK(near(kernels::rectified(Dual<float>{narrow(x[i + k]), narrow(d[i + k])}).derivative, one.derivative,
                     1e-6));
        }
      }
    }
  });
}

TEST_CASE("the derivative of a dual number has a derivative", "[kernels][dual]") {
  using Twice = Dual<Dual<double>>;
  for (double const x : values(normal({30}, 4))) {
    Twice const y = kernels::hyperbolic_tangent(Twice{{x, 1}, {1, 0}});
    double const t = std::tanh(x);
    CHECK(near(y.derivative.value, 1 - t * t, 1e-14));
    CHECK(near(y.derivative.derivative, -2 * t * (1 - t * t), 1e-14));
    Twice const z = 1.0 / (kernels::exponential(Twice{{x, 1}, {1, 0}} * -1.0) + 1.0);
    double const s = 1 / (1 + std::exp(-x));
    CHECK(near(z.derivative.derivative, s * (1 - s) * (1 - 2 * s), 1e-14));
  }
}

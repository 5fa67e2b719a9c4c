// The polynomials of the normal numbers against the functions of the C library, in double.
#include <dynvision/kernels/random/gaussian.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <numbers>
#include <random>

using namespace dynvision::kernels;

TEST_CASE("the logarithm is right to rounding", "[kernels][random]") {
  std::mt19937 words(1);
  double worst = 0;
  auto const look = [&](std::uint32_t word) {
    auto const u = static_cast<double>(std::fma(static_cast<float>(word >> 1), 0x1p-31f, 0x1p-32f));
    double const expected = -2 * std::log(u), found = squared_radius(word);
    CHECK(std::isfinite(found));
    if (expected == 0) CHECK(found == 0);
    if (expected > 0) worst = std::max(worst, std::abs(found - expected) / expected);
  };
  for (int i = 0; i < 200000; ++i) look(words());
  for (int i = 0; i < 32; ++i)
    look(std::uint32_t{1} << i), look((std::uint32_t{1} << i) - 1), look(~(std::uint32_t{1} << i));
  CHECK(worst < 4e-7);  // a few units of the last place
  CHECK(std::sqrt(squared_radius(std::uint32_t{0})) > 6.6);
  CHECK(std::sqrt(squared_radius(std::uint32_t{0})) < 6.7);
}

TEST_CASE("directions lie on the circle, everywhere alike", "[kernels][random]") {
  std::mt19937 words(2);
  constexpr int n = 1 << 17, sectors = 64;
  int count[sectors] = {};
  double worst = 0;
  for (int i = 0; i < n; ++i) {
    Direction<float> const d = direction(static_cast<std::uint32_t>(words()));
    worst = std::max(worst, std::abs(std::hypot(double{d.x}, double{d.y}) - 1));
    double const angle = std::atan2(d.y, d.x) / (2 * std::numbers::pi) + 0.5;
    ++count[std::min(sectors - 1, static_cast<int>(angle * sectors))];
  }
  CHECK(worst < 2e-7);
  double chi2 = 0;
  for (int const c : count) chi2 += (c - n / sectors) * static_cast<double>(c - n / sectors) / (n / sectors);
  CHECK(chi2 < 103);  // 63 degrees of freedom, p = 0.001
}

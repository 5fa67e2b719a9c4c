#include <dynvision/kernels/device/cpu_features.hpp>
#include <dynvision/kernels/number/conversion.hpp>

#include <catch2/catch_test_macros.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

namespace {

using c10::BFloat16;
using dynvision::kernels::narrow;
using dynvision::kernels::widen;

float from_bits(std::uint32_t bits) { return std::bit_cast<float>(bits); }
std::uint32_t bits_of(float x) { return std::bit_cast<std::uint32_t>(x); }

// Of a number that is none of the bfloat16 numbers: the nearer neighbour, of two as near the one whose last bit is 0.
std::uint16_t nearest_even(float x) {
  std::uint32_t const bits = bits_of(x), low = bits & 0xffff, high = bits >> 16;
  if (std::isnan(x)) return 0x7fc0;
  bool const up = low > 0x8000 || (low == 0x8000 && (high & 1) != 0);
  return static_cast<std::uint16_t>(high + (up ? 1 : 0));
}

// Neighbours of what a rounding decides on, of both signs and of any size; zeros, the smallest, the largest, infinity, nan.
std::vector<float> numbers() {
  std::vector<float> all;
  for (std::uint32_t const sign : {0u, 0x80000000u}) {
    for (std::uint32_t const high : {0x0000u, 0x0001u, 0x0080u, 0x3f80u, 0x3f81u, 0x4049u, 0x7f7eu, 0x7f7fu}) {
      for (std::uint32_t const low : {0x0000u, 0x0001u, 0x7fffu, 0x8000u, 0x8001u, 0xffffu}) {
        all.push_back(from_bits(sign | high << 16 | low));
      }
    }
    all.push_back(from_bits(sign | 0x7f800000u));
    all.push_back(from_bits(sign | 0x7fc00000u));
    all.push_back(from_bits(sign | 0x7f800001u));
  }
  return all;
}

}  // namespace

TEST_CASE("float is rounded to the nearest bfloat16, of two the even one") {
  if (!dynvision::kernels::has_wide_registers()) SKIP("no AVX2");
  std::vector<float> const x = numbers();
  std::vector<BFloat16> y(x.size());
  narrow(x.data(), y.data(), static_cast<std::int64_t>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    CAPTURE(i, x[i], bits_of(x[i]));
    CHECK(y[i].x == nearest_even(x[i]));
    if (!std::isnan(x[i])) CHECK(y[i].x == BFloat16(x[i]).x);  // as LibTorch rounds
  }
}

TEST_CASE("bfloat16 is a float") {
  if (!dynvision::kernels::has_wide_registers()) SKIP("no AVX2");
  std::vector<BFloat16> x;
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    x.emplace_back(static_cast<unsigned short>(bits), BFloat16::from_bits());
  }
  std::vector<float> y(x.size());
  widen(x.data(), y.data(), static_cast<std::int64_t>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) REQUIRE(bits_of(y[i]) == static_cast<std::uint32_t>(i) << 16);
}

TEST_CASE("rows of any length are converted, and nothing beside them") {
  if (!dynvision::kernels::has_wide_registers()) SKIP("no AVX2");
  constexpr std::size_t margin = 8;
  for (std::size_t n = 0; n <= 40; ++n) {
    CAPTURE(n);
    std::vector<float> x(n + 2 * margin, -1), back(n + 2 * margin, -2);
    std::vector<BFloat16> y(n + 2 * margin, BFloat16(-3.0f));
    for (std::size_t i = 0; i < n; ++i) x[margin + i] = static_cast<float>(i) + 0.5f;
    narrow(x.data() + margin, y.data() + margin, static_cast<std::int64_t>(n));
    widen(y.data() + margin, back.data() + margin, static_cast<std::int64_t>(n));
    for (std::size_t i = 0; i < x.size(); ++i) {
      bool const is_inside = i >= margin && i < margin + n;
      CHECK(static_cast<float>(y[i]) == (is_inside ? x[i] : -3.0f));
      CHECK(back[i] == (is_inside ? x[i] : -2.0f));
    }
  }
}

// covers: kernels/random/normal_tensor.hpp
// Normal numbers: their distribution, their independence, and that they do not depend on how they are drawn.
#include <dynvision/kernels/random/normal_numbers.hpp>
#include <dynvision/kernels/random/normal_tensor.hpp>

#include "laws/numbers.hpp"
#include "laws/threads.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace dynvision::kernels;

namespace {

std::vector<float> drawn(NormalNumbers const& numbers) {
  std::vector<float> all(static_cast<std::size_t>(numbers.count()));
  draw_normal(numbers, at::kCPU, all.data());
  return all;
}

double normal_distribution(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }

// Of two rows of n normal numbers; its standard deviation is 1 for independent ones.
double correlation(std::vector<float> const& a, std::vector<float> const& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * b[i];
  return sum / std::sqrt(static_cast<double>(a.size()));
}

constexpr PhiloxKey key{{11, 13}};

}  // namespace

TEST_CASE("the numbers are standard normal", "[kernels][random]") {
  NormalNumbers const numbers{.key = key, .place = 3, .n_steps = 8, .batch = 8, .size = 1 << 14};
  std::vector<float> all = drawn(numbers);
  auto const n = static_cast<double>(all.size());  // 2^20
  double moment[9] = {};
  for (float const x : all) {
    double power = 1;
    for (double& m : moment) m += power, power *= x;
  }
  for (double& m : moment) m /= n;
  double const root = std::sqrt(n);  // five standard deviations of each
  CHECK(std::abs(moment[1]) < 5 / root);
  CHECK(std::abs(moment[2] - 1) < 5 * std::sqrt(2.0) / root);
  CHECK(std::abs(moment[3]) < 5 * std::sqrt(15.0) / root);
  CHECK(std::abs(moment[4] - 3) < 5 * std::sqrt(96.0) / root);
  CHECK(std::abs(moment[5]) < 5 * std::sqrt(945.0) / root);
  CHECK(std::abs(moment[6] - 15) < 5 * std::sqrt(10170.0) / root);

  std::sort(all.begin(), all.end());
  double most = 0;  // Kolmogorov & Smirnov
  for (std::size_t i = 0; i < all.size(); ++i) {
    double const p = normal_distribution(all[i]);
    most = std::max({most, std::abs(p - static_cast<double>(i) / n), std::abs(p - static_cast<double>(i + 1) / n)});
  }
  CHECK(most * root < 1.95);                     // p = 0.001
  for (double const x : {3.0, 3.5, 4.0, 4.5}) {  // tails
    double const expected = n * normal_distribution(-x);
    auto const above = static_cast<double>(all.end() - std::upper_bound(all.begin(), all.end(), static_cast<float>(x)));
    auto const below =
        static_cast<double>(std::lower_bound(all.begin(), all.end(), static_cast<float>(-x)) - all.begin());
    CHECK(std::abs(above - expected) < 5 * std::sqrt(expected));
    CHECK(std::abs(below - expected) < 5 * std::sqrt(expected));
  }
}

TEST_CASE("numbers of other keys, places, steps and samples are independent", "[kernels][random]") {
  NormalNumbers const one{.key = key, .place = 3, .first_step = 5, .first_sample = 7, .size = 1 << 16};
  std::vector<NormalNumbers> others(9, one);
  others[0].first_step = 6, others[1].first_sample = 8, others[2].place = 4, others[3].key = {{12, 13}};
  others[4].key = {{11, 14}}, others[5].key = {{13, 11}}, others[6].place = 5, others[7].first_step = 7;
  others[8].first_step = 7, others[8].first_sample = 5;
  std::vector<float> const a = drawn(one);
  for (std::size_t i = 0; i < others.size(); ++i) {
    CAPTURE(i);
    std::vector<float> b = drawn(others[i]);
    CHECK(std::abs(correlation(a, b)) < 4.5);
    std::vector<float> c = a;
    for (std::vector<float>* row : {&b, &c}) {  // nor do their sizes depend on each other
      for (float& x : *row) x = (x * x - 1) / std::sqrt(2.0F);
    }
    CHECK(std::abs(correlation(b, c)) < 4.5);
  }
  for (std::size_t const apart : {1U, 2U, 7U, 8U, 16U, 24U, 31U, 32U, 33U, 256U}) {  // neighbours in a sample
    CAPTURE(apart);
    CHECK(std::abs(correlation({a.begin(), a.end() - static_cast<std::ptrdiff_t>(apart)},
                               {a.begin() + static_cast<std::ptrdiff_t>(apart), a.end()})) < 4.5);
  }
}

TEST_CASE("a number does not depend on the others that are drawn with it", "[kernels][random]") {
  for (std::int64_t const size : {1, 5, 8, 31, 32, 33, 100, 5000}) {
    CAPTURE(size);
    NormalNumbers const whole{
        .key = key, .place = 1, .first_step = 2, .first_sample = 3, .n_steps = 4, .batch = 3, .size = size};
    std::vector<float> const all = drawn(whole);
    for (std::uint32_t t = 0; t < 4; ++t) {
      for (std::uint32_t b = 0; b < 3; ++b) {
        NormalNumbers part = whole;
        part.first_step += t, part.first_sample += b, part.n_steps = 1, part.batch = 1;
        std::vector<float> const found = drawn(part);
        CHECK(std::equal(found.begin(), found.end(), all.begin() + (t * 3 + b) * size));
      }
    }
    {
      laws::Threads const two(2);
      CHECK(drawn(whole) == all);
    }
    std::vector<float> by_counters(all.size());
    draw_normal_by_counters(whole, by_counters.data());
    double worst = 0;
    for (std::size_t i = 0; i < all.size(); ++i) worst = std::max(worst, std::abs(double{all[i]} - by_counters[i]));
    CHECK(worst < 2e-6);
  }
}

TEST_CASE("as a tensor the numbers lie with channels fastest", "[kernels][random]") {
  NormalNumbers const numbers{.key = key, .n_steps = 2, .batch = 3, .size = 5 * 4 * 6};
  dynvision::Tensor const x = normal_tensor(numbers, {5, 4, 6}, at::kCPU);
  CHECK(x.sizes().equals({6, 5, 4, 6}));
  std::vector<float> const all = drawn(numbers);
  dynvision::Tensor const in_order = x.permute({0, 2, 3, 1}).contiguous();
  CHECK(std::equal(all.begin(), all.end(), in_order.const_data_ptr<float>()));
}

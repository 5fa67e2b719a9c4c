#include <dynvision/core/permutation.hpp>

#include "../io/failure.hpp"
#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

using namespace dynvision;

TEST_CASE("an order is the same on every machine", "[data]") {
  std::mt19937_64 generator(1);
  auto const order = permutation(8, generator);
  std::mt19937_64 again(1);
  CHECK(permutation(8, again) == order);
  CHECK(order == std::vector<std::int64_t>{4, 6, 3, 5, 1, 7, 2, 0});
  CHECK(permutation(8, again) != order);
}

TEST_CASE("every number comes once, every order equally often", "[data]") {
  std::mt19937_64 generator(2);
  auto order = permutation(1000, generator);
  CHECK(!std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::int64_t i = 0; i < 1000; ++i) CHECK(order[static_cast<std::size_t>(i)] == i);
  std::map<std::vector<std::int64_t>, int> counts;
  for (int i = 0; i < 6000; ++i) ++counts[permutation(3, generator)];
  CHECK(counts.size() == 6);
  for (auto const& [one, count] : counts) CHECK((count > 850 && count < 1150));
}

TEST_CASE("small and impossible sizes", "[data]") {
  std::mt19937_64 generator(3);
  CHECK(permutation(0, generator).empty());
  CHECK(permutation(1, generator) == std::vector<std::int64_t>{0});
  CHECK(number_below(1, generator) == 0);
  CHECK(failure([&] { permutation(-1, generator); }) == "data.111");
}

#include <dynvision/experiments/protocol/derangement.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace dynvision;
using experiments::Derangement;

TEST_CASE("Other images are of another class", "[experiments][derangement]") {
  std::vector<std::vector<std::int64_t>> const sets{
      {0, 1, 2, 0, 1, 2, 0, 1, 2, 0}, {0, 1}, {4, 4, 4, 4, 4, 1, 7}, {3, 3, 0, 0, 9, 9, 9, 1}};
  for (auto const& labels : sets) {
    Derangement const others(labels);
    auto const n = static_cast<std::int64_t>(labels.size());
    for (std::int64_t i = 0; i < n; ++i) {
      std::set<std::int64_t> met;
      for (std::int64_t k = 1; k <= others.count(); ++k) {
        std::int64_t const other = others.of(i, k);
        CHECK(labels[static_cast<std::size_t>(i)] != labels[static_cast<std::size_t>(other)]);
        CHECK(met.insert(other).second);
      }
    }
    CHECK_THROWS_AS(others.of(0, others.count() + 1), Error);
    CHECK_THROWS_AS(others.of(n, 1), Error);
  }
}

TEST_CASE("Each image is met once where no class has more than half of them", "[experiments][derangement]") {
  std::vector<std::int64_t> const labels{0, 1, 2, 0, 1, 2, 0, 1, 2, 0};
  Derangement const others(labels);
  for (std::int64_t k = 1; k <= others.count(); ++k) {
    std::set<std::int64_t> met;
    for (std::int64_t i = 0; i < 10; ++i) met.insert(others.of(i, k));
    CHECK(met.size() == 10);
  }
}

TEST_CASE("One class has no others", "[experiments][derangement]") {
  std::vector<std::int64_t> const labels{2, 2, 2};
  CHECK_THROWS_AS(Derangement(labels), Error);
}

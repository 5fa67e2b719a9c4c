// covers: rate/attractors.hpp
#include <dynvision/analysis/maps/basin_depth.hpp>
#include <dynvision/analysis/maps/fixed_points.hpp>
#include <dynvision/rate/attractors/sr_latch.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;

TEST_CASE("a latch rests at r = tanh(a r), and turns at a r", "[rate]") {
  struct Row {
    double a, r, threshold;
  };
  for (Row const& row : {Row{1.5, 0.8586, 1.288}, Row{2, 0.9575, 1.915}, Row{3, 0.9949, 2.985}}) {
    rate::SrLatch const latch{.a = row.a, .b = 1};
    double const r = latch.resting_state();
    CHECK(r == Approx(row.r).margin(5e-5));
    CHECK(std::abs(r - std::tanh(row.a * r)) < 1e-15);
    CHECK(latch.flip_threshold() == Approx(row.threshold).margin(5e-4));
    auto const turns = [&](double pulse) {
      double x = latch.step(r, 0, pulse);
      for (int t = 0; t < 2000; ++t) x = latch.step(x, 0, 0);
      return x < 0;
    };
    CHECK(turns(latch.flip_threshold() + 1e-6));
    CHECK_FALSE(turns(latch.flip_threshold() - 1e-6));
  }
  CHECK(error_number([] { rate::SrLatch{.a = 1}.resting_state(); }) == 203);
}

TEST_CASE("a latch keeps what it was told, 5000 steps without an error", "[rate]") {
  rate::SrLatch const latch{.a = 2, .b = 4};
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    analysis::DrawStream const draws(seed, 0);
    double r = latch.step(0, 1, 0);
    bool told = true;
    int wrong = 0;
    for (std::uint64_t t = 0; t < 5000; ++t) {
      double const x = draws.uniform(t);
      bool const set = x<0.05, reset = x> 0.95;
      if (set || reset) told = set;
      r = latch.step(r, set, reset);
      wrong += latch.is_set(r) != told;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a latch has three fixed points, of which 0 is unstable", "[rate]") {
  rate::SrLatch const latch{.a = 2};
  std::vector<Eigen::VectorXd> starts;
  for (int i = 0; i < 41; ++i) starts.push_back(Eigen::VectorXd::Constant(1, -2 + 0.1 * i));
  auto found = analysis::fixed_points(latch, starts).points;
  std::sort(found.begin(), found.end(), [](auto const& a, auto const& b) { return a.x[0] < b.x[0]; });
  REQUIRE(found.size() == 3);
  double const r = latch.resting_state();
  CHECK(found[0].x[0] == Approx(-r).epsilon(1e-12));
  CHECK(std::abs(found[1].x[0]) < 1e-12);
  CHECK(found[2].x[0] == Approx(0.9575).margin(5e-5));
  CHECK(found[0].eigenvalues[0].real() == Approx(0.166).margin(5e-4));
  CHECK(found[1].eigenvalues[0].real() == Approx(2));
  CHECK(found[2].stable);
  CHECK_FALSE(found[1].stable);
}

TEST_CASE("the more a latch excites itself, the deeper are its states", "[rate]") {
  double last = 0;
  for (double const a : {1.1, 1.3, 2.0}) {
    rate::SrLatch const latch{.a = a};
    Eigen::VectorXd const at = Eigen::VectorXd::Constant(1, latch.resting_state());
    double const p = analysis::basin_depth(latch, at, {.size = 0.8, .n_kicks = 400}).probability;
    CHECK(p == Approx(0.5 * std::erfc(-at[0] / 0.8 / std::sqrt(2.0))).margin(0.05));  // kicks that do not pass 0
    CHECK(p > last);
    last = p;
  }
}

#include <dynvision/analysis/maps/basin_depth.hpp>
#include <dynvision/rate/attractors/hopfield.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;

namespace {

Eigen::VectorXd with_flips(Eigen::VectorXd s, double share, std::uint64_t seed) {
  analysis::DrawStream const draws(seed, 5);
  for (Eigen::Index i = 0; i < s.size(); ++i) {
    if (draws.uniform(static_cast<std::uint64_t>(i)) < share) s[i] = -s[i];
  }
  return s;
}

}  // namespace

TEST_CASE("a Hopfield network of 1000 units keeps 120 patterns and loses 180", "[rate]") {
  struct Row {
    double load, low, high;
  };
  for (Row const& row :
       {Row{0.05, 0.999, 1}, Row{0.1, 0.99, 1}, Row{0.12, 0.99, 1}, Row{0.18, 0, 0.75}, Row{0.2, 0, 0.75}}) {
    Eigen::MatrixXd const patterns = rate::random_signs(1000, static_cast<Eigen::Index>(1000 * row.load), {1, 0});
    auto const memory = rate::Hopfield::hebbian(patterns);
    double mean = 0;
    for (Eigen::Index p = 0; p < 10; ++p) {
      auto const found = memory.recall(patterns.col(p), {.seed = static_cast<std::uint64_t>(p)});
      CHECK(found.converged);
      CHECK(found.largest_rise <= 0);
      CHECK(found.energy.back() == Approx(memory.energy(found.state)).epsilon(1e-9));
      mean += rate::overlap(found.state, patterns.col(p)) / 10;
    }
    CAPTURE(row.load, mean);
    CHECK(mean >= row.low);
    CHECK(mean <= row.high);
  }
}

TEST_CASE("a Hopfield network of 500 units repairs a quarter of a pattern", "[rate]") {
  Eigen::MatrixXd const patterns = rate::random_signs(500, 25, {2, 0});
  auto const memory = rate::Hopfield::hebbian(patterns);
  for (double const share : {0.1, 0.25}) {
    for (Eigen::Index p = 0; p < 10; ++p) {
      auto const found = memory.recall(with_flips(patterns.col(p), share, static_cast<std::uint64_t>(p)));
      CHECK(rate::overlap(found.state, patterns.col(p)) == 1);
      CHECK(analysis::largest_rise(found.energy) <= 1e-9);
    }
  }
}

TEST_CASE("no sweep raises the energy, computed anew", "[rate]") {
  Eigen::MatrixXd const patterns = rate::random_signs(100, 30, {6, 0});
  auto const memory = rate::Hopfield::hebbian(patterns);
  Eigen::VectorXd const cue = rate::random_signs(100, 1, {6, 1});
  double last = memory.energy(cue);
  for (int n = 1; n < 12; ++n) {
    auto const found = memory.recall(cue, {.most_sweeps = n, .seed = 3});
    CHECK(memory.energy(found.state) <= last + 1e-12);
    CHECK(memory.energy(found.state) == Approx(found.energy.back()).epsilon(1e-12));
    last = memory.energy(found.state);
  }
}

TEST_CASE("patterns of the pseudo-inverse are fixed points at half as many as units", "[rate]") {
  Eigen::MatrixXd const patterns = rate::random_signs(120, 60, {3, 0});
  auto const memory = rate::Hopfield::pseudo_inverse(patterns);
  for (Eigen::Index p = 0; p < 60; ++p) {
    CHECK(memory.recall(patterns.col(p)).state == patterns.col(p));
  }
  Eigen::MatrixXd twice = patterns;
  twice.col(1) = twice.col(0);
  CHECK(error_number([&] { rate::Hopfield::pseudo_inverse(twice); }) == 211);
}

TEST_CASE("a dense memory keeps more patterns than units", "[rate]") {
  Eigen::MatrixXd const patterns = rate::random_signs(60, 300, {4, 0});
  for (Eigen::Index p = 0; p < 20; ++p) {
    auto const found =
        rate::recall_dense(patterns, with_flips(patterns.col(p), 0.15, static_cast<std::uint64_t>(p)), 1);
    CHECK(found.state == patterns.col(p));
    CHECK(found.converged);
    CHECK(found.largest_rise <= 1e-12);
  }
}

TEST_CASE("memories refuse what are no patterns", "[rate]") {
  Eigen::MatrixXd patterns = rate::random_signs(10, 2, {5, 0});
  CHECK(error_number([&] { rate::Hopfield::hebbian(patterns).recall(Eigen::VectorXd::Ones(9)); }) == 211);
  CHECK(error_number([&] { rate::Hopfield(patterns * patterns.transpose()); }) == 211);
  patterns(3, 1) = 0.5;
  CHECK(error_text([&] { rate::Hopfield::hebbian(patterns); }).find("unit 3 of pattern 1 is 0.5") != std::string::npos);
}

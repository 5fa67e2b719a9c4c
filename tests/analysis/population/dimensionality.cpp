// covers: analysis/population/features.hpp
#include <dynvision/analysis/population/dimensionality.hpp>
#include <dynvision/analysis/population/features.hpp>

#include "analysis/measure_file.hpp"
#include "analysis/population/draws.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <vector>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

// Patterns whose covariance has these eigenvalues: columns of +-1 that are orthogonal (Hadamard), 16 samples.
std::vector<double> patterns_of(std::vector<double> const& eigenvalues) {
  std::vector<double> x(16 * eigenvalues.size());
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t j = 0; j < eigenvalues.size(); ++j) {
      bool const odd = __builtin_popcountll(i & (j + 1)) % 2 == 1;
      x[i * eigenvalues.size() + j] = (odd ? -1 : 1) * std::sqrt(eigenvalues[j] * 15 / 16);
    }
  }
  return x;
}

}  // namespace

TEST_CASE("dimensionality is the reference's, of all samples and of batches", "[measures]") {
  MeasureFile const file("measures/dimensionality");
  auto const& x = file["x"];
  Patterns const all{x.values, x.size(1)};
  Dimensionality const d = dimensionality(all);
  auto const check = [&](Dimensionality const& found, std::string const& ratio) {
    CHECK(found.participation_ratio == Approx(file[ratio].values[0]).epsilon(1e-10));
  };
  check(d, "participation_ratio");
  CHECK(d.n_components_90 == file["n_components_90"].values[0]);
  std::vector<double> first = file["eigenvalues"].values;
  first.resize(std::min(first.size(), d.eigenvalues.size()));
  CHECK(relative_error(d.eigenvalues, first) < 1e-10);
  check(dimensionality(all, Spread::correlation), "participation_ratio_correlation");
  CovarianceSum sum(x.size(1));
  for (std::size_t row = 0, n = 1; row < x.size(0); row += n, n = std::min(2 * n, x.size(0) - row)) {
    sum.add({std::span<double const>(x.values).subspan(row * x.size(1), n * x.size(1)), x.size(1)});
  }
  check(dimensionality(sum), "participation_ratio");
  check(dimensionality(sum, Spread::correlation), "participation_ratio_correlation");
}

TEST_CASE("k equal variances have the dimensionality k, and falling ones less", "[measures]") {
  Dimensionality const equal = dimensionality({patterns_of({2, 2, 2, 2, 2}), 5});
  CHECK(equal.participation_ratio == Approx(5));
  CHECK(equal.n_components_90 == 5);
  std::vector<double> falling(12);
  for (std::size_t i = 0; i < 12; ++i) falling[i] = std::pow(0.6, static_cast<double>(i));
  std::vector<double> x = patterns_of(falling);
  Dimensionality const d = dimensionality({x, 12});
  CHECK(d.participation_ratio == Approx(3.983).margin(5e-4));
  CHECK(relative_error(d.eigenvalues, falling) < 1e-12);
  CHECK(dimensionality({x, 12}, Spread::correlation).participation_ratio == Approx(12));
  // through the samples where there are more features: each of them five times
  std::vector<double> wide;
  for (std::size_t i = 0; i < 16; ++i) {
    for (std::size_t k = 0; k < 5; ++k)
      wide.insert(wide.end(), x.begin() + static_cast<std::ptrdiff_t>(i * 12),
                  x.begin() + static_cast<std::ptrdiff_t>(i * 12 + 12));
  }
  CHECK(dimensionality({wide, 60}).participation_ratio == Approx(d.participation_ratio));
  CHECK(dimensionality({wide, 60}).eigenvalues.size() == 16);
}

TEST_CASE("noise has the dimensionality that its samples allow", "[measures]") {
  std::size_t const T = 100, N = 50;
  double sum = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed)
    sum += dimensionality({normal_draws(T * N, seed), N}).participation_ratio / 20;
  CHECK(sum == Approx((50.0 * 99 + 2) / 150).margin(0.4));
}

TEST_CASE("without variance there is no dimensionality", "[measures]") {
  std::vector<double> x(20, 0.1);
  CHECK(std::isnan(dimensionality({x, 4}).participation_ratio));
  CHECK(std::isnan(dimensionality({x, 20}).n_components_90));
  for (std::size_t i = 0; i < 5; ++i) x[4 * i] = static_cast<double>(i);
  CHECK(dimensionality({x, 4}).participation_ratio == Approx(1));
  CHECK(dimensionality({x, 4}, Spread::correlation).participation_ratio == Approx(1));
  x[3] = NAN;
  CHECK(std::isnan(dimensionality({x, 4}).participation_ratio));
  CHECK(std::isnan(dimensionality(CovarianceSum(4)).participation_ratio));
  CHECK_THROWS_AS(dimensionality({x, 3}), dynvision::Error);
  CovarianceSum sum(3);
  CHECK_THROWS_AS(sum.add({x, 4}), dynvision::Error);
}

TEST_CASE("features of a layer", "[measures]") {
  std::vector<double> units(2 * 5 * 6);
  for (std::size_t i = 0; i < units.size(); ++i) units[i] = static_cast<double>(i);
  CHECK(channel_means(units, 2) == std::vector<double>{14.5, 44.5});
  std::vector<double> const blocks = block_means(units, 2, 5, 6, 4);  // 4 x 4, 4 x 2, 1 x 4, 1 x 2
  CHECK(relative_error(blocks, std::vector<double>{10.5, 13.5, 25.5, 28.5, 40.5, 43.5, 55.5, 58.5}) < 1e-15);
  CHECK_THROWS_AS(channel_means(units, 7), dynvision::Error);
  CHECK_THROWS_AS(block_means(units, 2, 5, 5, 4), dynvision::Error);
}

TEST_CASE("a projection by signs keeps distances, and few units as they are", "[measures]") {
  std::vector<double> const few = normal_draws(100, 1);
  CHECK(SignProjection({100, 512})(few) == few);
  std::size_t const U = 3000;
  std::vector<double> const x = normal_draws(8 * U, 2);
  SignProjection const project({U, 512, 5});
  PatternMatrix const all = Patterns{x, U}.matrix(), y = project(all);
  CHECK(y.cols() == 512);
  for (Eigen::Index i = 1; i < 8; ++i) {
    CHECK((y.row(i) - y.row(0)).squaredNorm() ==
          Approx((all.row(i) - all.row(0)).squaredNorm()).epsilon(4 * std::sqrt(2.0 / 512)));
  }
  std::vector<double> const one = project(std::span<double const>(x).subspan(U, U));  // the same signs for each pattern
  CHECK(relative_error(one, std::vector<double>(y.row(1).data(), y.row(1).data() + 512)) < 1e-12);
  // every entry of S is a sign
  std::vector<double> unit(U, 0);
  unit[700] = std::sqrt(512.0);
  double sum = 0;
  for (double const sign : project(std::span<double const>(unit))) {
    CHECK(std::abs(std::abs(sign) - 1) < 1e-12);
    sum += sign;
  }
  CHECK(std::abs(sum) < 4 * std::sqrt(512.0));
  CHECK(SignProjection({U, 512, 6})(std::span<double const>(unit)) != project(std::span<double const>(unit)));
  CHECK_THROWS_AS(project(std::span<double const>(few)), dynvision::Error);
}

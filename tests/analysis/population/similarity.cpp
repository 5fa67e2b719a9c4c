// covers: analysis/population/dissimilarity.hpp, analysis/population/rank_agreement.hpp
// covers: analysis/population/representational_similarity.hpp, analysis/population/kernel_alignment.hpp
#include <dynvision/analysis/population/dissimilarity.hpp>
#include <dynvision/analysis/population/kernel_alignment.hpp>
#include <dynvision/analysis/population/representational_similarity.hpp>

#include "analysis/measure_file.hpp"
#include "analysis/population/draws.hpp"
#include <Eigen/QR>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <string>
#include <vector>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::vector<double> own(std::span<double const> x) { return {x.begin(), x.end()}; }

Patterns rows(MeasureFile::Numbers const& x) { return {x.values, x.size(1)}; }

double tau_by_definition(std::vector<double> const& x, std::vector<double> const& y) {
  double sum = 0, pairs = 0;
  auto const sign = [](double d) { return static_cast<double>((d > 0) - (d < 0)); };
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = i + 1; j < x.size(); ++j) sum += sign(x[i] - x[j]) * sign(y[i] - y[j]), pairs += 1;
  }
  return sum / pairs;
}

}  // namespace

TEST_CASE("dissimilarities, their comparisons and ceilings are the reference's", "[measures]") {
  MeasureFile const file("measures/rsa");
  auto const& patterns = file["patterns"];
  std::vector<std::vector<double>> correlation;
  for (std::size_t r = 0; r < patterns.size(0); ++r) {
    Patterns const one{patterns({r}), patterns.size(2)};
    correlation.push_back(dissimilarities(one));
    CHECK(relative_error(correlation.back(), own(file["rdm_correlation"]({r}))) < 1e-10);
    CHECK(relative_error(dissimilarities(one, Dissimilarity::squared_euclidean),
                         own(file["rdm_squared_euclidean"]({r}))) < 1e-10);
  }
  CHECK(relative_error(similarities(correlation, Comparison::spearman), file["compare.spearman"].values) < 1e-10);
  CHECK(relative_error(similarities(correlation, Comparison::pearson), file["compare.corr"].values) < 1e-10);
  CHECK(relative_error(similarities(correlation, Comparison::cosine), file["compare.cosine"].values) < 1e-10);
  CHECK(relative_error(similarities(correlation, Comparison::tau_a), file["compare.tau-a"].values) < 1e-6);
  CHECK(relative_error(similarities(correlation, Comparison::rho_a), file["compare.rho-a"].values) < 1e-6);
  for (auto const& [how, name] :
       {std::pair{Comparison::spearman, std::string("spearman")}, {Comparison::pearson, "corr"}}) {
    NoiseCeiling const c = noise_ceiling(correlation, how);
    CHECK(relative_error(std::vector{c.lower, c.upper}, file["noise_ceiling." + name].values) < 1e-10);
  }
  std::vector<double> const a = own(file["tied"]({0})), b = own(file["tied"]({1}));
  CHECK(spearman(a, b) == Approx(file["tied.spearman"].values[0]).epsilon(1e-10));
  CHECK(kendall_tau_a(a, b) == Approx(file["tied.tau_a"].values[0]).epsilon(1e-10));
}

TEST_CASE("tau_a counts pairs, ties as 0", "[measures]") {
  CHECK(kendall_tau_a(std::vector<double>{1, 2, 3}, std::vector<double>{4, 5, 6}) == 1);
  CHECK(kendall_tau_a(std::vector<double>{1, 2, 3}, std::vector<double>{6, 5, 4}) == -1);
  CHECK(kendall_tau_a(std::vector<double>{1, 1, 1}, std::vector<double>{6, 5, 4}) == 0);
  CHECK(std::isnan(kendall_tau_a(std::vector<double>{1, NAN}, std::vector<double>{1, 2})));
  CHECK(rho_a(std::vector<double>{1, 2, 3}, std::vector<double>{7, 8, 10}) == Approx(1));
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    std::vector<double> x = normal_draws(57, seed), y = normal_draws(57, seed + 100);
    for (double& value : x) value = std::round(2 * value);  // ties
    if (seed % 2) {
      for (double& value : y) value = std::round(3 * value);
    }
    CHECK(kendall_tau_a(x, y) == Approx(tau_by_definition(x, y)).margin(1e-14));
  }
}

TEST_CASE("a condition without variance is left out of comparisons, and counted", "[measures]") {
  std::size_t const n = 5, p = 7;
  std::vector<double> x = normal_draws(n * p, 3);
  std::vector<double> const whole = dissimilarities({x, p});
  std::fill_n(x.begin() + 2 * p, p, 0.3);
  std::vector<double> const d = dissimilarities({x, p});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      CHECK(std::isnan(d[pair_index(i, j, n)]) == (i == 2 || j == 2));
      if (i != 2 && j != 2) CHECK(d[pair_index(i, j, n)] == whole[pair_index(i, j, n)]);
    }
  }
  Agreement const a = similarity(d, whole);
  CHECK(a.value == Approx(1));
  CHECK(a.n_pairs == 6);
  CHECK(a.n_skipped == 4);
  CHECK(similarities({d, whole}) == std::vector<double>{a.value, a.value, a.value, 1});
  NoiseCeiling const c = noise_ceiling({d, whole, whole}, Comparison::cosine);
  CHECK(c.upper == Approx(1));
  CHECK(c.lower == Approx(1));
  CHECK(c.n_skipped == 4);
  // the distance of rows that are constant is that of their constants
  CHECK(dissimilarities({std::vector<double>{1, 1, 3, 3}, 2}, Dissimilarity::squared_euclidean)[0] == 4);
}

TEST_CASE("conditions may be classes", "[measures]") {
  std::vector<double> const x{1, 10, 3, 20, 5, 40, 100, 100};
  std::vector<double> const means = class_means({x, 2}, std::vector<std::int64_t>{1, 1, 0, -1}, 3);
  CHECK(relative_error(means, std::vector<double>{5, 40, 2, 15, NAN, NAN}) < 1e-15);
  CHECK_THROWS_AS(class_means({x, 2}, std::vector<std::int64_t>{1, 1, 0}, 3), dynvision::Error);
  CHECK_THROWS_AS(class_means({x, 2}, std::vector<std::int64_t>{1, 1, 0, 3}, 3), dynvision::Error);
  CHECK_THROWS_AS(dissimilarities({x, 8}), dynvision::Error);
  CHECK_THROWS_AS(similarity({1, 2}, {1, 2, 3}), dynvision::Error);
  CHECK_THROWS_AS(noise_ceiling({{1, 2}}), dynvision::Error);
}

TEST_CASE("kernel alignment is the reference's", "[measures]") {
  MeasureFile const file("measures/cka");
  auto const &x = file["x"], &y = file["y"], &z = file["z"], &q = file["q"];
  auto const check = [&](double found, std::string const& name) {
    INFO(name);
    CHECK(relative_error(std::vector{found}, file[name].values) < 1e-10);
  };
  check(linear_cka(rows(x), rows(y)), "linear.xy");
  check(linear_cka(rows(x), rows(z)), "linear.xz");
  PatternMatrix const turned = 3 * (rows(x).matrix() * rows(q).matrix()).array() + 1;
  check(linear_cka(rows(x), {{turned.data(), x.values.size()}, x.size(1)}), "linear.x_3xq");
  check(hsic1(rows(x), rows(x)), "hsic1.xx");
  check(hsic1(rows(x), rows(y)), "hsic1.xy");
  check(debiased_cka(rows(x), rows(y)), "debiased.xy");
  check(debiased_cka(rows(x), rows(z)), "debiased.xz");
  // Samples come in pieces of other sizes than the batches.
  BatchedAlignment sums(3, static_cast<std::size_t>(file.number("batch")));
  for (std::size_t row = 0, n = 1; row < x.size(0); row += n, n = std::min(n + 1, x.size(0) - row)) {
    auto const piece = [&](MeasureFile::Numbers const& all) {
      return Patterns{std::span<double const>(all.values).subspan(row * all.size(1), n * all.size(1)), all.size(1)};
    };
    sums.add({piece(x), piece(y), piece(z)});
  }
  check(sums.cka(0, 1), "minibatch.xy");
  check(sums.cka(2, 0), "minibatch.xz");
  CHECK(sums.n_batches() == x.size(0) / static_cast<std::size_t>(file.number("batch")));
}

TEST_CASE("alignment of orthonormal columns with one of them is 1/sqrt(p)", "[measures]") {
  std::size_t const n = 30, p = 4;
  std::vector<double> const draws = normal_draws(n * p, 1);
  PatternMatrix x = centred(Patterns{draws, p}.matrix());
  x = Eigen::HouseholderQR<Eigen::MatrixXd>(x).householderQ() * Eigen::MatrixXd::Identity(n, p);
  PatternMatrix const one = x.col(2);
  CHECK(linear_cka({{x.data(), n * p}, p}, {{one.data(), n}, 1}) == Approx(0.5));
  PatternMatrix const many = x.replicate(1, 20);  // more features than samples: through the kernels
  CHECK(linear_cka({{many.data(), n * p * 20}, p * 20}, {{one.data(), n}, 1}) == Approx(0.5));
}

TEST_CASE("alignment of independent populations: biased by their features, or 0", "[measures]") {
  std::size_t const n = 100, p = 50;
  double linear = 0, debiased = 0;
  std::uint64_t const runs = 20;
  for (std::uint64_t k = 0; k < runs; ++k) {
    std::vector<double> const x = normal_draws(n * p, 10 + 2 * k), y = normal_draws(n * p, 11 + 2 * k);
    linear += linear_cka({x, p}, {y, p}) / runs, debiased += debiased_cka({x, p}, {y, p}) / runs;
  }
  CHECK(linear == Approx(1.0 / 3).margin(0.005));  // sqrt(p1 p2 / ((n + p1)(n + p2)))
  CHECK(debiased == Approx(0).margin(3 * 0.014 / std::sqrt(static_cast<double>(runs))));
  std::vector<double> const silent(n * p, 0.1), y = normal_draws(n * p, 1);
  CHECK(std::isnan(linear_cka({silent, p}, {y, p})));
  CHECK(std::isnan(debiased_cka({silent, p}, {y, p})));
  CHECK(std::isnan(BatchedAlignment(1, 8).cka(0, 0)));
  CHECK_THROWS_AS(debiased_cka({y, n * p / 3}, {y, n * p / 3}), dynvision::Error);
  CHECK_THROWS_AS(linear_cka({y, p}, {y, 2 * p}), dynvision::Error);
  CHECK_THROWS_AS(BatchedAlignment(1, 3), dynvision::Error);
  BatchedAlignment sums(2, 4);
  CHECK_THROWS_AS(sums.add({Patterns{y, p}}), dynvision::Error);
}

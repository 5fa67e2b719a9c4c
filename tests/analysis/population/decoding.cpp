// covers: analysis/population/patterns.hpp, analysis/population/folds.hpp, analysis/population/linear_decoder.hpp
#include <dynvision/analysis/population/decoding.hpp>
#include <dynvision/analysis/statistics/distributions.hpp>

#include "analysis/measure_file.hpp"
#include "analysis/population/draws.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::vector<std::int64_t> whole(std::vector<double> const& x) { return {x.begin(), x.end()}; }

}  // namespace

TEST_CASE("decoding is the reference's", "[measures]") {
  MeasureFile const file("measures/decoding");
  auto const& features = file["features"];
  std::vector<std::int64_t> const labels = whole(file["labels"].values);
  for (auto const& [kind, name] : {std::pair{DecoderKind::ridge, std::string("ridge")}, {DecoderKind::lda, "lda"}}) {
    INFO(name);
    DecodingSettings const settings{.decoder = {kind, file.number("alpha"), file.number("shrinkage")},
                                    .n_classes = static_cast<std::size_t>(file.number("n_classes")),
                                    .n_folds = static_cast<std::size_t>(file.number("n_folds"))};
    Decoding const d = decode({features.values, features.size(1), features.size(2)}, labels, settings);
    CHECK(std::vector<double>(d.folds.begin(), d.folds.end()) == file["folds"].values);
    CHECK(std::vector<double>(d.prediction.begin(), d.prediction.end()) == file[name + ".prediction"].values);
    CHECK(relative_error(d.decision, file[name + ".decision"].values) < 1e-8);
    CHECK(relative_error(d.accuracy, file[name + ".accuracy"].values) < 1e-12);
    CHECK(relative_error(d.generalisation, file[name + ".generalization"].values) < 1e-12);
  }
}

TEST_CASE("two classes at a distance of two deviations are told apart as often as their overlap says", "[measures]") {
  std::size_t const N = 8000, P = 3;
  std::vector<double> x = normal_draws(N * P, 1);
  std::vector<std::int64_t> labels(N);
  for (std::size_t i = 0; i < N; ++i) {
    labels[i] = static_cast<std::int64_t>(i % 2);
    x[i * P] += i % 2 == 0 ? 1 : -1;
  }
  for (DecoderKind const kind : {DecoderKind::ridge, DecoderKind::lda}) {
    CHECK(decode({x, N, P}, labels, {.decoder = {kind}}).accuracy[0] == Approx(normal_probability(1)).margin(0.008));
  }
}

TEST_CASE("shuffled labels are decoded at chance, a class that is there above it", "[measures]") {
  std::size_t const T = 2, N = 120, P = 5, K = 3;
  std::vector<double> x = normal_draws(T * N * P, 2);  // the class is there in the second step alone
  std::vector<std::int64_t> labels(N);
  for (std::size_t i = 0; i < N; ++i) {
    labels[i] = static_cast<std::int64_t>(i % K);
    x[(N + i) * P + i % K] += 1.5;
  }
  double const sd = std::sqrt(1.0 / 3 * 2 / 3 / static_cast<double>(N));
  for (DecoderKind const kind : {DecoderKind::ridge, DecoderKind::lda}) {
    DecodingSettings const settings{.decoder = {kind}, .n_permutations = 60, .seed = 3};
    Decoding const d = decode({x, N, P}, labels, settings);
    Chance const chance = decoding_chance({x, N, P}, labels, settings);
    for (std::size_t t = 0; t < T; ++t) {
      CHECK(chance.accuracy[t] == Approx(1.0 / 3).margin(3.5 * sd / std::sqrt(60) + 0.01));
      CHECK(chance.high[t] == Approx(1.0 / 3 + 1.645 * sd).margin(0.05));
    }
    CHECK(d.accuracy[0] < 1.0 / 3 + 3 * sd);
    CHECK(d.accuracy[1] > chance.high[1] + 0.1);
    for (unsigned threads : {1u, 3u}) {
      DecodingSettings own = settings;
      own.n_threads = threads;
      CHECK(decoding_chance({x, N, P}, labels, own).permuted == chance.permuted);
      CHECK(decode({x, N, P}, labels, own).decision == d.decision);
    }
  }
}

TEST_CASE("chance is the accuracy of decoders of labels that are shuffled within their folds", "[measures]") {
  std::size_t const P = 4;
  std::vector<double> const x = normal_draws(4 * P, 5);
  std::vector<std::int64_t> const labels{0, 1, 0, 1};  // folds: samples 0, 1 and samples 2, 3
  PatternMatrix const all = Patterns{x, P}.matrix();
  for (DecoderKind const kind : {DecoderKind::ridge, DecoderKind::lda}) {
    std::set<double> possible;
    for (int k = 0; k < 4; ++k) {
      std::vector<std::int64_t> own = labels;
      if (k & 1) std::swap(own[0], own[1]);
      if (k & 2) std::swap(own[2], own[3]);
      double right = 0;
      for (std::size_t const first : {std::size_t{0}, std::size_t{2}}) {
        LinearDecoder const decoder(rows_of(all, {2 - first, 3 - first}), std::span(own).subspan(2 - first, 2), 2,
                                    {kind});
        PatternMatrix const scores = decoder.decision(rows_of(all, {first, first + 1}));
        for (Eigen::Index i = 0; i < 2; ++i)
          right += (scores(i, 1) > scores(i, 0)) == (own[first + static_cast<std::size_t>(i)] == 1);
      }
      possible.insert(right / 4);
    }
    Chance const chance = decoding_chance({x, 4, P}, labels, {.decoder = {kind}, .n_folds = 2, .n_permutations = 40});
    CHECK(std::set<double>(chance.permuted.begin(), chance.permuted.end()) == possible);
  }
}

TEST_CASE("ridge by samples is ridge by features", "[measures]") {
  std::size_t const n = 6, p = 9;  // more features than samples
  std::vector<double> const draws = normal_draws(n * p, 6);
  PatternMatrix const x = Patterns{draws, p}.matrix();
  Eigen::MatrixXd gram = x.transpose() * x + 0.7 * Eigen::MatrixXd::Identity(9, 9);
  CHECK((gram * ridge_inverse(x, 0.7) - x.transpose()).norm() < 1e-12);
  Eigen::MatrixXd const few = x.leftCols(3);
  gram = few.transpose() * few + 0.7 * Eigen::MatrixXd::Identity(3, 3);
  CHECK((gram * ridge_inverse(few, 0.7) - few.transpose()).norm() < 1e-12);
}

TEST_CASE("discriminant analysis by samples is that by features", "[measures]") {
  std::size_t const n = 14, p = 23, m = 5;  // more features than samples
  std::vector<double> const draws = normal_draws((n + m) * p, 8);
  PatternMatrix const both = Patterns{draws, p}.matrix();
  PatternMatrix const x = both.topRows(n), test = both.bottomRows(m);
  std::vector<std::int64_t> labels{0, 1, 2, 0, 1, 2, 0,
                                   1, 0, 0, 2, 1, 0, 4};  // of five classes one is not there, one has one sample
  Standardisation const scale(x);
  PatternMatrix const z = scale(x);
  for (double const shrinkage : {0.1, 0.8, 1.0}) {
    CAPTURE(shrinkage);
    Eigen::MatrixXd means = Eigen::MatrixXd::Zero(5, p), within = z;
    Eigen::VectorXd counts = Eigen::VectorXd::Zero(5);
    for (std::size_t i = 0; i < n; ++i)
      means.row(labels[i]) += z.row(static_cast<Eigen::Index>(i)), counts[labels[i]] += 1;
    for (Eigen::Index k = 0; k < 5; ++k) means.row(k) /= std::max(1.0, counts[k]);
    for (std::size_t i = 0; i < n; ++i) within.row(static_cast<Eigen::Index>(i)) -= means.row(labels[i]);
    Eigen::MatrixXd const sigma_within = within.transpose() * within / double(n);
    Eigen::MatrixXd const sigma =
        (1 - shrinkage) * sigma_within + shrinkage * sigma_within.trace() / double(p) * Eigen::MatrixXd::Identity(p, p);
    Eigen::MatrixXd const weights = sigma.ldlt().solve(means.transpose());
    PatternMatrix const scores = LinearDecoder(x, labels, 5, {DecoderKind::lda, 1, shrinkage}).decision(test);
    PatternMatrix const of_samples = population::DiscriminantScores(x, test, 5, shrinkage)(labels);
    CHECK((scores - of_samples).topLeftCorner(m, 3).norm() < 1e-9);
    for (Eigen::Index k : {0, 1, 2, 4}) {
      for (Eigen::Index i = 0; i < Eigen::Index(m); ++i) {
        double const expected = scale(test).row(i).dot(weights.col(k)) - 0.5 * means.row(k).dot(weights.col(k)) +
                                std::log(counts[k] / double(n));
        CHECK(scores(i, k) == Approx(expected).epsilon(1e-9));
      }
    }
    CHECK(scores(0, 3) == -INFINITY);
  }
}

TEST_CASE("steps without a signal are decoded by the number of samples, steps with nan not at all", "[measures]") {
  std::size_t const T = 3, N = 20, P = 2;
  std::vector<double> x = normal_draws(T * N * P, 7);
  std::fill_n(x.begin(), N * P, 0.1);  // the same number everywhere
  x[2 * N * P + 5] = NAN;
  std::vector<std::int64_t> labels(N, 1);
  for (std::size_t i = 0; i < 8; ++i) labels[i] = 0;
  for (DecoderKind const kind : {DecoderKind::ridge, DecoderKind::lda}) {
    Decoding const d = decode({x, N, P}, labels, {.decoder = {kind}, .n_folds = 4});
    CHECK(d.accuracy[0] == 0.6);
    CHECK(std::isnan(d.accuracy[2]));
    CHECK(d.prediction[2 * N] == -1);
    CHECK(std::isnan(d.generalisation[2]));
    CHECK(std::isnan(d.generalisation[2 * T]));
    CHECK(d.generalisation[1 * T + 1] == d.accuracy[1]);
    Chance const chance = decoding_chance({x, N, P}, labels, {.decoder = {kind}, .n_folds = 4, .n_permutations = 5});
    CHECK(chance.accuracy[0] == Approx(0.6));
    CHECK(std::isnan(chance.high[2]));
    Decoding const diagonal = decode({x, N, P}, labels, {.decoder = {kind}, .n_folds = 4, .generalisation = false});
    CHECK(diagonal.generalisation.empty());
    CHECK(diagonal.accuracy[1] == d.accuracy[1]);
  }
}

TEST_CASE("what cannot be decoded is refused", "[measures]") {
  std::vector<double> const x(12, 1.0);
  std::vector<std::int64_t> const labels{0, 1, 0, 1};
  auto const refused = [&](std::string const& with, auto const& call) {
    try {
      call();
    } catch (dynvision::Error const& error) {
      CHECK(std::string(error.what()).find(with) != std::string::npos);
      return;
    }
    FAIL("not refused: " + with);
  };
  refused("analysis.124", [&] { decode({x, 5, 3}, labels); });
  refused("4 labels for 6 samples", [&] { decode({x, 6, 2}, labels); });
  refused("class 1 has one sample", [&] { decode({x, 4, 3}, std::vector<std::int64_t>{0, 0, 1, 0}); });
  refused("label 2 of sample 1: expected 0 to 1", [&] {
    decode({x, 4, 3}, std::vector<std::int64_t>{0, 2, 1, 0}, {.n_classes = 2});
  });
  refused("label -1 of sample 0", [&] { decode({x, 4, 3}, std::vector<std::int64_t>{-1, 0, 1, 0}); });
  refused("1 classes", [&] { decode({x, 4, 3}, std::vector<std::int64_t>{0, 0, 0, 0}); });
  refused("1 folds", [&] { decode({x, 4, 3}, labels, {.n_folds = 1}); });
  refused("analysis.127", [&] { decode({x, 4, 3}, labels, {.decoder = {.alpha = 0}}); });
  refused("analysis.128", [&] { decoding_chance({x, 4, 3}, labels, {.n_permutations = 0}); });
}

// covers: analysis/behaviour/psychometric_bootstrap.hpp
#include <dynvision/analysis/behaviour/psychometric.hpp>
#include <dynvision/analysis/behaviour/psychometric_bootstrap.hpp>

#include "analysis/measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <string>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::vector<double> const levels{0, .1, .2, .3, .4, .5, .6, .7, .8, .9, 1};

Answers exact(Psychometric const& function, double n) {
  Answers answers{.x = levels};
  for (double const x : levels) answers.k.push_back(n * function(x)), answers.n.push_back(n);
  return answers;
}

}  // namespace

TEST_CASE("psychometric fits are as likely as the reference's, and the same", "[measures]") {
  MeasureFile const file("measures/psychometric");
  for (std::string const name : {"weibull", "logistic"}) {
    for (std::string const data : {"exact", "drawn"}) {
      std::string const key = name + "." + data + ".";
      INFO(key);
      Answers const answers{file["x"].values, file[key + "k"].values, file["n"].values};
      PsychometricFit const fit =
          fit_psychometric(name == "weibull" ? Sigmoid::weibull : Sigmoid::logistic, answers, file.number("guess"));
      CHECK(fit.converged);
      CHECK(fit.negative_log_likelihood <= file[key + "nll"].values[0] + 1e-6);
      std::vector<double> const& expected = file[key + "params"].values;
      CHECK(fit.function.alpha == Approx(expected[0]).epsilon(1e-3));
      CHECK(fit.function.beta == Approx(expected[1]).epsilon(1e-3));
      CHECK(fit.function.lapse == Approx(expected[2]).epsilon(1e-3).margin(1e-6));
      CHECK(fit.threshold == Approx(file[key + "threshold_half"].values[0]).epsilon(1e-3));
    }
  }
}

TEST_CASE("a Weibull function is at 0.632 of its way at alpha, both at half of it at the threshold", "[measures]") {
  Psychometric const weibull{Sigmoid::weibull, .45, 3, .03, .1}, logistic{Sigmoid::logistic, .45, 12, .03, .1};
  CHECK(weibull.F(.45) == Approx(1 - std::exp(-1.0)));
  CHECK(weibull.F(weibull.threshold()) == Approx(0.5));
  CHECK(logistic.F(logistic.threshold()) == Approx(0.5));
  CHECK(weibull(0) == 0.1);
  CHECK(weibull(1e3) == Approx(0.97));
}

TEST_CASE("exact counts give the numbers back", "[measures]") {
  for (Psychometric const& truth :
       {Psychometric{Sigmoid::weibull, .45, 3, .03, .1}, Psychometric{Sigmoid::logistic, .45, 12, .03, .1}}) {
    PsychometricFit const fit = fit_psychometric(truth.sigmoid, exact(truth, 200), truth.guess);
    CHECK(fit.converged);
    CHECK(fit.function.alpha == Approx(truth.alpha).epsilon(1e-5));
    CHECK(fit.function.beta == Approx(truth.beta).epsilon(1e-5));
    CHECK(fit.function.lapse == Approx(truth.lapse).epsilon(1e-5));
    CHECK(fit.deviance == Approx(0).margin(1e-8));
  }
}

TEST_CASE("the likelihood's derivatives of a function are those of differences", "[measures]") {
  for (Sigmoid const sigmoid : {Sigmoid::weibull, Sigmoid::logistic}) {
    for (double const x : levels) {
      Psychometric const f{sigmoid, .45, 3, .03, .1};
      double da = 0, db = 0;
      double const h = 1e-6;
      f.F(x, &da, &db);
      auto const F = [&](double a, double b) { return Psychometric{sigmoid, a, b, .03, .1}.F(x); };
      CHECK(da == Approx((F(.45 + h, 3) - F(.45 - h, 3)) / (2 * h)).epsilon(1e-6).margin(1e-9));
      CHECK(db == Approx((F(.45, 3 + h) - F(.45, 3 - h)) / (2 * h)).epsilon(1e-6).margin(1e-9));
    }
  }
}

TEST_CASE("an observer at chance, or without a mistake, has a fit", "[measures]") {
  Answers answers{.x = levels, .k = std::vector<double>(11, 20), .n = std::vector<double>(11, 200)};
  CHECK(std::isfinite(fit_psychometric(Sigmoid::weibull, answers, .1).threshold));
  answers.k = answers.n;
  PsychometricFit const fit = fit_psychometric(Sigmoid::logistic, answers, .1);
  CHECK(std::isfinite(fit.deviance));
}

TEST_CASE("the bootstrap of a psychometric fit covers what it was drawn from, and is repeated to the bit",
          "[measures]") {
  Psychometric const truth{Sigmoid::weibull, .45, 3, .03, .1};
  Answers answers = exact(truth, 200);
  for (double& k : answers.k) k = std::round(k);
  PsychometricFit const fit = fit_psychometric(truth.sigmoid, answers, truth.guess);
  PsychometricIntervals const a = bootstrap_psychometric(fit, answers, {.draws = 200, .seed = 3});
  CHECK((a.alpha.low < .45 && a.alpha.high > .45 && a.alpha.high - a.alpha.low < .1));
  CHECK((a.threshold.low < truth.threshold() && a.threshold.high > truth.threshold()));
  CHECK((a.lapse.low >= 0 && a.lapse.high <= .1));
  CHECK(a.p_deviance > 0.9);  // rounded counts fit better than drawn ones
  CHECK(a.n_converged == 200);
  PsychometricIntervals const b = bootstrap_psychometric(fit, answers, {.draws = 200, .seed = 3}),
                              c = bootstrap_psychometric(fit, answers, {.draws = 200, .seed = 4});
  CHECK((a.beta.low == b.beta.low && a.beta.high == b.beta.high));
  CHECK(a.beta.low != c.beta.low);
}

TEST_CASE("binomial counts are distributed as they should be", "[measures]") {
  auto const all = binomial_distribution(4, 0.5);
  CHECK(relative_error(all, std::vector<double>{1 / 16.0, 5 / 16.0, 11 / 16.0, 15 / 16.0, 1}) < 1e-12);
  CHECK(binomial_distribution(100000, 0.999).back() == Approx(1));
  double sum = 0;
  for (std::uint64_t i = 0; i < 10000; ++i) sum += DrawStream(1, i).uniform(0);
  CHECK(sum / 10000 == Approx(0.5).epsilon(0.02));
}

TEST_CASE("bad input of psychometric fits", "[measures]") {
  Answers answers{.x = {0, .5, 1}, .k = {1, 2, 3}, .n = {4, 4, 4}};
  CHECK_NOTHROW(fit_psychometric(Sigmoid::weibull, answers, .1));
  CHECK_THROWS_AS(fit_psychometric(Sigmoid::weibull, answers, 1), dynvision::Error);
  PsychometricFit const fit = fit_psychometric(Sigmoid::weibull, answers, .1);
  CHECK_THROWS_AS(bootstrap_psychometric(fit, answers, {.draws = 0}), dynvision::Error);
  answers.n[1] = 4.5;
  CHECK_THROWS_AS(bootstrap_psychometric(fit, answers), dynvision::Error);
  answers.k[2] = 5;
  CHECK_THROWS_AS(fit_psychometric(Sigmoid::weibull, answers, .1), dynvision::Error);
  answers.k = {1, 2};
  CHECK_THROWS_AS(fit_psychometric(Sigmoid::weibull, answers, .1), dynvision::Error);
}

// Psychometric functions: the share of right answers as the stimulus gets better.
//
//   p(x) = gamma + (1 - gamma - lambda) F(x)      gamma = 1/K is chance, lambda lapses
//   Weibull   F = 1 - exp(-(x / alpha)^beta)      F(alpha) = 0.632; threshold at F = 1/2: alpha (ln 2)^(1/beta)
//   logistic  F = 1 / (1 + exp(-beta (x - alpha)))                  alpha
//
//   -ln L = -sum k ln p + (n - k) ln (1 - p)      k right answers of n; p within [1e-9, 1 - 1e-9]
//   deviance = 2 sum k ln(k / (n p)) + (n - k) ln((n - k) / (n - n p))
//
//   PsychometricFit const fit = fit_psychometric(Sigmoid::weibull, {.x = ssnr, .k = right, .n = shown}, 1.0 / 10);
//   fit.function.alpha, fit.threshold, fit.converged
//
// Maximum likelihood within bounds by Fisher scoring, the best of twelve starts.
//
// Source: Wichmann & Hill 2001, "The psychometric function: I. Fitting, sampling, and goodness of fit".
// Errors: analysis.117.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/fit/least_squares.hpp>
#include <dynvision/analysis/order.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace dynvision::analysis {

enum class Sigmoid { weibull, logistic };

struct Psychometric {
  Sigmoid sigmoid = Sigmoid::weibull;
  double alpha = 0.4, beta = 3, lapse = 0.02, guess = 0.1;

  // With its derivatives in alpha and beta, where they are asked for.
  double F(double x, double* by_alpha = nullptr, double* by_beta = nullptr) const {
    double value = 0, da = 0, db = 0;
    if (sigmoid == Sigmoid::logistic) {
      value = 1 / (1 + std::exp(-beta * (x - alpha)));
      da = -beta * value * (1 - value), db = (x - alpha) * value * (1 - value);
    } else if (x > 0) {
      double const ln = std::log(x / alpha), u = std::exp(beta * ln), rest = std::exp(-u);
      value = -std::expm1(-u);
      if (rest > 0) da = -rest * u * beta / alpha, db = rest * u * ln;
    }
    if (by_alpha != nullptr) *by_alpha = da, *by_beta = db;
    return value;
  }
  double operator()(double x) const { return guess + (1 - guess - lapse) * F(x); }
  double threshold() const {  // F = 1/2
    return sigmoid == Sigmoid::logistic ? alpha : alpha * std::pow(std::log(2.0), 1 / beta);
  }
};

struct Answers {
  std::vector<double> x{}, k{}, n{};  // level, right answers, answers

  void check() const {
    if (x.size() != k.size() || x.size() != n.size() || x.size() < 3) {
      fail("analysis", 117,
           {x.size(), " levels, ", k.size(), " counts of right answers, ", n.size(),
            " of answers: expected as many, and ", "at least three"});
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (!(std::isfinite(x[i]) && std::isfinite(n[i]) && n[i] > 0 && k[i] >= 0 && k[i] <= n[i])) {
        fail("analysis", 117,
             {k[i], " right answers of ", n[i], " at level ", x[i], ": expected finite numbers, 0 <= k <= n, n > 0"});
      }
    }
  }
};

inline constexpr double nearest_to_certain = 1e-9;

inline double negative_log_likelihood(Psychometric const& function, Answers const& answers) {
  double sum = 0;
  for (std::size_t i = 0; i < answers.x.size(); ++i) {
    double const p = std::clamp(function(answers.x[i]), nearest_to_certain, 1 - nearest_to_certain);
    sum -= answers.k[i] * std::log(p) + (answers.n[i] - answers.k[i]) * std::log1p(-p);
  }
  return sum;
}

inline double deviance(Psychometric const& function, Answers const& answers) {
  auto const term = [](double seen, double expected) { return seen > 0 ? seen * std::log(seen / expected) : 0; };
  double sum = 0;
  for (std::size_t i = 0; i < answers.x.size(); ++i) {
    double const p = std::clamp(function(answers.x[i]), nearest_to_certain, 1 - nearest_to_certain);
    double const k = answers.k[i], n = answers.n[i];
    sum += 2 * (term(k, n * p) + term(n - k, n - n * p));
  }
  return sum;
}

struct PsychometricFit {
  Psychometric function;
  double threshold = 0;  // F = 1/2
  double negative_log_likelihood = 0, deviance = 0;
  bool converged = false;
};

// (alpha, beta, lapse)
inline Box psychometric_box(Sigmoid sigmoid) {
  return sigmoid == Sigmoid::weibull ? Box{{1e-3, .3, 0}, {2, 20, .1}} : Box{{-.5, .5, 0}, {1.5, 100, .1}};
}

inline std::vector<Eigen::VectorXd> psychometric_starts(Sigmoid sigmoid) {
  std::vector<Eigen::VectorXd> starts;
  for (double const alpha : {.2, .4, .6, .8}) {
    for (double const beta : {1.0, 3.0, 8.0}) {
      double const steep = beta == 1 ? 4 : beta == 3 ? 12 : 30;
      starts.push_back(vector_of({alpha, sigmoid == Sigmoid::weibull ? beta : steep, .02}));
    }
  }
  return starts;
}

// guess: chance, which is fixed.
inline PsychometricFit fit_psychometric(Sigmoid sigmoid, Answers const& answers, double guess,
                                        std::vector<Eigen::VectorXd> const& starts) {
  answers.check();
  if (!(guess >= 0 && guess < 0.9)) fail("analysis", 117, {"chance ", guess, ": expected 1 / number of choices"});
  auto const function_at = [&](Eigen::VectorXd const& x) { return Psychometric{sigmoid, x[0], x[1], x[2], guess}; };
  auto const likelihood = [&](Eigen::VectorXd const& x) {
    Psychometric const function = function_at(x);
    Quadratic at{negative_log_likelihood(function, answers), Eigen::VectorXd::Zero(3), Eigen::MatrixXd::Zero(3, 3)};
    for (std::size_t i = 0; i < answers.x.size(); ++i) {
      double da = 0, db = 0;
      double const F = function.F(answers.x[i], &da, &db), p = guess + (1 - guess - x[2]) * F;
      if (p <= nearest_to_certain || p >= 1 - nearest_to_certain) continue;
      Eigen::Vector3d const dp((1 - guess - x[2]) * da, (1 - guess - x[2]) * db, -F);
      at.gradient -= (answers.k[i] / p - (answers.n[i] - answers.k[i]) / (1 - p)) * dp;
      at.curvature += answers.n[i] / (p * (1 - p)) * (dp * dp.transpose());  // expected information
    }
    return at;
  };
  Box const box = psychometric_box(sigmoid);
  Minimum const best =
      best_of(starts, [&](Eigen::VectorXd const& start) { return bounded_minimum(likelihood, start, box); });
  Psychometric const function = function_at(best.at);
  return {function, function.threshold(), best.value, deviance(function, answers), best.converged};
}

inline PsychometricFit fit_psychometric(Sigmoid sigmoid, Answers const& answers, double guess) {
  return fit_psychometric(sigmoid, answers, guess, psychometric_starts(sigmoid));
}

inline constexpr std::array<Described<PsychometricFit>, 5> psychometric_numbers{{
    {"alpha", "", "place of the psychometric function", [](PsychometricFit const& x) { return x.function.alpha; }},
    {"beta", "", "steepness of the psychometric function", [](PsychometricFit const& x) { return x.function.beta; }},
    {"lapse", "", "mistakes at the best level", [](PsychometricFit const& x) { return x.function.lapse; }},
    {"threshold", "", "level of F = 1/2", [](PsychometricFit const& x) { return x.threshold; }},
    {"deviance", "", "twice the log likelihood ratio to the data", [](PsychometricFit const& x) { return x.deviance; }},
}};

}  // namespace dynvision::analysis

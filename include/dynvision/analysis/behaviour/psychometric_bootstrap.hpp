// How sure a psychometric fit is: answers are drawn from the fitted function and fitted again (parametric bootstrap).
//
//   PsychometricIntervals const sure = bootstrap_psychometric(fit, answers, {.draws = 1000, .seed = 1});
//   sure.threshold.low, sure.threshold.high           // 95 %
//   sure.p_deviance                                   // share of draws that the function fits no better than the data
//
// A drawn fit starts from the function that its answers are drawn from, and from starts near it, and takes the best.
// Draw d at level i takes a binomial number from a uniform one that is a function of (seed, d, i): the same for any order
// of levels and any number of draws. Counts n must be whole numbers.
//
// Source: Wichmann & Hill 2001, "The psychometric function: II. Bootstrap-based confidence intervals and sampling".
// Errors: analysis.117, analysis.118.
#pragma once
#include <dynvision/analysis/behaviour/psychometric.hpp>
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/statistics/draws.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace dynvision::analysis {

struct PsychometricBootstrap {
  std::size_t draws = 1000;
  std::uint64_t seed = 1;
  double confidence = 0.95;
};

// Fits of drawn answers, one after the other.
struct PsychometricDraws {
  std::vector<double> alpha{}, beta{}, lapse{}, threshold{}, deviance{};
  std::size_t n_converged = 0;
};

struct PsychometricIntervals {
  Interval alpha{}, beta{}, lapse{}, threshold{};
  double p_deviance = not_defined;
  std::size_t draws = 0, n_converged = 0;
};

// P(count <= k), k = 0 ... n.
inline std::vector<double> binomial_distribution(std::size_t n, double p) {
  std::vector<double> all(n + 1);
  double const ln_p = std::log(p), ln_q = std::log1p(-p), all_n = std::lgamma(static_cast<double>(n) + 1);
  double sum = 0;
  for (std::size_t k = 0; k <= n; ++k) {
    auto const i = static_cast<double>(k), rest = static_cast<double>(n - k);
    sum += std::exp(all_n - std::lgamma(i + 1) - std::lgamma(rest + 1) + i * ln_p + rest * ln_q);
    all[k] = sum;
  }
  return all;
}

inline PsychometricDraws psychometric_draws(PsychometricFit const& fit, Answers const& answers,
                                            PsychometricBootstrap const& settings = {}) {
  answers.check();
  if (settings.draws == 0 || !(settings.confidence > 0 && settings.confidence < 1)) {
    fail("analysis", 118,
         {settings.draws, " draws at a confidence of ", settings.confidence, ": expected some, between 0 and 1"});
  }
  std::vector<std::vector<double>> distributions;
  for (std::size_t i = 0; i < answers.x.size(); ++i) {
    if (answers.n[i] != std::floor(answers.n[i]) || answers.n[i] > 1e7) {
      fail("analysis", 118, {answers.n[i], " answers at level ", answers.x[i], ": expected a whole number up to 1e7"});
    }
    double const p = std::clamp(fit.function(answers.x[i]), nearest_to_certain, 1 - nearest_to_certain);
    distributions.push_back(binomial_distribution(static_cast<std::size_t>(answers.n[i]), p));
  }
  // Of the usual starts those whose place is nearest to the fitted one, one for each steepness.
  std::vector<Eigen::VectorXd> starts{vector_of({fit.function.alpha, fit.function.beta, fit.function.lapse})};
  std::vector<Eigen::VectorXd> const usual = psychometric_starts(fit.function.sigmoid);
  auto const distance = [&](Eigen::VectorXd const& start) { return std::abs(start[0] - fit.function.alpha); };
  double nearest = distance(usual[0]);
  for (Eigen::VectorXd const& start : usual) nearest = std::min(nearest, distance(start));
  for (Eigen::VectorXd const& start : usual) {
    if (distance(start) == nearest && starts.size() < 4) starts.push_back(start);
  }
  PsychometricDraws result;
  Answers drawn = answers;
  for (std::size_t d = 0; d < settings.draws; ++d) {
    for (std::size_t i = 0; i < answers.x.size(); ++i) {
      auto const& all = distributions[i];
      auto const found = std::lower_bound(all.begin(), all.end() - 1, DrawStream(settings.seed, d).uniform(i));
      drawn.k[i] = static_cast<double>(found - all.begin());
    }
    PsychometricFit const again = fit_psychometric(fit.function.sigmoid, drawn, fit.function.guess, starts);
    result.n_converged += again.converged;
    result.alpha.push_back(again.function.alpha), result.beta.push_back(again.function.beta);
    result.lapse.push_back(again.function.lapse), result.threshold.push_back(again.threshold);
    result.deviance.push_back(again.deviance);
  }
  return result;
}

inline PsychometricIntervals bootstrap_psychometric(PsychometricFit const& fit, Answers const& answers,
                                                    PsychometricBootstrap const& settings = {}) {
  PsychometricDraws draws = psychometric_draws(fit, answers, settings);
  PsychometricIntervals result{.draws = settings.draws, .n_converged = draws.n_converged};
  auto const interval = [&](std::vector<double>& values) {
    std::sort(values.begin(), values.end());
    double const out = (1 - settings.confidence) / 2;
    return Interval{quantile_of_sorted(values, out), quantile_of_sorted(values, 1 - out)};
  };
  result.alpha = interval(draws.alpha), result.beta = interval(draws.beta), result.lapse = interval(draws.lapse);
  result.threshold = interval(draws.threshold);
  auto const worse =
      std::count_if(draws.deviance.begin(), draws.deviance.end(), [&](double x) { return x >= fit.deviance; });
  result.p_deviance = static_cast<double>(worse) / static_cast<double>(settings.draws);
  return result;
}

}  // namespace dynvision::analysis

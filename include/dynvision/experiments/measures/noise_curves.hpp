// Measures of recognition in noise, over the levels of noise of a network: robustness and a psychometric function.
//
//   std::vector<NoiseNumber> const all = noise_numbers(ssnr, accuracy, n_images, 1.0 / n_classes);     accuracy (images, levels)
//
// Accuracy is that of the last step with the stimulus. Intervals: of robustness by drawing images again, of the psychometric function
// (Weibull, chance fixed) by drawing answers from it (1000 times). A fit that does not converge says so in `flags`.
#pragma once
#include <dynvision/analysis/behaviour/psychometric_bootstrap.hpp>
#include <dynvision/analysis/behaviour/robustness.hpp>
#include <dynvision/analysis/statistics/bootstrap.hpp>

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

namespace dynvision::experiments {

struct NoiseNumber {
  std::string measure{}, unit{};
  double value = analysis::not_defined;
  analysis::Interval interval{};
  std::string flags{};
};

// ssnr ascending.
inline std::vector<NoiseNumber> noise_numbers(std::vector<double> const& ssnr, std::vector<double> const& accuracy,
                                              std::size_t n_images, double chance) {
  std::vector<NoiseNumber> all;
  std::size_t const n = ssnr.size();
  std::vector<double> means(n, 0.0);
  for (std::size_t i = 0; i < accuracy.size(); ++i) means[i % n] += accuracy[i] / static_cast<double>(n_images);
  if (analysis::has_nan(means)) return all;
  analysis::Robustness const whole = analysis::robustness(ssnr, means, chance);
  std::vector<double> const draws = analysis::bootstrap_means({.values = accuracy, .n_images = n_images, .n_steps = n});
  std::vector<std::vector<double>> drawn(analysis::robustness_numbers.size());
  for (std::size_t d = 0; d < draws.size() / n; ++d) {
    std::span<double const> const one(draws.data() + d * n, n);
    analysis::Robustness const r = analysis::robustness(ssnr, one, chance);
    for (std::size_t k = 0; k < drawn.size(); ++k) drawn[k].push_back(analysis::robustness_numbers[k].of(r));
  }
  for (std::size_t k = 0; k < drawn.size(); ++k) {
    auto const& number = analysis::robustness_numbers[k];
    bool const some_undefined = analysis::has_nan(drawn[k]);
    all.push_back({number.name, number.unit, number.of(whole), analysis::percentile_interval(drawn[k]),
                   some_undefined ? "not defined in some draws" : ""});
  }
  if (n < 3) return all;
  analysis::Answers answers{.x = ssnr};
  for (std::size_t i = 0; i < n; ++i) {
    answers.k.push_back(std::round(means[i] * static_cast<double>(n_images)));
    answers.n.push_back(static_cast<double>(n_images));
  }
  analysis::PsychometricFit const fit = analysis::fit_psychometric(analysis::Sigmoid::weibull, answers, chance);
  analysis::PsychometricIntervals const sure = analysis::bootstrap_psychometric(fit, answers);
  std::vector<analysis::Interval> const intervals{sure.alpha, sure.beta, sure.lapse, sure.threshold, {}};
  for (std::size_t k = 0; k < analysis::psychometric_numbers.size(); ++k) {
    auto const& number = analysis::psychometric_numbers[k];
    all.push_back({number.name, number.unit, number.of(fit), intervals[k], fit.converged ? "" : "not converged"});
  }
  return all;
}

}  // namespace dynvision::experiments

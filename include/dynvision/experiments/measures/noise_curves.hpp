// Measures of recognition in noise, over the levels of noise: robustness and psychometric functions, of a network or of several.
//
//   std::vector<NoiseNumber> const all = noise_numbers({.ssnr = levels, .accuracy = right, .n_images = 400}, 1.0 / n_classes);
//
// Accuracy is that of the last step with the stimulus, (S, N, levels). A number is that of each network, then the mean over networks.
// Intervals: of robustness by drawing images again, of psychometric functions (Weibull, and logistic: logistic_alpha ...; chance fixed) by
// drawing answers from them (1000 times); of several networks these are drawn first. A fit that does not converge says so in `flags`.
#pragma once
#include <dynvision/analysis/behaviour/psychometric_bootstrap.hpp>
#include <dynvision/analysis/behaviour/robustness.hpp>
#include <dynvision/analysis/response/averages.hpp>
#include <dynvision/analysis/statistics/bootstrap.hpp>
#include <dynvision/analysis/statistics/draws_over_seeds.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace dynvision::experiments {

struct NoiseNumber {
  std::string measure{}, unit{};
  double value = analysis::not_defined;
  analysis::Interval interval{};
  std::string flags{};
};

struct NoiseAnswers {
  std::vector<double> ssnr{};      // ascending
  std::vector<double> accuracy{};  // (S, N, levels)
  std::size_t n_images = 0, n_seeds = 1;
  unsigned n_threads = 0;
  bool logistic = false;  // its fit, too

  std::span<double const> of_seed(std::size_t s) const {
    return std::span(accuracy).subspan(s * n_images * ssnr.size(), n_images * ssnr.size());
  }
  std::vector<double> means(std::size_t s) const {
    std::size_t const n = ssnr.size();
    std::vector<double> all(n, 0.0);
    std::span<double const> const own = of_seed(s);
    for (std::size_t i = 0; i < own.size(); ++i) all[i % n] += own[i] / static_cast<double>(n_images);
    return all;
  }
};

namespace measuring {

// A number of each network and its draws, put together.
struct NumberOfNetworks {
  std::vector<double> values{};
  std::vector<std::vector<double>> draws{};

  NoiseNumber together(std::string name, char const* unit, std::string flags, std::size_t n_draws) const {
    NoiseNumber number{std::move(name), unit, analysis::valid_mean(values).mean, {}, std::move(flags)};
    if (!draws.empty())
      number.interval = analysis::percentile_interval(analysis::draws_over_seeds(draws, {.n_draws = n_draws}));
    return number;
  }
};

inline void add_robustness(std::vector<NoiseNumber>& all, NoiseAnswers const& of, double chance) {
  std::size_t const n = of.ssnr.size();
  std::vector<NumberOfNetworks> numbers(analysis::robustness_numbers.size());
  for (std::size_t s = 0; s < of.n_seeds; ++s) {
    analysis::Robustness const whole = analysis::robustness(of.ssnr, of.means(s), chance);
    std::vector<double> const draws = analysis::bootstrap_means(
        {.values = of.of_seed(s), .n_images = of.n_images, .n_steps = n}, {.seed = s, .n_threads = of.n_threads});
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      numbers[k].values.push_back(analysis::robustness_numbers[k].of(whole));
      numbers[k].draws.emplace_back();
    }
    for (std::size_t d = 0; d < draws.size() / n; ++d) {
      analysis::Robustness const r = analysis::robustness(of.ssnr, std::span(draws).subspan(d * n, n), chance);
      for (std::size_t k = 0; k < numbers.size(); ++k)
        numbers[k].draws[s].push_back(analysis::robustness_numbers[k].of(r));
    }
  }
  for (std::size_t k = 0; k < numbers.size(); ++k) {
    bool undefined = false;
    for (auto const& draws : numbers[k].draws) undefined = undefined || analysis::has_nan(draws);
    all.push_back(numbers[k].together(analysis::robustness_numbers[k].name, analysis::robustness_numbers[k].unit,
                                      undefined ? "not defined in some draws" : "", numbers[k].draws[0].size()));
  }
}

inline void add_psychometric(std::vector<NoiseNumber>& all, NoiseAnswers const& of, double chance,
                             analysis::Sigmoid sigmoid, std::string const& prefix) {
  constexpr std::size_t n_numbers = analysis::psychometric_numbers.size();
  std::vector<NumberOfNetworks> numbers(n_numbers);
  std::vector<analysis::PsychometricFit> fits(of.n_seeds);
  std::vector<analysis::PsychometricDraws> draws(of.n_seeds);
  analysis::each_draw(of.n_seeds, of.n_threads, [&](std::size_t s) {
    analysis::Answers answers{.x = of.ssnr};
    for (double const mean : of.means(s)) {
      answers.k.push_back(std::round(mean * static_cast<double>(of.n_images)));
      answers.n.push_back(static_cast<double>(of.n_images));
    }
    fits[s] = analysis::fit_psychometric(sigmoid, answers, chance);
    draws[s] = analysis::psychometric_draws(fits[s], answers, {.seed = 1 + s});
  });
  std::size_t failed = 0;
  for (std::size_t s = 0; s < of.n_seeds; ++s) {
    failed += !fits[s].converged;
    for (std::size_t k = 0; k < n_numbers; ++k)
      numbers[k].values.push_back(analysis::psychometric_numbers[k].of(fits[s]));
    std::vector<std::vector<double> const*> const own{&draws[s].alpha, &draws[s].beta, &draws[s].lapse,
                                                      &draws[s].threshold};
    for (std::size_t k = 0; k < own.size(); ++k) numbers[k].draws.push_back(*own[k]);
  }
  std::string flags;
  if (failed > 0)
    flags = of.n_seeds == 1 ? "not converged" : joined({failed, " of ", of.n_seeds, " fits not converged"});
  for (std::size_t k = 0; k < n_numbers; ++k) {
    auto const& number = analysis::psychometric_numbers[k];
    all.push_back(numbers[k].together(prefix + number.name, number.unit, flags, 2000));
  }
}

}  // namespace measuring

inline std::vector<NoiseNumber> noise_numbers(NoiseAnswers const& of, double chance) {
  std::vector<NoiseNumber> all;
  if (analysis::has_nan(of.accuracy)) return all;
  measuring::add_robustness(all, of, chance);
  if (of.ssnr.size() < 3) return all;
  measuring::add_psychometric(all, of, chance, analysis::Sigmoid::weibull, "");
  if (of.logistic) measuring::add_psychometric(all, of, chance, analysis::Sigmoid::logistic, "logistic_");
  return all;
}

}  // namespace dynvision::experiments

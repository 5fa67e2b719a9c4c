// Draws of a mean over seeds, where what is drawn of a seed is no mean of images, as the parameters of a fit.
//
//   std::vector<double> const means = draws_over_seeds({thresholds_of_seed_1, thresholds_of_seed_2}, {.seed = 1});       // (B)
//
// Every draw takes seeds, and of each drawn seed one of its own draws. One seed: its own draws. A nan does not count; a draw of nothing
// else is nan.
//
// Errors: analysis.121.
#pragma once
#include <dynvision/analysis/statistics/bootstrap.hpp>

#include <cmath>
#include <cstddef>
#include <vector>

namespace dynvision::analysis {

inline std::vector<double> draws_over_seeds(std::vector<std::vector<double>> const& of_seeds,
                                            BootstrapSettings const& settings = {}) {
  if (of_seeds.empty() || of_seeds[0].empty()) fail("analysis", 121, "draws of no seed: expected some of each");
  if (of_seeds.size() == 1) return of_seeds[0];
  std::size_t const S = of_seeds.size();
  std::vector<double> means(settings.n_draws);
  for (std::size_t b = 0; b < means.size(); ++b) {
    DrawStream const stream(settings.seed, b);
    double sum = 0, count = 0;
    for (std::size_t s = 0; s < S; ++s) {
      std::vector<double> const& own = of_seeds[stream.below(S, s)];
      double const value = own.empty() ? not_defined : own[stream.below(own.size(), S + s)];
      if (!std::isnan(value)) sum += value, count += 1;
    }
    means[b] = sum / count;
  }
  return means;
}

}  // namespace dynvision::analysis

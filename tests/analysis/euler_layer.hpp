// One linear unit with an Euler step, for closed forms: r <- r + a (s + w r(t - 3) - r), a = dt / tau: the lateral
// delay is three steps.
#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

struct EulerLayer {
  double a = 0.4;  // dt 2, tau 5
  double w = 0;

  std::vector<double> response(std::vector<double> const& stimulus) const {
    std::vector<double> all;
    double r = 0;
    for (double const s : stimulus) {
      r += a * (s + (all.size() < 3 ? 0 : w * all[all.size() - 3]) - r);
      all.push_back(r);
    }
    return all;
  }
  // `on` steps of stimulus from step t_on, of `n` steps.
  std::vector<double> pulse(std::size_t n, std::size_t t_on, std::size_t on) const {
    std::vector<double> stimulus(n, 0);
    std::fill_n(stimulus.begin() + static_cast<std::ptrdiff_t>(t_on), on, 1.0);
    return response(stimulus);
  }
};

// What the numbers of a delayed normalisation mean for responses: times and contrasts that can be compared between layers.
//
//   time_to_peak_s       of the response to a step of 2 s
//   asymptote_over_peak  its last number over its largest
//   impulse_fwhm_s       full width at half maximum of the response to a pulse of 16 ms, in 0.5 s
//   c50_percent          first whole percent of contrast, of steps of 0.5 s, whose largest response is above half of that
//                        at 100 %
//
// Sampled at 1000 Hz.
//
//   DerivedNormalisation const d = derived_normalisation({.tau1 = 0.05, .tau2 = 0.1, .n = 2, .sigma = 1});  // 0.21 s, 0.814, ...
//
// Source: Groen et al. 2022. Errors: analysis.112.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/normalisation/normalisation_model.hpp>

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <limits>

namespace dynvision::analysis {

struct DerivedNormalisation {
  double time_to_peak_s, asymptote_over_peak, impulse_fwhm_s, c50_percent;
};

inline DerivedNormalisation derived_normalisation(NormalisationNumbers const& p) {
  double const fs = 1000, none = std::numeric_limits<double>::quiet_NaN();
  DerivedNormalisation result{none, none, none, none};
  Eigen::VectorXd const step = normalised_response(p, Eigen::MatrixXd::Ones(2000, 1), fs).response;
  Eigen::Index place = 0;
  double const peak = step.maxCoeff(&place);
  if (!(peak > 1e-12)) return result;
  result.time_to_peak_s = static_cast<double>(place + 1) / fs;
  result.asymptote_over_peak = step[step.size() - 1] / peak;

  Eigen::MatrixXd pulse = Eigen::MatrixXd::Zero(500, 1);
  pulse.topRows(16).setOnes();
  Eigen::VectorXd const impulse = normalised_response(p, pulse, fs).response;
  double const half = (impulse.minCoeff() + impulse.maxCoeff()) / 2;
  if (impulse.maxCoeff() - impulse.minCoeff() > 1e-12) {
    Eigen::Index first = 0, last = impulse.size() - 1;
    while (impulse[first] < half) ++first;
    while (impulse[last] < half) --last;
    result.impulse_fwhm_s = static_cast<double>(last - first) / fs;
  }

  // L and P go with contrast: one convolution for all of them.
  NormalisedResponse const full = normalised_response(p, Eigen::MatrixXd::Ones(500, 1), fs);
  Eigen::ArrayXd const above = full.linear.array().abs().pow(p.n), below = full.pool.array().abs().pow(p.n);
  auto const largest = [&](int percent) {
    double const c = std::pow(percent / 100.0, p.n);
    return (above > 0).select(c * above / (std::pow(p.sigma, p.n) + c * below), 0).maxCoeff();
  };
  double const limit = largest(100) / 2;
  int percent = 1;
  while (percent < 100 && !(largest(percent) > limit)) ++percent;
  result.c50_percent = percent;
  return result;
}

inline constexpr std::array<Described<DerivedNormalisation>, 4> derived_normalisation_numbers{{
    {"time_to_peak_s", "s", "of the response to a step",
     [](DerivedNormalisation const& x) { return x.time_to_peak_s; }},
    {"asymptote_over_peak", "", "of the response to a step of 2 s",
     [](DerivedNormalisation const& x) { return x.asymptote_over_peak; }},
    {"impulse_fwhm_s", "s", "width of the response to 16 ms",
     [](DerivedNormalisation const& x) { return x.impulse_fwhm_s; }},
    {"c50_percent", "%", "contrast of half of the largest response",
     [](DerivedNormalisation const& x) { return x.c50_percent; }},
}};

}  // namespace dynvision::analysis

// Autocorrelation of an activity, and the intrinsic timescale that follows from it.
//
//   rho(k) = sum_t x_t x_(t+k) / sum_t x_t^2        the mean of x removed; k = 0 ... n_lags - 1
//
//   std::vector<double> const rho = autocorrelation(x, 50);
//   crossing(rho, 0.5)        ACW-50: the lag at which rho falls below 1/2, linear between lags; crossing(rho, 0): ACW-0
//   area_to(rho, 0)           sum of rho over the lags before that
//   exponential_timescale(rho)    tau of A exp(-k/tau) + B by least squares
//
// Lags are steps: times dt gives ms. NaN where rho does not cross. An AR(1) process x_t = phi x_(t-1) + noise has rho = phi^k, so
// ACW-50 ln 0.5/ln phi, ACA-0 1/(1 - phi), tau -1/ln phi; short series have smaller ones (Marriott & Pope 1954).
// Sources: Honey et al. 2012 (ACW); Murray et al. 2014 (tau). A whole number of lags would tie many units.
// Errors: analysis.178 (a series that is too short, or does not change).
#pragma once
#include <dynvision/analysis/fit/least_squares.hpp>
#include <dynvision/core/error.hpp>

#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace dynvision::analysis {

inline std::vector<double> autocorrelation(std::span<double const> x, std::size_t n_lags) {
  if (n_lags < 1 || x.size() <= n_lags) {
    fail("analysis", 178,
         {x.size(), " steps for ", n_lags, " lags: expected more steps than lags, and at least one lag"});
  }
  double mean = 0;
  for (double const one : x) mean += one / static_cast<double>(x.size());
  std::vector<double> all(n_lags);
  for (std::size_t k = 0; k < n_lags; ++k) {
    for (std::size_t t = 0; t + k < x.size(); ++t) all[k] += (x[t] - mean) * (x[t + k] - mean);
  }
  double const power = all[0];
  if (!(power > 1e-24 * mean * mean * static_cast<double>(x.size())) || !std::isfinite(power)) {
    fail("analysis", 178, "the autocorrelation of a series that does not change, or has numbers that are not finite");
  }
  for (double& one : all) one /= power;
  return all;
}

// The first lag at which rho lies below the level.
inline double crossing(std::span<double const> rho, double level) {
  for (std::size_t k = 1; k < rho.size(); ++k) {
    if (rho[k] >= level) continue;
    double const before = rho[k - 1];
    return static_cast<double>(k - 1) + (before - level) / (before - rho[k]);
  }
  return std::numeric_limits<double>::quiet_NaN();
}

// Of the lags before the level is crossed; of all where it is not.
inline double area_to(std::span<double const> rho, double level) {
  double sum = 0;
  for (double const one : rho) {
    if (one < level) break;
    sum += one;
  }
  return sum;
}

struct ExponentialTimescale {
  double tau = std::numeric_limits<double>::quiet_NaN();  // [steps]
  double amplitude = 0, offset = 0;
  double squared_error = 0;
  bool converged = false;
};
inline ExponentialTimescale exponential_timescale(std::span<double const> rho) {
  auto const lags = static_cast<double>(rho.size());
  if (rho.size() < 4) fail("analysis", 178, {rho.size(), " lags for a fit of three numbers: expected at least 4"});
  Box const box{{1e-3, 0, -1}, {100 * lags, 2, 1}};
  auto const residuals = [&](Eigen::VectorXd const& p, Eigen::VectorXd& r, Eigen::MatrixXd* J) {
    r.resize(static_cast<Eigen::Index>(rho.size()));
    if (J != nullptr) J->resize(r.size(), 3);
    for (Eigen::Index k = 0; k < r.size(); ++k) {
      double const decay = std::exp(-static_cast<double>(k) / p[0]);
      r[k] = p[1] * decay + p[2] - rho[static_cast<std::size_t>(k)];
      if (J == nullptr) continue;
      (*J)(k, 0) = p[1] * decay * static_cast<double>(k) / (p[0] * p[0]);
      (*J)(k, 1) = decay;
      (*J)(k, 2) = 1;
    }
  };
  double const guess = crossing(rho, std::exp(-1.0));
  std::vector<Eigen::VectorXd> starts;
  for (double const start : {std::isfinite(guess) ? guess : lags / 4, lags / 20, lags / 2}) {
    starts.push_back(vector_of({std::max(start, 0.1), 1, 0}));
  }
  Minimum const best =
      best_of(starts, [&](Eigen::VectorXd const& start) { return least_squares(residuals, start, box); });
  return {best.at[0], best.at[1], best.at[2], best.value, best.converged};
}

}  // namespace dynvision::analysis

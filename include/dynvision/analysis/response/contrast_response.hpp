// Contrast: how high the response gets, and how early.
//
//   R(c) = r_max c^n / (c^n + c50^n)                                     Naka & Rushton 1966
//   latency_shift = latency_50(smallest contrast) - latency_50(largest)  [ms], above 0: earlier at high contrast
//   latency_correlation: Spearman's, of the latency of the peak and the contrast
//
// Least squares from (c at half maximum, 2, max R) within 0 < c50 <= max c, 0.3 <= n <= 8, 0 < r_max <= 10 max R.
//
//   ContrastResponse const r = contrast_response(contrasts, measure_table(traces, shown));    // a row for each contrast
//   r.fit.c50, r.fit.n, r.fit.r_max, r.fit.converged
//
// Source: Naka & Rushton 1966, "S-potentials from colour units in the retina of fish"; Albrecht & Hamilton 1982.
// Errors: analysis.111.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/fit/least_squares.hpp>
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/response/measure_table.hpp>
#include <dynvision/core/error.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace dynvision::analysis {

struct NakaRushton {
  double c50 = not_defined, n = not_defined, r_max = not_defined, sse = not_defined;
  bool converged = false;

  double operator()(double contrast) const { return contrast > 0 ? r_max / (1 + std::pow(c50 / contrast, n)) : 0; }
};

// nan and not converged where a response is nan or none is above 1e-12.
inline NakaRushton fit_naka_rushton(std::span<double const> contrasts, std::span<double const> responses) {
  if (contrasts.size() != responses.size() || contrasts.size() < 3) {
    fail("analysis", 111,
         {responses.size(), " responses to ", contrasts.size(), " contrasts: expected as many, and at least three"});
  }
  for (double const c : contrasts) {
    if (!(c >= 0) || !std::isfinite(c)) fail("analysis", 111, {"a contrast of ", c, ": expected at least 0"});
  }
  if (has_nan(responses)) return {};
  double const largest = *std::max_element(responses.begin(), responses.end());
  double const most = *std::max_element(contrasts.begin(), contrasts.end());
  if (!(largest > smallest_denominator) || !std::isfinite(largest) || !(most > 0)) return {};
  // the smallest contrast whose response is at least half of the largest one
  double half = most;
  for (std::size_t i = 0; i < contrasts.size(); ++i) {
    if (responses[i] >= largest / 2 && contrasts[i] > 0) half = std::min(half, contrasts[i]);
  }
  auto const residuals = [&](Eigen::VectorXd const& x, Eigen::VectorXd& r, Eigen::MatrixXd* J) {
    auto const count = static_cast<Eigen::Index>(contrasts.size());
    r.resize(count);
    J->setZero(count, 3);
    for (Eigen::Index i = 0; i < count; ++i) {
      double const c = contrasts[static_cast<std::size_t>(i)];
      double const ln = c > 0 ? std::log(c / x[0]) : 0;
      double const F = c > 0 ? 1 / (1 + std::exp(-x[1] * ln)) : 0;
      r[i] = x[2] * F - responses[static_cast<std::size_t>(i)];
      (*J)(i, 0) = -x[2] * F * (1 - F) * x[1] / x[0], (*J)(i, 1) = x[2] * F * (1 - F) * ln, (*J)(i, 2) = F;
    }
  };
  double constexpr above_0 = 1e-9;
  Box const box{{above_0 * most, 0.3, above_0 * largest}, {most, 8, 10 * largest}};
  double const n = static_cast<double>(responses.size());
  Minimum const found =
      least_squares(residuals, vector_of({half, 2, largest}), box, {.negligible = 1e-28 * n * largest * largest});
  return {found.at[0], found.at[1], found.at[2], found.value, found.converged};
}

struct ContrastResponse {
  NakaRushton fit;
  double latency_shift_ms = not_defined, latency_correlation = not_defined;
};

// A row of measures for each contrast: of one image, or of the mean trace.
inline ContrastResponse contrast_response(std::span<double const> contrasts, MeasureTable const& measures) {
  if (measures.size() != contrasts.size()) {
    fail("analysis", 111,
         {measures.size(), " rows of measures for ", contrasts.size(), " contrasts: expected as many"});
  }
  ContrastResponse result{.fit = fit_naka_rushton(contrasts, measures.column("peak_response"))};
  auto const [lowest, highest] = std::minmax_element(contrasts.begin(), contrasts.end());
  std::vector<double> const half = measures.column("latency_50_ms");
  result.latency_shift_ms = half[static_cast<std::size_t>(lowest - contrasts.begin())] -
                            half[static_cast<std::size_t>(highest - contrasts.begin())];
  result.latency_correlation = spearman(contrasts, measures.column("peak_latency_ms"));
  return result;
}

inline constexpr std::array<Described<ContrastResponse>, 5> contrast_numbers{{
    {"c50", "", "contrast of half of r_max", [](ContrastResponse const& x) { return x.fit.c50; }},
    {"naka_rushton_n", "", "exponent of contrast", [](ContrastResponse const& x) { return x.fit.n; }},
    {"r_max", "", "response at infinite contrast", [](ContrastResponse const& x) { return x.fit.r_max; }},
    {"latency_shift_ms", "ms", "latency_50 at the lowest minus that at the highest contrast",
     [](ContrastResponse const& x) { return x.latency_shift_ms; }},
    {"latency_correlation", "", "Spearman, of peak latency and contrast",
     [](ContrastResponse const& x) { return x.latency_correlation; }},
}};

}  // namespace dynvision::analysis

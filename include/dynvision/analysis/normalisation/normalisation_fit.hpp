// The delayed normalisation that describes responses best: all conditions together, least squares within bounds, from
// several starts.
//
//   std::vector<NormalisationData> const data{{durations, responses}, {intervals, more}};       // (T,C) each, any T
//   double const largest = 1.2;                                                                 // of the responses
//   NormalisationFit const fit = fit_normalisation(data, 500, normalisation_starts(0.005, 0.002, largest));
//   fit.numbers.tau1, fit.r2, fit.r2_per_condition, fit.converged
//
//   R^2 = 1 - SS_res / SS_tot, SS_tot about the mean of all numbers (of one condition: its own)
//
// shift is linear between steps, so the fit goes from segment to segment of one step: within each the model is smooth.
// Deterministic: no random numbers.
//
// Source: Groen et al. 2022 (their start and bounds, in seconds, are groen_start and groen_box; our networks are ten times as
// fast). Errors: analysis.112, analysis.113.
#pragma once
#include <dynvision/analysis/fit/least_squares.hpp>
#include <dynvision/analysis/normalisation/normalisation_model.hpp>
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

namespace dynvision::analysis {

struct NormalisationData {
  Eigen::MatrixXd stimulus, response;  // (T,C): contrast and response of each step and condition
};

struct NormalisationFit {
  NormalisationNumbers numbers;
  double sse = 0, r2 = 0;
  std::vector<double> r2_per_condition;
  bool converged = false;
  std::vector<double> sse_of_starts;
};

inline Box normalisation_box() { return {{.001, 0, .002, 1, 1e-4, 0, .01}, {.1, 1, .5, 5, 2, .02, 200}}; }
inline Box groen_box() { return {{.001, 0, .01, 1, 0, 0, .01}, {1, 1, 2, 5, 1, .1, 200}}; }
inline Eigen::VectorXd groen_start() { return vector_of({.005, 0, .07, 1.5, .15, .06, 2}); }

// Eight starts for a layer of this time constant and step [s]: tau1 tau/2, 2 tau; tau2 2 tau, 10 tau; sigma 0.05, 0.5.
inline std::vector<Eigen::VectorXd> normalisation_starts(double tau, double dt, double largest_response) {
  std::vector<Eigen::VectorXd> starts;
  for (double const tau1 : {tau / 2, 2 * tau}) {
    for (double const tau2 : {2 * tau, 10 * tau}) {
      for (double const sigma : {0.05, 0.5}) {
        starts.push_back(vector_of({tau1, 0, tau2, 1.5, sigma, dt, 2 * largest_response}));
      }
    }
  }
  return starts;
}

namespace detail {

inline void check_data(std::vector<NormalisationData> const& data, double fs) {
  Eigen::Index n = 0;
  for (NormalisationData const& one : data) {
    check_normalisation({}, one.stimulus, fs);
    if (one.stimulus.rows() != one.response.rows() || one.stimulus.cols() != one.response.cols() ||
        !one.response.allFinite()) {
      fail("analysis", 113,
           {"responses of ", one.response.rows(), " steps and ", one.response.cols(), " conditions to a stimulus of ",
            one.stimulus.rows(), " and ", one.stimulus.cols(), ": expected as many, all finite"});
    }
    n += one.response.size();
  }
  if (n < 8) fail("analysis", 113, {n, " numbers for the seven of a delayed normalisation: expected more"});
}

// Residuals of all conditions in one row, with shift between two steps.
struct NormalisationResiduals {
  std::vector<NormalisationData> const& data;
  double fs;
  NormalisationKind kind;
  Eigen::Index segment;

  void operator()(Eigen::VectorXd const& x, Eigen::VectorXd& r, Eigen::MatrixXd* J) const {
    Eigen::Index n = 0, begin = 0;
    for (NormalisationData const& one : data) n += one.response.size();
    r.resize(n);
    J->resize(n, 7);
    std::array<Eigen::MatrixXd, 7> parts;
    for (NormalisationData const& one : data) {
      Eigen::MatrixXd const response =
          normalised_response(NormalisationNumbers::of(x), one.stimulus, fs, kind, segment, &parts).response;
      Eigen::Index const count = response.size();
      r.segment(begin, count) = (response - one.response).reshaped();
      for (Eigen::Index j = 0; j < 7; ++j) {
        J->col(j).segment(begin, count) = parts[static_cast<std::size_t>(j)].reshaped();
      }
      begin += count;
    }
  }
};

// From one start: within the segment of its shift, then on into the next ones while that lowers the value.
inline Minimum fit_segments(std::vector<NormalisationData> const& data, double fs, NormalisationKind kind,
                            Eigen::VectorXd const& start, Box box, double negligible) {
  if (kind != NormalisationKind::delayed) box.lower[2] = box.upper[2] = start[2];
  if (kind == NormalisationKind::linear) {
    for (Eigen::Index const fixed : {1, 3, 4}) box.lower[fixed] = box.upper[fixed] = start[fixed];
  }
  Eigen::Index const first = segment_of(box.lower[5], fs);
  Eigen::Index const last = std::max(first, static_cast<Eigen::Index>(std::ceil(box.upper[5] * fs - 1e-9)) - 1);
  auto const within = [&](Eigen::VectorXd const& from, Eigen::Index segment) {
    Box own = box;
    own.lower[5] = std::max(box.lower[5], static_cast<double>(segment) / fs);
    own.upper[5] = std::max(own.lower[5], std::min(box.upper[5], static_cast<double>(segment + 1) / fs));
    return least_squares(NormalisationResiduals{data, fs, kind, segment}, from, own, {.negligible = negligible});
  };
  Eigen::VectorXd const inside = box.nearest(start);
  Eigen::Index segment = std::clamp(segment_of(inside[5], fs), first, last);
  Minimum best = within(inside, segment);
  bool const starts_at_border = std::abs(inside[5] * fs - static_cast<double>(segment)) <= 1e-9;
  if (starts_at_border && segment > first) {
    Minimum found = within(inside, segment - 1);
    if (found.value < best.value) best = std::move(found), --segment;
  }
  while (best.value > negligible) {
    double const place = best.at[5] * fs - static_cast<double>(segment);
    Eigen::Index const next = place <= 1e-9 ? segment - 1 : place >= 1 - 1e-9 ? segment + 1 : segment;
    if (next == segment || next < first || next > last) break;
    Minimum found = within(best.at, next);
    if (!(found.value < best.value)) break;
    best = std::move(found), segment = next;
  }
  return best;
}

inline double sum_of_squares(Eigen::MatrixXd const& y) { return (y.array() - y.mean()).square().sum(); }

inline double total_of(std::vector<NormalisationData> const& data) {
  double n = 0, sum = 0, total = 0;
  for (NormalisationData const& one : data) {
    n += static_cast<double>(one.response.size()), sum += one.response.sum();
  }
  for (NormalisationData const& one : data) total += (one.response.array() - sum / n).square().sum();
  return total;
}

inline double negligible_of(std::vector<NormalisationData> const& data) {
  double squares = 0;
  for (NormalisationData const& one : data) squares += one.response.squaredNorm();
  return 1e-28 * squares;
}

}  // namespace detail

inline NormalisationFit fit_normalisation(std::vector<NormalisationData> const& data, double fs,
                                          std::vector<Eigen::VectorXd> const& starts,
                                          Box const& box = normalisation_box(),
                                          NormalisationKind kind = NormalisationKind::delayed) {
  detail::check_data(data, fs);
  if (box.size() != 7) fail("analysis", 113, {"bounds of ", box.size(), " numbers: expected seven"});
  NormalisationFit result;
  double const negligible = detail::negligible_of(data);
  Minimum const best = best_of(starts, [&](Eigen::VectorXd const& start) {
    Minimum const found = detail::fit_segments(data, fs, kind, start, box, negligible);
    result.sse_of_starts.push_back(found.value);
    return found;
  });
  result.numbers = NormalisationNumbers::of(best.at);
  result.sse = best.value, result.converged = best.converged;
  result.r2 = 1 - best.value / detail::total_of(data);
  for (NormalisationData const& one : data) {
    Eigen::MatrixXd const rest = normalised_response(result.numbers, one.stimulus, fs, kind).response - one.response;
    for (Eigen::Index c = 0; c < rest.cols(); ++c) {
      result.r2_per_condition.push_back(1 - rest.col(c).squaredNorm() / detail::sum_of_squares(one.response.col(c)));
    }
  }
  return result;
}

}  // namespace dynvision::analysis

// How well delayed normalisation describes responses, beside simpler descriptions.
//
//   NormalisationReport const report = report_normalisation(data, 500, starts);
//   report.fit.r2, report.r2_loo, report.r2_linear, report.r2_undelayed
//
//   r2_loo        leave-one-out: every condition is predicted by a fit to the others, which starts from the fit to all and from
//                 the best of its starts; R^2 of all predictions together
//   r2_linear     of scale s * g(tau1), delayed by shift: three numbers
//   r2_undelayed  of normalisation by the response itself, P = L: six numbers
//
// Source: Groen et al. 2022. Errors: analysis.112, analysis.113.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/normalisation/normalisation_fit.hpp>

#include <Eigen/Core>

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

namespace dynvision::analysis {

struct NormalisationReport {
  NormalisationFit fit;
  double r2_loo = 0, r2_linear = 0, r2_undelayed = 0;
};

// R^2 of conditions that the fit has not seen.
inline double r2_leave_one_out(std::vector<NormalisationData> const& data, double fs, NormalisationFit const& all,
                               std::vector<Eigen::VectorXd> const& starts, Box const& box = normalisation_box()) {
  detail::check_data(data, fs);
  auto const best = std::min_element(all.sse_of_starts.begin(), all.sse_of_starts.end());
  if (starts.empty() || all.sse_of_starts.size() != starts.size()) {
    fail("analysis", 113,
         {"a fit from ", all.sse_of_starts.size(), " starts, and ", starts.size(), ": expected the same"});
  }
  Eigen::VectorXd const& best_start = starts[static_cast<std::size_t>(best - all.sse_of_starts.begin())];
  double rest = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    for (Eigen::Index c = 0; c < data[i].response.cols(); ++c) {
      std::vector<NormalisationData> others = data;
      others[i].stimulus.resize(data[i].stimulus.rows(), data[i].stimulus.cols() - 1);
      others[i].response.resize(others[i].stimulus.rows(), others[i].stimulus.cols());
      for (Eigen::Index from = 0, to = 0; from < data[i].response.cols(); ++from) {
        if (from == c) continue;
        others[i].stimulus.col(to) = data[i].stimulus.col(from),
        others[i].response.col(to++) = data[i].response.col(from);
      }
      if (others[i].response.cols() == 0) others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
      NormalisationFit const fit = fit_normalisation(others, fs, {all.numbers.values(), best_start}, box);
      rest += (normalised_response(fit.numbers, data[i].stimulus.col(c), fs).response - data[i].response.col(c))
                  .squaredNorm();
    }
  }
  return 1 - rest / detail::total_of(data);
}

inline NormalisationReport report_normalisation(std::vector<NormalisationData> const& data, double fs,
                                                std::vector<Eigen::VectorXd> const& starts,
                                                Box const& box = normalisation_box()) {
  NormalisationReport report{.fit = fit_normalisation(data, fs, starts, box)};
  report.r2_loo = r2_leave_one_out(data, fs, report.fit, starts, box);
  report.r2_linear = fit_normalisation(data, fs, starts, box, NormalisationKind::linear).r2;
  report.r2_undelayed = fit_normalisation(data, fs, starts, box, NormalisationKind::undelayed).r2;
  return report;
}

inline constexpr std::array<Described<NormalisationReport>, 12> normalisation_numbers{{
    {"tau1_s", "s", "time constant of the response", [](NormalisationReport const& x) { return x.fit.numbers.tau1; }},
    {"w", "", "weight of the slower, negative part", [](NormalisationReport const& x) { return x.fit.numbers.w; }},
    {"tau2_s", "s", "time constant of the pool", [](NormalisationReport const& x) { return x.fit.numbers.tau2; }},
    {"n", "", "exponent", [](NormalisationReport const& x) { return x.fit.numbers.n; }},
    {"sigma", "", "semi-saturation", [](NormalisationReport const& x) { return x.fit.numbers.sigma; }},
    {"shift_s", "s", "delay of the stimulus", [](NormalisationReport const& x) { return x.fit.numbers.shift; }},
    {"scale", "", "of the response", [](NormalisationReport const& x) { return x.fit.numbers.scale; }},
    {"sse", "", "squared residuals", [](NormalisationReport const& x) { return x.fit.sse; }},
    {"r2", "", "1 - SS_res / SS_tot", [](NormalisationReport const& x) { return x.fit.r2; }},
    {"r2_loo", "", "the same of left-out conditions", [](NormalisationReport const& x) { return x.r2_loo; }},
    {"r2_linear", "", "of a linear response", [](NormalisationReport const& x) { return x.r2_linear; }},
    {"r2_undelayed", "", "of normalisation by the response itself",
     [](NormalisationReport const& x) { return x.r2_undelayed; }},
}};

}  // namespace dynvision::analysis

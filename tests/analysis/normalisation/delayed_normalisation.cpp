// covers: analysis/normalisation/normalisation_model.hpp, analysis/normalisation/derived_normalisation.hpp
// covers: analysis/normalisation/normalisation_fit.hpp, analysis/normalisation/normalisation_report.hpp
#include <dynvision/analysis/normalisation/derived_normalisation.hpp>
#include <dynvision/analysis/normalisation/normalisation_report.hpp>
#include <dynvision/analysis/response/trace_measures.hpp>
#include <dynvision/analysis/response/two_pulses.hpp>

#include "analysis/measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <vector>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// (T,C) of a file, or of one set of parameters.
Eigen::MatrixXd matrix_of(MeasureFile::Numbers const& numbers, std::vector<std::size_t> const& index = {}) {
  auto const values = numbers(index);
  std::size_t const axes = numbers.shape.size();
  return Eigen::Map<RowMajor const>(values.data(), static_cast<Eigen::Index>(numbers.size(axes - 2)),
                                    static_cast<Eigen::Index>(numbers.size(axes - 1)));
}
Eigen::VectorXd row_of(MeasureFile::Numbers const& numbers, std::vector<std::size_t> const& index = {}) {
  auto const values = numbers(index);
  return Eigen::Map<Eigen::VectorXd const>(values.data(), static_cast<Eigen::Index>(values.size()));
}
double error_of(Eigen::MatrixXd const& a, Eigen::MatrixXd const& b) {
  return (a - b).cwiseAbs().maxCoeff() / b.cwiseAbs().maxCoeff();
}

// A pulse of contrast c from step `on`, of `steps`.
void pulse(Eigen::MatrixXd& s, Eigen::Index column, Eigen::Index on, Eigen::Index steps, double c = 1) {
  s.col(column).segment(on, steps).setConstant(c);
}

// Contrasts .1 to 1 for 20 steps; durations 1 to 20; pulses of 5 with intervals 1 to 10. 60 steps of 2 ms.
Eigen::MatrixXd experiments() {
  Eigen::MatrixXd s = Eigen::MatrixXd::Zero(60, 17);
  Eigen::Index column = 0;
  for (double const c : {.1, .2, .4, .6, .8, 1.0}) pulse(s, column++, 1, 20, c);
  for (Eigen::Index const d : {1, 2, 5, 10, 15}) pulse(s, column++, 1, d);
  for (Eigen::Index const i : {1, 2, 4, 6, 8, 10}) pulse(s, column, 1, 5), pulse(s, column++, 6 + i, 5);
  return s;
}

NormalisationNumbers const first_of_reference{.006, .1, .02, 1.6, .12, .002, 1.5};

}  // namespace

TEST_CASE("delayed normalisation is the reference's", "[measures]") {
  MeasureFile const file("measures/delayed_normalization");
  double const fs = file.number("sample_rate_hz");
  Eigen::MatrixXd const stimulus = matrix_of(file["stimulus"]);
  for (std::size_t set = 0; set < file["params"].size(0); ++set) {
    INFO("set " << set);
    auto const p = NormalisationNumbers::of(row_of(file["params"], {set}));
    NormalisedResponse const r = normalised_response(p, stimulus, fs);
    CHECK(error_of(r.linear, matrix_of(file["linear"], {set})) < 1e-10);
    CHECK(error_of(r.pool, matrix_of(file["pool"], {set})) < 1e-10);
    CHECK(error_of(r.response, matrix_of(file["prediction"], {set})) < 1e-10);
    DerivedNormalisation const d = derived_normalisation(p);
    std::vector<double> const derived{d.time_to_peak_s, d.asymptote_over_peak, d.impulse_fwhm_s, d.c50_percent};
    CHECK(relative_error(derived, file["derived"]({set})) < 1e-10);
  }
}

TEST_CASE("the fit of a delayed normalisation is at least as good as the reference's", "[measures]") {
  MeasureFile const file("measures/delayed_normalization");
  std::vector<Eigen::VectorXd> starts;
  for (std::size_t i = 0; i < file["fit.starts"].size(0); ++i) starts.push_back(row_of(file["fit.starts"], {i}));
  Box const box(row_of(file["fit.lower"]), row_of(file["fit.upper"]));
  NormalisationFit const fit = fit_normalisation({{matrix_of(file["stimulus"]), matrix_of(file["fit.data"])}},
                                                 file.number("sample_rate_hz"), starts, box);
  CAPTURE(fit.sse_of_starts);
  CHECK(fit.converged);
  CHECK(fit.sse <= file["fit.sse"].values[0] * (1 + 1e-6));
  CHECK(fit.r2 == Approx(file["fit.r2"].values[0]).epsilon(1e-7));
  CHECK(relative_error(fit.r2_per_condition, file["fit.r2_per_condition"].values) < 1e-4);
}

TEST_CASE("a long step ends at the plateau of the equation", "[measures]") {
  NormalisationNumbers const p{.05, .3, .1, 2, .4, .003, 1.7};
  for (double const c : {0.2, 1.0}) {
    Eigen::VectorXd const r = normalised_response(p, Eigen::MatrixXd::Constant(4000, 1, c), 1000).response;
    double const q = std::pow(c * (1 - p.w), p.n);
    CHECK(r[3999] == Approx(p.scale * q / (std::pow(p.sigma, p.n) + q)));
  }
}

TEST_CASE("derived numbers of published parameters", "[measures]") {
  DerivedNormalisation const a = derived_normalisation({.05, 0, .1, 2, 1, 0, 1});
  CHECK(a.time_to_peak_s == Approx(.210));
  CHECK(a.asymptote_over_peak == Approx(.814).epsilon(1e-3));
  CHECK(a.impulse_fwhm_s == Approx(.084));
  CHECK(a.c50_percent == 64);
  DerivedNormalisation const b = derived_normalisation(NormalisationNumbers::of(groen_start()));
  CHECK(b.time_to_peak_s == Approx(.075));
  CHECK(b.asymptote_over_peak == Approx(.111).epsilon(5e-3));
  CHECK(b.impulse_fwhm_s == Approx(.014));
  CHECK(b.c50_percent == 53);
}

TEST_CASE("derivatives of delayed normalisation are those of differences", "[measures]") {
  Eigen::MatrixXd stimulus = experiments();
  for (auto const kind : {NormalisationKind::delayed, NormalisationKind::undelayed, NormalisationKind::linear}) {
    // n above 3: |L|^n is smooth where L goes through 0
    Eigen::VectorXd const x = NormalisationNumbers{.006, .1, .02, 3.2, .12, .0027, 1.5}.values();
    std::array<Eigen::MatrixXd, 7> J;
    normalised_response(NormalisationNumbers::of(x), stimulus, 500, kind, 1, &J);
    for (Eigen::Index j = 0; j < 7; ++j) {
      Eigen::VectorXd above = x, below = x;
      double const h = 1e-6 * x[j];
      above[j] += h, below[j] -= h;
      Eigen::MatrixXd const slope =
          (normalised_response(NormalisationNumbers::of(above), stimulus, 500, kind).response -
           normalised_response(NormalisationNumbers::of(below), stimulus, 500, kind).response) /
          (2 * h);
      INFO(normalisation_names[static_cast<std::size_t>(j)]);
      Eigen::MatrixXd const& own = J[static_cast<std::size_t>(j)];
      CHECK((own - slope).cwiseAbs().maxCoeff() <= 1e-5 * std::max(1.0, slope.cwiseAbs().maxCoeff()));
    }
  }
}

TEST_CASE("every start finds the numbers of responses without noise", "[measures]") {
  Eigen::MatrixXd const stimulus = experiments();
  Eigen::MatrixXd const response = normalised_response(first_of_reference, stimulus, 500).response;
  // contrast and duration, and interval: runs of different lengths go in side by side
  std::vector<NormalisationData> const data{{stimulus.leftCols(11).topRows(40), response.leftCols(11).topRows(40)},
                                            {stimulus.rightCols(6), response.rightCols(6)}};
  std::vector<NormalisationData> const whole{{stimulus, response}};
  NormalisationFit const fit = fit_normalisation(whole, 500, normalisation_starts(0.005, 0.002, response.maxCoeff()));
  CAPTURE(fit.sse_of_starts);
  CHECK(fit.sse_of_starts.size() == 8);
  for (double const sse : fit.sse_of_starts) CHECK(sse < 1e-20);
  CHECK((fit.numbers.values() - first_of_reference.values()).cwiseAbs().maxCoeff() < 1e-7);
  CHECK(fit.r2 == Approx(1));
  CHECK(fit.converged);
  // kernels have sum 1 over the steps of a run, so those of a shorter run are a little larger
  CHECK(fit_normalisation(data, 500, {first_of_reference.values()}).r2 > 0.99);
}

TEST_CASE("a delayed pool makes responses earlier at high contrast, and lets them recover", "[measures]") {
  auto const peak_ms = [](double c) {
    Eigen::MatrixXd s = Eigen::MatrixXd::Zero(30, 1);
    pulse(s, 0, 1, 20, c);
    Eigen::MatrixXd const r = normalised_response(first_of_reference, s, 500).response;
    return peak_latency_ms(Evoked({r.data(), 30}, {.dt = 2, .t_on = 1, .t_off = 21}));
  };
  CHECK(peak_ms(0.1) == 28);
  CHECK(peak_ms(1) == 12);

  TwoPulses const pulses{.stimulus_steps = 5, .intervals = {1, 2, 3, 4, 6, 8, 10}};
  Eigen::MatrixXd two = Eigen::MatrixXd::Zero(40, 7), one = Eigen::MatrixXd::Zero(40, 1);
  pulse(one, 0, 1, 5);
  for (Eigen::Index i = 0; i < 7; ++i) {
    pulse(two, i, 1, 5), pulse(two, i, 6 + static_cast<Eigen::Index>(pulses.intervals[static_cast<std::size_t>(i)]), 5);
  }
  Eigen::MatrixXd const both = normalised_response(first_of_reference, two, 500).response;
  Eigen::MatrixXd const alone = normalised_response(first_of_reference, one, 500).response;
  Recovery const r = recovery({{both.data(), 280}, 40}, {alone.data(), 40}, pulses, {.dt = 2, .t_on = 1, .t_off = 6});
  CHECK(r.recovery_max.front() == Approx(.404).epsilon(2e-3));
  CHECK(r.recovery_max.back() == Approx(.488).epsilon(2e-3));
}

TEST_CASE("the report tells delayed from undelayed and from linear", "[measures]") {
  Eigen::MatrixXd const stimulus = experiments();
  Eigen::MatrixXd const response = normalised_response(first_of_reference, stimulus, 500).response;
  std::vector<NormalisationData> const data{{stimulus, response}};
  auto starts = normalisation_starts(0.005, 0.002, response.maxCoeff());
  starts.resize(2);
  NormalisationReport const report = report_normalisation(data, 500, starts);
  CHECK(report.fit.r2 == Approx(1));
  CHECK(report.r2_loo == Approx(1));
  CHECK(report.r2_linear < 0.9);
  CHECK((report.r2_undelayed < report.fit.r2 && report.r2_undelayed > report.r2_linear));

  // a linear response has nothing to gain
  Eigen::MatrixXd const linear =
      normalised_response(first_of_reference, stimulus, 500, NormalisationKind::linear).response;
  NormalisationFit const fit =
      fit_normalisation({{stimulus, linear}}, 500, starts, normalisation_box(), NormalisationKind::linear);
  CHECK(fit.sse < 1e-20);
  CHECK(fit.numbers.tau1 == Approx(.006));
  CHECK(fit.numbers.scale == Approx(1.5));
}

TEST_CASE("bad input of delayed normalisation", "[measures]") {
  Eigen::MatrixXd const one = Eigen::MatrixXd::Ones(10, 1);
  CHECK_THROWS_AS(normalised_response({}, Eigen::MatrixXd(), 500), dynvision::Error);
  CHECK_THROWS_AS(normalised_response({}, one, 0), dynvision::Error);
  CHECK_THROWS_AS(normalised_response({.tau1 = 0}, one, 500), dynvision::Error);
  CHECK_THROWS_AS(normalised_response({.w = -1}, one, 500), dynvision::Error);
  auto const starts = normalisation_starts(.005, .002, 1);
  CHECK_THROWS_AS(fit_normalisation({{one, one.topRows(5)}}, 500, starts), dynvision::Error);
  CHECK_THROWS_AS(fit_normalisation({{one.topRows(5), one.topRows(5)}}, 500, starts), dynvision::Error);
  CHECK_THROWS_AS(fit_normalisation({{one, one}}, 500, {}), dynvision::Error);
  CHECK_THROWS_AS(fit_normalisation({{one, one}}, 500, starts, Box{{0}, {1}}), dynvision::Error);
  Eigen::MatrixXd bad = one;
  bad(3, 0) = not_defined;
  CHECK_THROWS_AS(fit_normalisation({{one, bad}}, 500, starts), dynvision::Error);
  CHECK(std::isnan(derived_normalisation({.scale = 0}).c50_percent));
}

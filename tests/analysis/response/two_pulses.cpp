// covers: analysis/response/pulse_train.hpp, analysis/fit/golden_section.hpp
#include <dynvision/analysis/response/pulse_train.hpp>
#include <dynvision/analysis/response/two_pulses.hpp>

#include "analysis/euler_layer.hpp"
#include "analysis/measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::vector<std::size_t> steps_of(std::span<double const> values) { return {values.begin(), values.end()}; }

// Of a linear layer: 40 steps, a pulse of 5 from step 1, another after the interval.
struct Linear {
  TwoPulses pulses{.stimulus_steps = 5, .intervals = {1, 2, 3, 4, 6, 8, 10}};
  std::vector<double> one, two;
  Shown shown{.dt = 2, .t_on = 1, .t_off = 6};

  explicit Linear(EulerLayer const& layer) : one(layer.pulse(40, 1, 5)) {
    for (std::size_t const interval : pulses.intervals) {
      std::vector<double> stimulus(40, 0);
      std::fill_n(stimulus.begin() + 1, 5, 1.0);
      std::fill_n(stimulus.begin() + static_cast<std::ptrdiff_t>(6 + interval), 5, 1.0);
      auto const row = layer.response(stimulus);
      two.insert(two.end(), row.begin(), row.end());
    }
  }
};

}  // namespace

TEST_CASE("recovery is the reference's", "[measures]") {
  MeasureFile const file("measures/recovery");
  auto const& two = file["two_pulses"];
  TwoPulses const pulses{static_cast<std::size_t>(file.number("stimulus_steps")), steps_of(file["interval"].values)};
  Shown const shown{file.number("dt_ms"), static_cast<std::size_t>(file.number("t_on")), two.size(2)};
  for (std::size_t kind = 0; kind < two.size(0); ++kind) {
    INFO(file.texts.at("kinds")[kind]);
    Recovery const r = recovery({two({kind}), two.size(2)}, file["one_pulse"]({kind}), pulses, shown);
    CHECK(r.window == static_cast<std::size_t>(file.number("window_steps")));
    CHECK(relative_error(r.recovery_max, file["recovery_max"]({kind})) < 1e-10);
    CHECK(relative_error(r.recovery_sum, file["recovery_sum"]({kind})) < 1e-10);
    if (!file.contains("peak_ratio_original")) continue;
    std::vector<double> ratios;
    for (std::size_t i = 0; i < two.size(1); ++i) ratios.push_back(peak_ratio(two({kind, i})));
    CHECK(relative_error(ratios, file["peak_ratio_original"]({kind})) < 1e-6);
  }
  for (std::size_t i = 0; i < file["fit.recovery"].size(0); ++i) {
    RecoveryFit const fit = fit_recovery(pulses.intervals, file["fit.recovery"]({i}));
    CHECK(fit.amplitude == Approx(file["fit.amplitude"].values[i]).epsilon(1e-6));
    CHECK(fit.tau_steps == Approx(file["fit.tau_steps"].values[i]).epsilon(1e-6));
    CHECK(fit.sse <= file["fit.sse"].values[i] * (1 + 1e-6) + 1e-16);
  }
}

TEST_CASE("a linear layer has recovered at once, whatever the peak ratio says", "[measures]") {
  for (double const w : {0.0, 0.5}) {
    Linear const linear(EulerLayer{.w = w});
    Recovery const r = recovery({linear.two, 40}, linear.one, linear.pulses, linear.shown);
    for (double const value : r.recovery_max) CHECK(value == Approx(1).epsilon(1e-12));
    for (double const value : r.adaptation_index) CHECK(value == Approx(0).margin(1e-12));
    std::vector<double> ratios;
    for (std::size_t i = 0; i < linear.pulses.intervals.size(); ++i) {
      ratios.push_back(peak_ratio(std::span(linear.two).subspan(40 * i, 40)));
    }
    CHECK(relative_error(linear_peak_ratio(linear.one, linear.pulses, linear.shown), ratios) < 1e-12);
    if (w == 0) CHECK(relative_error(ratios, std::vector{1.047, 1.028, 1.017, 1.010, 1.004, 1.001, 1.0005}) < 1e-3);
    if (w == 0.5)
      CHECK((ratios.front() == Approx(1.365).epsilon(1e-3) && ratios.back() == Approx(1.101).epsilon(1e-3)));
  }
}

TEST_CASE("an exponential recovery gives its numbers back", "[measures]") {
  std::vector<std::size_t> const intervals{1, 2, 4, 8, 16, 32};
  std::vector<double> recovered;
  for (std::size_t const i : intervals) recovered.push_back(1 - 0.45 * std::exp(-static_cast<double>(i) / 9));
  RecoveryFit const fit = fit_recovery(intervals, recovered);
  CHECK(fit.amplitude == Approx(0.45).epsilon(1e-6));
  CHECK(fit.tau_steps == Approx(9).epsilon(1e-6));
  recovered[2] = not_defined;
  CHECK(std::isnan(fit_recovery(intervals, recovered).amplitude));
}

TEST_CASE("responses to a train of pulses", "[measures]") {
  std::vector<double> trace{0.5};  // before the first pulse
  for (double const height : {3.0, 2.0, 1.5}) {
    for (double const value : {0.2, height, 0.3, 0.5}) trace.push_back(value);
  }
  TrainResponses const r = pulse_train(trace, {.first = 1, .n_pulses = 3, .period = 4});
  CHECK(r.responses == std::vector<double>{2.5, 1.5, 1});
  CHECK(r.train_index == Approx(0.4));
  CHECK_THROWS_AS(pulse_train(trace, {.first = 1, .n_pulses = 4, .period = 4}), dynvision::Error);
  CHECK_THROWS_AS(pulse_train(trace, {.first = 1, .n_pulses = 0, .period = 4}), dynvision::Error);
}

TEST_CASE("the section finds a minimum inside and at a border", "[measures]") {
  CHECK(golden_section([](double x) { return (x - 2) * (x - 2); }, 0, 5) == Approx(2));
  CHECK(golden_section([](double x) { return x; }, 1, 5) == Approx(1));
  CHECK(log_grid_golden_section([](double x) { return -x; }, 1, 5) == Approx(5));
}

TEST_CASE("bad input of two pulses", "[measures]") {
  Linear const linear(EulerLayer{});
  TwoPulses late = linear.pulses;
  late.intervals.back() = 34;
  CHECK_THROWS_AS(recovery({linear.two, 40}, linear.one, late, linear.shown), dynvision::Error);
  CHECK_THROWS_AS(recovery({linear.two, 20}, linear.one, linear.pulses, linear.shown), dynvision::Error);
  CHECK_THROWS_AS(fit_recovery(linear.pulses.intervals, std::vector<double>{1}), dynvision::Error);
  CHECK_THROWS_AS(fit_recovery(std::vector<std::size_t>{0, 1}, std::vector<double>{1, 1}), dynvision::Error);
}

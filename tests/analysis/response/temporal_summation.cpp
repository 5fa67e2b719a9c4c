#include <dynvision/analysis/response/temporal_summation.hpp>

#include "analysis/euler_layer.hpp"
#include "analysis/measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::vector<double> const durations{1, 2, 3, 4, 5, 10, 15, 20};

TemporalSummation of_layer(EulerLayer const& layer, std::size_t n_steps = 30, double baseline = 0) {
  std::vector<double> traces;
  for (double const d : durations) {
    for (double const value : layer.pulse(n_steps, 1, static_cast<std::size_t>(d))) traces.push_back(value + baseline);
  }
  return temporal_summation({traces, n_steps}, durations, {.dt = 2, .t_on = 1, .t_off = 1});
}

}  // namespace

TEST_CASE("temporal summation is the reference's", "[measures]") {
  MeasureFile const file("measures/temporal_summation");
  auto const& traces = file["traces"];
  auto const column = [&](std::string const& name, std::size_t kind) { return file[name]({kind}); };
  for (std::size_t kind = 0; kind < traces.size(0); ++kind) {
    INFO(file.texts.at("kinds")[kind]);
    TemporalSummation const s =
        temporal_summation({traces({kind}), traces.size(2)}, file["duration"].values,
                           {file.number("dt_ms"), static_cast<std::size_t>(file.number("t_on")), traces.size(2)});
    CHECK(relative_error(s.summed_response, column("summed_response", kind)) < 1e-10);
    CHECK(relative_error(s.nts, column("nts", kind)) < 1e-10);
    CHECK(relative_error(s.nts_original, column("nts_original", kind)) < 1e-10);
    std::vector<double> ratios, pairs;
    for (DoublingRatio const& d : s.doubling_ratios) {
      ratios.push_back(d.ratio);
      pairs.push_back(static_cast<double>(d.once)), pairs.push_back(static_cast<double>(d.twice));
    }
    CHECK(pairs == file["doubling_pairs"].values);
    CHECK(relative_error(ratios, column("doubling_ratio", kind)) < 1e-10);
    CHECK(relative_error({&s.summation_exponent, 1}, column("summation_exponent", kind)) < 1e-10);
    CHECK(relative_error({&s.integration_window_steps, 1}, column("integration_window_steps", kind)) < 1e-10);
    CHECK(relative_error({&s.truncated_fraction, 1}, column("truncated_fraction", kind)) < 1e-10);
  }
}

TEST_CASE("normalised temporal summation of the original", "[measures]") {
  MeasureFile const file("measures/original_measures");
  auto const& traces = file["nts.traces"];  // (D,sample,T)
  for (std::size_t sample = 0; sample < traces.size(1); ++sample) {
    std::vector<double> rows, raw, subtracted;
    for (std::size_t d = 0; d < traces.size(0); ++d) {
      auto const row = traces({d, sample});
      rows.insert(rows.end(), row.begin(), row.end());
      raw.push_back(file["nts.raw"]({d, sample})[0]);
      subtracted.push_back(file["nts.minimum_subtracted"]({d, sample})[0]);
    }
    CHECK(relative_error(nts_original({rows, traces.size(2)}), raw) < 1e-6);
    CHECK(relative_error(nts_original({rows, traces.size(2)}, true), subtracted) < 1e-6);
  }
}

TEST_CASE("a linear layer sums linearly", "[measures]") {
  TemporalSummation const s = of_layer({});
  CHECK(s.summation_exponent == Approx(0.9998).epsilon(1e-4));
  CHECK(s.integration_window_steps == Approx(12.63).epsilon(1e-3));
  for (DoublingRatio const& d : s.doubling_ratios) CHECK(d.ratio == Approx(1).epsilon(1e-2));
  CHECK(s.doubling_ratios.size() == 4);  // 1 2, 2 4, 5 10, 10 20
  CHECK_FALSE(s.truncated());
}

TEST_CASE("a baseline bends the original's summation, not ours", "[measures]") {
  TemporalSummation const s = of_layer({}, 30, 0.2);
  CHECK(s.nts_original[0] == Approx(0.269).epsilon(3e-3));
  CHECK(s.nts[0] == Approx(0.05).epsilon(1e-3));
}

TEST_CASE("a tail that is cut off makes a linear layer look sublinear, and is said", "[measures]") {
  TemporalSummation const cut = of_layer({.w = 0.8}), whole = of_layer({.w = 0.8}, 300);
  CHECK(cut.summation_exponent == Approx(0.930).epsilon(1e-3));
  CHECK(cut.truncated_fraction == Approx(0.62).epsilon(1e-2));
  CHECK(cut.truncated());
  CHECK(whole.summation_exponent == Approx(1));
  CHECK_FALSE(whole.truncated());
}

TEST_CASE("summation that is not defined, and bad input", "[measures]") {
  std::vector<double> const zeros(2 * 5, 0);
  TemporalSummation const s = temporal_summation({zeros, 5}, {1, 2}, {.dt = 1, .t_on = 0, .t_off = 1});
  CHECK(std::isnan(s.summation_exponent));
  CHECK(std::isnan(s.integration_window_steps));
  CHECK((std::isnan(s.nts[0]) && std::isnan(s.doubling_ratios[0].ratio)));
  CHECK_FALSE(s.truncated());
  CHECK_THROWS_AS(temporal_summation({zeros, 5}, {1}, {}), dynvision::Error);
  CHECK_THROWS_AS(temporal_summation({zeros, 5}, {2, 1}, {}), dynvision::Error);
  CHECK_THROWS_AS(temporal_summation({zeros, 5}, {0, 1}, {}), dynvision::Error);
}

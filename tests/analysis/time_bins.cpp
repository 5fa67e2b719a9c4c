#include <dynvision/analysis/time_bins.hpp>

#include "measure_file.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

using namespace dynvision;
using namespace dynvision::analysis;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("Means in time bins are those of the golden file", "[golden][time_bins]") {
  MeasureFile const file("measures/time_bins");
  auto const &responses = file["responses"], &wanted = file["binned"], &source = file["source_bins_ms"];
  std::size_t const n_steps = responses.size(2);
  std::vector<TimeBin> windows;
  for (std::size_t b = 0; b < wanted.size(2); ++b) {
    windows.push_back({file["target_bins_ms"]({b})[0], file["target_bins_ms"]({b})[1]});
  }
  double const dt = source({0})[1] - source({0})[0];
  TimeBins const bins(windows, {.dt = dt, .n = n_steps, .first = source({0})[0]});
  std::vector<double> shares(windows.size() * n_steps, 0.0), means;
  for (std::size_t b = 0; b < bins.size(); ++b) {
    for (std::size_t i = 0; i < bins.steps(b).shares.size(); ++i) {
      shares[b * n_steps + bins.steps(b).first + i] = bins.steps(b).shares[i];
    }
  }
  for (std::size_t n = 0; n < wanted.size(0); ++n) {
    for (std::size_t u = 0; u < wanted.size(1); ++u) {
      for (std::size_t b = 0; b < bins.size(); ++b) means.push_back(bins.mean(b, responses({n, u})));
    }
  }
  CHECK(relative_error(shares, file["weights"].values) < 1e-10);
  CHECK(relative_error(means, wanted.values) < 1e-10);
}

TEST_CASE("A bin takes the share of a step that lies in it, whatever dt is", "[time_bins]") {
  for (double const dt : {0.1, 0.3, 1.0, 2.0, 7.0}) {
    std::size_t const n = 50;
    std::vector<double> line;  // its mean over a window of whole steps is the value in the middle
    for (std::size_t t = 0; t < n; ++t) line.push_back((static_cast<double>(t) + 0.5) * dt);
    TimeBins const bins({{3 * dt, 9 * dt}, {0, 50 * dt}, {49 * dt, 50 * dt}, {4.25 * dt, 4.5 * dt}},
                        {.dt = dt, .n = n});
    CHECK(bins.steps(0).first == 3);
    CHECK(bins.steps(0).shares == std::vector<double>(6, 1.0));
    CHECK(bins.mean(0, line) == Catch::Approx(6 * dt));
    CHECK(bins.steps(1).shares == std::vector<double>(n, 1.0));
    CHECK(bins.steps(2).shares == std::vector<double>(1, 1.0));
    CHECK(bins.steps(3).first == 4);
    CHECK(bins.steps(3).total == Catch::Approx(0.25));
  }
}

TEST_CASE("Time is counted from where the steps begin", "[time_bins]") {
  TimeBins const bins({{-20, -10}, {0, 10}}, {.dt = 10, .n = 3, .first = -20});
  std::vector<double> const trace{1, 2, 3};
  CHECK(bins.mean(0, trace) == 1);
  CHECK(bins.mean(1, trace) == 3);
}

TEST_CASE("A bin that is not within the run says how long the run must be", "[time_bins]") {
  TimeSteps const steps{.dt = 2, .n = 30};
  CHECK_NOTHROW(TimeBins({{50, 60}}, steps));
  auto const message = [&](TimeBin bin, char const* text) {
    CHECK_THROWS_MATCHES(TimeBins({bin}, steps), Error, MessageMatches(ContainsSubstring(text)));
  };
  message({70, 170}, "n_timesteps of at least 85");
  message({50, 60.5}, "n_timesteps of at least 31");
  message({-2, 4}, "begins before the first recorded step");
  message({5, 5}, "expected an end after its start");
  CHECK_THROWS_AS(TimeBins({}, steps), Error);
  CHECK_THROWS_AS(TimeBins({{0, 2}}, {.dt = 0, .n = 30}), Error);
  CHECK_THROWS_AS(TimeBins({{0, 2}}, steps).mean(0, std::vector<double>(29)), Error);
}

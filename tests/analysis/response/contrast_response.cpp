#include <dynvision/analysis/response/contrast_response.hpp>

#include "analysis/euler_layer.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {
std::vector<double> const contrasts{0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 1};
}

TEST_CASE("Naka and Rushton's numbers come back", "[measures]") {
  for (double const c50 : {0.05, 0.3, 0.9}) {
    for (double const n : {0.5, 1.5, 6.0}) {
      INFO(c50 << " " << n);
      NakaRushton const truth{c50, n, 2.5};
      std::vector<double> responses;
      for (double const c : contrasts) responses.push_back(truth(c));
      NakaRushton const fit = fit_naka_rushton(contrasts, responses);
      CHECK(fit.converged);
      CHECK(fit.c50 == Approx(c50).epsilon(1e-6));
      CHECK(fit.n == Approx(n).epsilon(1e-6));
      CHECK(fit.r_max == Approx(2.5).epsilon(1e-6));
    }
  }
}

TEST_CASE("the scale of responses changes r_max alone", "[measures]") {
  std::vector<double> responses, small;
  for (std::size_t i = 0; i < contrasts.size(); ++i) {
    responses.push_back(NakaRushton{0.3, 2, 1}(contrasts[i]) + 0.02 * std::sin(static_cast<double>(i)));
    small.push_back(1e-4 * responses.back());
  }
  NakaRushton const a = fit_naka_rushton(contrasts, responses), b = fit_naka_rushton(contrasts, small);
  CHECK((a.converged && b.converged));
  CHECK(b.c50 == Approx(a.c50));
  CHECK(b.r_max == Approx(1e-4 * a.r_max));
}

TEST_CASE("a response that scales with contrast has no shift of its latency", "[measures]") {
  std::vector<double> traces, early;
  for (double const c : contrasts) {
    for (double const value : EulerLayer{}.pulse(30, 1, 20)) traces.push_back(c * value);
    for (double const value : EulerLayer{.a = 0.2 + 0.6 * c}.pulse(30, 1, 20)) early.push_back(c * value);
  }
  Shown const shown{.dt = 2, .t_on = 1, .t_off = 21};
  ContrastResponse const same = contrast_response(contrasts, measure_table({traces, 30}, shown));
  CHECK(same.latency_shift_ms == Approx(0).margin(1e-12));
  CHECK(contrast_response(contrasts, measure_table({early, 30}, shown)).latency_shift_ms > 0);
}

TEST_CASE("contrast without a response, and bad input", "[measures]") {
  std::vector<double> responses(7, 0);
  CHECK(std::isnan(fit_naka_rushton(contrasts, responses).c50));
  responses[3] = not_defined;
  CHECK_FALSE(fit_naka_rushton(contrasts, responses).converged);
  CHECK_THROWS_AS(fit_naka_rushton(contrasts, std::vector<double>(6)), dynvision::Error);
  CHECK_THROWS_AS(fit_naka_rushton(std::vector<double>{-1, 0, 1}, std::vector<double>{0, 1, 2}), dynvision::Error);
  CHECK_THROWS_AS(contrast_response(contrasts, {}), dynvision::Error);
}

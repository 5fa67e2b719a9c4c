#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/analysis/timescales/autocorrelation.hpp>

#include "io/failure.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

std::vector<double> ar1(double phi, std::size_t n, std::uint64_t seed) {
  DrawStream const draws(seed, 0);
  std::vector<double> x(n);
  double state = draws.normal(0) / std::sqrt(1 - phi * phi);
  for (std::size_t t = 0; t < n; ++t) x[t] = state = phi * state + draws.normal(t + 1);
  return x;
}

}  // namespace

TEST_CASE("autocorrelation by hand", "[timescales]") {
  std::vector<double> const x{1, 3, 2, 2};  // mean 2: -1, 1, 0, 0
  std::vector<double> const rho = autocorrelation(x, 3);
  CHECK(rho[0] == 1);
  CHECK(rho[1] == Approx(-0.5));
  CHECK(rho[2] == 0);
  CHECK(crossing(rho, 0.5) == Approx(1.0 / 3));
  CHECK(crossing(rho, 0) == Approx(2.0 / 3));
  CHECK(area_to(rho, 0) == 1);
  CHECK(std::isnan(crossing(std::vector<double>{1, 0.9, 0.8}, 0.5)));
}

TEST_CASE("an AR(1) process has the timescales of its equation", "[timescales]") {
  for (double const phi : {0.5, 0.8, 0.9, 0.95}) {
    CAPTURE(phi);
    double half = 0, tau = 0, area = 0;
    int const n = 4;
    for (std::uint64_t seed = 1; seed <= n; ++seed) {
      std::vector<double> const rho = autocorrelation(ar1(phi, 100000, seed), 200);
      half += crossing(rho, 0.5) / n;
      ExponentialTimescale const fit = exponential_timescale(std::span(rho).first(50));
      CHECK(fit.converged);
      tau += fit.tau / n;
      area += area_to(rho, 0) / n;
    }
    CHECK(half == Approx(std::log(0.5) / std::log(phi)).epsilon(0.03));
    CHECK(tau == Approx(-1 / std::log(phi)).epsilon(0.05));
    if (phi <= 0.9) CHECK(area == Approx(1 / (1 - phi)).epsilon(0.1));
  }
}

TEST_CASE("exact exponentials return their numbers", "[timescales]") {
  std::vector<double> rho;
  for (int k = 0; k < 40; ++k) rho.push_back(0.8 * std::exp(-k / 6.5) + 0.2);
  ExponentialTimescale const fit = exponential_timescale(rho);
  CHECK(fit.tau == Approx(6.5).epsilon(1e-6));
  CHECK(fit.offset == Approx(0.2).epsilon(1e-6));
  std::vector<double> decay;
  for (int k = 0; k < 200; ++k) decay.push_back(std::pow(0.9, k));
  CHECK(crossing(decay, 0.5) == Approx(std::log(0.5) / std::log(0.9)).epsilon(0.01));
}

TEST_CASE("a short series has a shorter timescale", "[timescales]") {
  double of_200 = 0, of_2000 = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    of_200 += crossing(autocorrelation(ar1(0.9, 200, seed), 100), 0.5) / 40;
    of_2000 += crossing(autocorrelation(ar1(0.9, 2000, seed), 100), 0.5) / 40;
  }
  CHECK(of_200 < of_2000);
  CHECK(of_200 == Approx(5.7).epsilon(0.12));
  CHECK(of_2000 == Approx(6.44).epsilon(0.06));
}

TEST_CASE("a series without an autocorrelation is refused", "[timescales]") {
  CHECK(failure([] { autocorrelation(std::vector<double>(10, 1.0), 3); }) == "analysis.178");
  CHECK(failure([] { autocorrelation(std::vector<double>{1, 2}, 2); }) == "analysis.178");
  CHECK(failure([] { exponential_timescale(std::vector<double>{1, 0.5}); }) == "analysis.178");
}

// Intrinsic time scales of units are those of their time constants where nothing couples them.
#include <dynvision/analysis/timescales/autocorrelation.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/run/run.hpp>

#include "laws/gradient.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;

TEST_CASE("the time scale of a unit that is left alone is that of its time constant", "[rate]") {
  double const dt = 5;
  std::vector<double> const taus{10, 25, 50, 100};  // [ms]: phi = 1 - dt/tau = 0.5, 0.8, 0.9, 0.95
  CTRNN<1, 4, NoNonlinearity, Feature, WithNoise<StationaryDrive>> const net(
      {.dt = dt, .tau = 20, .sigma = 1, .seed = 1});
  at::AutoGradMode const no_gradient(false);
  tensor_of(net.parameters(), "rates.recurrent.weight").zero_();
  Tensor const tau = tensor_of(net.parameters(), "tau_rates").view({-1});
  for (std::size_t i = 0; i < taus.size(); ++i) tau[static_cast<std::int64_t>(i)].fill_(taus[i]);
  run::Activity const activity = run::run(net, zeros({1, 20000, 1}), {.record = true, .seed = 3});
  Tensor const r = activity.response("rates").series().to(at::kDouble).select(0, 0);  // (T,N)
  for (std::size_t i = 0; i < taus.size(); ++i) {
    Tensor const course = r.select(1, static_cast<std::int64_t>(i)).contiguous();
    std::vector<double> const rho =
        analysis::autocorrelation({course.const_data_ptr<double>(), static_cast<std::size_t>(course.numel())}, 60);
    CAPTURE(taus[i]);
    CHECK(analysis::crossing(rho, 0.5) == Catch::Approx(std::log(0.5) / std::log(1 - dt / taus[i])).epsilon(0.05));
  }
}

#include <dynvision/dynamics/clock.hpp>

#include "io/failure.hpp"
#include "laws/numbers.hpp"
#include <catch2/catch_test_macros.hpp>

#include <limits>

using namespace dynvision;

TEST_CASE("milliseconds become steps", "[dynamics]") {
  CHECK(Clock{2}.steps(0, "t") == 0);
  CHECK(Clock{2}.steps(6, "t") == 3);
  CHECK(Clock{0.1}.steps(0.3, "t") == 3);  // the original's truncation gives 2
  CHECK(Clock{0.1}.steps(0.7, "t") == 7);
  CHECK(Clock{1.0 / 3}.steps(5, "t") == 15);
  CHECK(Clock{2}.milliseconds(15) == 30);
}

TEST_CASE("every multiple of every time step is one", "[dynamics]") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    laws::Dice dice(seed);
    double const dt = dice.real(1e-3, 50);
    int const n = dice.between(0, 10000);
    CAPTURE(seed, dt, n);
    CHECK(Clock{dt}.steps(n * dt, "t") == n);
    CHECK(Clock{dt}.steps(Clock{dt}.milliseconds(n), "t") == n);
    if (n < 1000) CHECK(failure([&] { Clock{dt}.steps((n + 0.5) * dt, "t"); }) == "dynamics.104");
  }
}

TEST_CASE("times that are none", "[dynamics]") {
  double const nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
  for (double const dt : {0.0, -1.0, nan, infinity}) CHECK(failure([&] { Clock{dt}.steps(2, "t"); }) == "dynamics.101");
  for (double const t : {-2.0, nan, infinity}) CHECK(failure([&] { Clock{2}.steps(t, "t"); }) == "dynamics.102");
  CHECK(failure([] { Clock{1e-3}.steps(1e6, "t"); }) == "dynamics.103");
  CHECK(failure([] { Clock{2}.steps(0.5, "t"); }) == "dynamics.104");
}

TEST_CASE("a time between steps names its neighbours", "[dynamics]") {
  CHECK(message([] { Clock{2}.steps(7, "t_recurrence of V1"); }) ==
        "[dynvision.dynamics.104] t_recurrence of V1 = 7 ms is no multiple of dt = 2 ms: expected 6 or 8 ms");
  CHECK(message([] { Clock{0.5}.steps(0.75, "t_skip of IT"); }) ==
        "[dynvision.dynamics.104] t_skip of IT = 0.75 ms is no multiple of dt = 0.5 ms: expected 0.5 or 1 ms");
}

#include <dynvision/dynamics/flow_step.hpp>
#include <dynvision/rate/attractors/ring.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;

namespace {

Eigen::Index constexpr n = 128;

Eigen::VectorXd settled(rate::Ring const& ring, double tau_s, Eigen::VectorXd r) {
  return integrate<RungeKutta4Step>(ring, r, {.dt = 0.1, .n_steps = static_cast<int>(tau_s * 10)});
}
Eigen::VectorXd cued(rate::Ring ring, double direction) {
  ring.cue = 0.5, ring.cue_direction = direction;
  return settled(ring, 30, rate::uniform_matrix(n, 1, {1, 0}, 0.0, 0.1));
}

}  // namespace

TEST_CASE("a ring's step is its equation", "[rate]") {
  rate::Ring const ring{.J1 = 3, .tau = 2, .velocity = 0.3, .cue = 0.2, .cue_direction = 1};
  Eigen::VectorXd const r = rate::uniform_matrix(7, 1, {2, 0}, 0, 2);
  Eigen::VectorXd wanted(7);
  for (Eigen::Index i = 0; i < 7; ++i) {
    double drive = ring.input + ring.cue * std::cos(ring.angle(i, 7) - 1);
    for (Eigen::Index j = 0; j < 7; ++j) {
      double const apart = ring.angle(i, 7) - ring.angle(j, 7);
      drive += (ring.J0 + ring.J1 * std::cos(apart) + 0.3 * ring.J1 * std::sin(apart)) * r[j] / 7;
    }
    wanted[i] = (std::max(drive, 0.0) - r[i]) / 2;
  }
  CHECK((ring.derivative(r, 0) - wanted).norm() < 1e-13);
}

TEST_CASE("even input forms a bump if and only if J1 > 2", "[rate]") {
  auto const modulation = [](double J1) {
    rate::Ring const ring{.J1 = J1};
    return ring.modulation(settled(ring, 400, rate::uniform_matrix(n, 1, {3, 0}, 0.0, 0.5)));
  };
  CHECK(modulation(1.9) < 1e-3);
  CHECK(modulation(2.1) == Approx(2.17).margin(0.02));
  CHECK(modulation(3) == Approx(2.74).margin(0.02));
  CHECK(modulation(4) == Approx(3.14).margin(0.02));
}

TEST_CASE("a ring keeps the direction of a cue", "[rate]") {
  rate::Ring const ring{.J1 = 3};
  for (double const direction : {0.3, 1.234, -2.5}) {
    Eigen::VectorXd const r = cued(ring, direction);
    CHECK(std::abs(ring.direction(r) - direction) <= 6e-4);
    CHECK(std::abs(ring.direction(settled(ring, 195, r)) - direction) <= 0.01);
  }
}

TEST_CASE("a ring integrates its velocity", "[rate]") {
  for (double const v : {0.02, 0.05, 0.1, 0.2}) {
    rate::Ring ring{.J1 = 3};
    Eigen::VectorXd r = cued(ring, 0);
    ring.velocity = v;
    r = settled(ring, 20, r);
    double turned = 0, last = ring.direction(r);
    for (int i = 0; i < 100; ++i) {
      r = settled(ring, 1, r);
      double const now = ring.direction(r);
      turned += std::remainder(now - last, 2 * std::numbers::pi), last = now;
    }
    CHECK(turned / 100 / v == Approx(1).margin(0.005));
  }
}

TEST_CASE("a ring of two units is refused", "[rate]") {
  CHECK(error_number([] { rate::Ring{}.derivative(Eigen::VectorXd::Ones(2), 0); }) == 212);
}

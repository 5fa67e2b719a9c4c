// covers: rate/systems/random_matrix.hpp
#include <dynvision/dynamics/flow_step.hpp>
#include <dynvision/rate/systems/kuramoto.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;

TEST_CASE("Kuramoto's oscillators are their equation", "[rate]") {
  rate::Kuramoto const net{rate::normal_matrix(6, 1, {1, 0}), 1.7};
  Eigen::VectorXd const theta = 3 * rate::normal_matrix(6, 1, {1, 1});
  Eigen::VectorXd wanted = net.omega;
  for (Eigen::Index i = 0; i < 6; ++i) {
    for (Eigen::Index j = 0; j < 6; ++j) wanted[i] += 1.7 / 6 * std::sin(theta[j] - theta[i]);
  }
  CHECK((net.derivative(theta, 0) - wanted).norm() < 1e-14);
}

TEST_CASE("oscillators lock above Kc: R = sqrt(1 - Kc/K)", "[rate]") {
  for (double const K : {1.5, 2.0, 4.0}) {
    rate::Kuramoto const net{rate::lorentzian_frequencies(1000, 0.5), K};
    Eigen::VectorXd theta = rate::uniform_matrix(1000, 1, {2, 0}, -3.14159, 3.14159);
    theta = integrate<RungeKutta4Step>(net, theta, {.dt = 0.1, .n_steps = 600});
    double mean = 0;
    theta = integrate<RungeKutta4Step>(net, theta, {.dt = 0.1, .n_steps = 400}, [&](Eigen::VectorXd const& x, double) {
      mean += rate::Kuramoto::order(x) / 400;
    });
    CAPTURE(K);
    CHECK(mean == Approx(std::sqrt(1 - 1 / K)).margin(0.01));
  }
}

TEST_CASE("random matrices depend on seed, purpose and place", "[rate]") {
  Eigen::MatrixXd const x = rate::normal_matrix(100, 100, {1, 0});
  CHECK(x == rate::normal_matrix(100, 100, {1, 0}));
  CHECK(x != rate::normal_matrix(100, 100, {1, 1}));
  CHECK(x != rate::normal_matrix(100, 100, {2, 0}));
  CHECK(x.mean() == Approx(0).margin(0.03));
  CHECK(x.squaredNorm() / 1e4 == Approx(1).margin(0.04));
  CHECK(std::abs(x.array().cube().mean()) < 0.12);
  CHECK(x.array().square().square().mean() == Approx(3).margin(0.3));
  auto const sparse = rate::sparse_normal_matrix(300, 0.05, {1, 2});
  CHECK(static_cast<double>(sparse.nonZeros()) / 9e4 == Approx(0.05).margin(0.004));
  CHECK(error_number([] { rate::lorentzian_frequencies(0, 1); }) == 204);
  CHECK(error_number([] { rate::Kuramoto{Eigen::VectorXd::Ones(3)}.derivative(Eigen::VectorXd::Ones(2), 0); }) == 204);
}

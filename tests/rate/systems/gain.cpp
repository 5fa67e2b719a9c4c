// Gain of the activation function: what it does to the dynamics of a random network.
//
//   dx/dt = -x + g J tanh(gamma x), J of variance 1/N: with A = gamma g J and x = g J r it is dr/dt = -r + tanh(A r)
#include <dynvision/analysis/maps/lyapunov_exponents.hpp>
#include <dynvision/rate/systems/network.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include <Eigen/Eigenvalues>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision;

TEST_CASE("the origin of a random network loses its stability where strength times gain is 1", "[rate]") {
  Eigen::Index const n = 200;
  Eigen::MatrixXd const J = rate::normal_matrix(n, n, {.seed = 4, .purpose = 0}) / std::sqrt(static_cast<double>(n));
  double before = -1;
  for (double const gain : {0.5, 0.9, 1.5, 2.0}) {
    CAPTURE(gain);
    rate::Network<> const net(gain * J, Eigen::MatrixXd::Zero(n, 1));
    rate::NetworkFlow const flow{net, 1.0, [](double) { return Eigen::VectorXd(Eigen::VectorXd::Zero(1)); }};
    Eigen::MatrixXd const origin = flow.jacobian(Eigen::VectorXd::Zero(n), 0);
    CHECK(origin.eigenvalues().real().maxCoeff() == Catch::Approx(gain - 1).margin(0.1));
    double const largest = analysis::lyapunov_exponents<RungeKutta4Step>(
                               flow, rate::normal_matrix(n, 1, {.seed = 4, .purpose = 1}),
                               {.n_exponents = 1, .n_steps = 1000, .transient_steps = 500, .steps_of_qr = 5, .dt = 0.1})
                               .values[0];
    CHECK(largest > before);  // rises with the gain
    if (gain < 1) CHECK(largest <= -0.1);
    if (gain > 1.2) CHECK(largest > 0);
    before = largest;
  }
}

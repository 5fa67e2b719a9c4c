// covers: rate/reservoir/closed_loop.hpp
#include <dynvision/analysis/maps/lyapunov_exponents.hpp>
#include <dynvision/rate/reservoir/closed_loop.hpp>
#include <dynvision/rate/reservoir/scaling.hpp>
#include <dynvision/rate/reservoir/synchronization.hpp>
#include <dynvision/rate/systems/lorenz.hpp>
#include <dynvision/rate/systems/network.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace dynvision;
using Catch::Approx;

namespace {

double constexpr dt = 0.02;
// Sparse, so that the tests are short: ten connections to a unit.
using Net = rate::Network<rate::activations::Tanh, Eigen::SparseMatrix<double>>;

Eigen::MatrixXd lorenz(Eigen::Index n_steps) {
  Eigen::MatrixXd all(3, n_steps);
  Eigen::Vector3d x =
      integrate<RungeKutta4Step>(rate::Lorenz{}, Eigen::Vector3d(1, 2, 20), {.dt = 0.01, .n_steps = 4000});
  for (Eigen::Index t = 0; t < n_steps; ++t) {
    all.col(t) = x;
    x = integrate<RungeKutta4Step>(rate::Lorenz{}, x, {.dt = dt / 4, .n_steps = 4});
  }
  return all;
}
Net reservoir(Eigen::Index n, double radius, double input, double leak, std::uint64_t seed) {
  Eigen::MatrixXd const A(rate::sparse_normal_matrix(n, 10.0 / static_cast<double>(n), {seed, 0}));
  return {rate::scale_to_radius(A, radius).sparseView(), rate::uniform_matrix(n, 3, {seed, 1}, -input, input),
          rate::uniform_matrix(n, 1, {seed, 2}, -0.5, 0.5), leak};
}

struct Internalised {
  double exponent = 0, lyapunov_times = 0, std_ratio = 0;
};
Internalised internalise(Eigen::Index n, double leak, double radius, double lambda, std::uint64_t seed,
                         int n_exponent) {
  Eigen::MatrixXd const d = rate::z_scored(lorenz(8001));
  Eigen::Index const train = 5500;
  Net const net = reservoir(n, radius, 0.5, leak, seed);
  Eigen::MatrixXd const R = rate::states_of(net, d.leftCols(train), {.bias = true});
  Eigen::Index const washout = 200;
  Eigen::MatrixXd const W =
      rate::ridge(R.rightCols(train - washout), d.middleCols(1 + washout, train - washout), lambda);
  rate::ClosedLoop<Net> const loop(net, W);
  Eigen::VectorXd const r = R.col(train - 1).head(n);
  Eigen::MatrixXd const truth = d.middleCols(train, 2500), free = loop.outputs(r, 8000);
  auto const spread = [](Eigen::MatrixXd const& x) {
    return Eigen::Vector3d(
        ((x.colwise() - x.rowwise().mean()).rowwise().squaredNorm() / static_cast<double>(x.cols())).cwiseSqrt());
  };
  Internalised found;
  found.std_ratio = spread(free).cwiseQuotient(spread(d)).array().operator-(1.0).abs().maxCoeff();
  found.lyapunov_times = static_cast<double>(rate::valid_steps(free.leftCols(2500), truth, 0.4)) * dt * 0.906;
  if (n_exponent > 0) {
    found.exponent = analysis::lyapunov_exponents(
                         loop, r, {.n_exponents = 1, .n_steps = n_exponent, .transient_steps = 500, .dt = dt})
                         .values[0];
  }
  return found;
}
double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return (x[x.size() / 2] + x[(x.size() - 1) / 2]) / 2;
}

}  // namespace

TEST_CASE("a reservoir of radius 0.9 synchronizes to a Lorenz driver, one of radius 3 does not", "[rate]") {
  Eigen::MatrixXd const d = rate::z_scored(lorenz(2000));
  auto const weak = rate::synchronization(reservoir(300, 0.9, 0.5, 1, 1), d, {.dt = dt});
  CAPTURE(weak.exponent, weak.reconstruction, weak.distance[50]);
  CHECK(weak.generalized);
  CHECK(weak.distance.back() <= 1e-10);
  CHECK(weak.exponent < -5);
  CHECK(weak.reconstruction < 5e-3);
  auto const strong = rate::synchronization(reservoir(300, 3, 0.1, 1, 1), d, {.dt = dt});
  CAPTURE(strong.exponent, strong.reconstruction);
  CHECK_FALSE(strong.generalized);
  CHECK(strong.distance.back() > 0.1);
  CHECK(strong.exponent > 0);
  CHECK(strong.reconstruction > 0.3);
}

TEST_CASE("a reservoir internalises the Lorenz attractor", "[rate]") {
  std::vector<double> exponent, times, spread;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    Internalised const one = internalise(500, 0.5, 0.9, 1e-6, seed, 15000);
    exponent.push_back(one.exponent), times.push_back(one.lyapunov_times), spread.push_back(one.std_ratio);
  }
  CAPTURE(exponent, times, spread);
  CHECK(median(exponent) > 0.85);
  CHECK(median(exponent) < 0.95);
  CHECK(median(times) >= 4);
  CHECK(median(spread) <= 0.05);
}

TEST_CASE("smaller reservoirs predict for two Lyapunov times, those that do not synchronize for none", "[rate]") {
  std::vector<double> times, without;
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    times.push_back(internalise(300, 1, 0.9, 1e-6, seed, 0).lyapunov_times);
  for (std::uint64_t seed = 0; seed < 4; ++seed)
    without.push_back(internalise(300, 1, 3, 1e-6, seed, 0).lyapunov_times);
  CAPTURE(times, without);
  CHECK(median(times) >= 2);
  CHECK(median(without) < 0.5);
}

TEST_CASE("the tangents of a closed loop are its Jacobian's", "[rate]") {
  Net const net = reservoir(20, 0.9, 0.5, 0.6, 3);
  rate::ClosedLoop<Net> const loop(net, rate::normal_matrix(3, 21, {3, 5}));
  Eigen::VectorXd const r = rate::uniform_matrix(20, 1, {3, 6}, -1, 1);
  Eigen::MatrixXd const V = rate::normal_matrix(20, 4, {3, 7});
  CHECK((loop.tangent(r, V) - loop.jacobian(r) * V).norm() < 1e-12);
  auto const f = [&](Eigen::VectorXd const& x) { return loop(x); };
  CHECK((analysis::jacobian_by_differences(f, r) - loop.jacobian(r)).norm() < 1e-7);
  Eigen::MatrixXd const all = loop.outputs(r, 3);
  CHECK((all.col(2) - loop.output(loop(loop(r)))).norm() < 1e-13);
}

TEST_CASE("loops and predictions that do not fit are refused", "[rate]") {
  Net const net = reservoir(20, 0.9, 0.5, 1, 3);
  CHECK(error_number([&] { rate::ClosedLoop<Net>(net, Eigen::MatrixXd::Zero(3, 19)); }) == 235);
  CHECK(error_number([] { rate::valid_steps(Eigen::MatrixXd::Zero(1, 5), Eigen::MatrixXd::Zero(1, 4), 0.4); }) == 235);
  CHECK(error_number([&] { rate::synchronization(net, Eigen::MatrixXd::Zero(2, 500)); }) == 236);
}

// covers: analysis/maps.hpp
// covers: analysis/maps/map.hpp, analysis/maps/fixed_points.hpp, analysis/maps/lyapunov_exponents.hpp
// covers: analysis/maps/growth_rates.hpp, analysis/maps/basin_depth.hpp
#include <dynvision/analysis/maps/basin_depth.hpp>
#include <dynvision/analysis/maps/fixed_points.hpp>
#include <dynvision/analysis/maps/lyapunov_exponents.hpp>
#include <dynvision/rate/systems/lorenz.hpp>
#include <dynvision/rate/systems/network.hpp>

#include "../../rate/error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

using namespace dynvision;
using Catch::Approx;

namespace {

struct Linear {
  Eigen::MatrixXd A;
  Eigen::VectorXd operator()(Eigen::VectorXd const& x) const { return A * x; }
};

std::vector<Eigen::VectorXd> boxes(double width, int n) {
  std::vector<Eigen::VectorXd> starts;
  for (int i = 0; i < n; ++i) {
    analysis::DrawStream const draws(3, static_cast<std::uint64_t>(i));
    starts.push_back(width * Eigen::Vector3d(draws.normal(0), draws.normal(1), draws.normal(2)));
  }
  return starts;
}

}  // namespace

TEST_CASE("the Lorenz system has three equilibria, none of them stable", "[rate]") {
  auto const found = analysis::equilibria(rate::Lorenz{}, boxes(20, 40)).points;
  REQUIRE(found.size() == 3);
  double const q = std::sqrt(8.0 / 3 * 27);
  for (auto const& one : found) {
    CHECK(one.residual < 1e-12);
    CHECK_FALSE(one.stable);
    bool const origin = one.x.norm() < 1;
    CHECK((origin || (std::abs(std::abs(one.x[0]) - q) < 1e-10 && std::abs(one.x[2] - 27) < 1e-10)));
  }
  auto const as_map = analysis::fixed_points(analysis::Rest{rate::Lorenz{}}, boxes(20, 40)).points;
  CHECK(as_map.size() == 3);
  auto const below = analysis::equilibria(rate::Lorenz{.rho = 0.5}, boxes(5, 20)).points;
  REQUIRE(below.size() == 1);
  CHECK(below[0].stable);
}

TEST_CASE("starts without a fixed point nearby are counted, not invented", "[rate]") {
  auto const never = [](Eigen::VectorXd const& x) -> Eigen::VectorXd {
    return (x.array().square() + x.array() + 0.25).matrix();
  };
  auto const found = analysis::fixed_points(never, {Eigen::VectorXd::Constant(1, 0.4)}, {.slow = 0.3});
  CHECK(found.points.empty());
  CHECK(found.n_lost == 1);
  REQUIRE(found.slow_points.size() == 1);
  CHECK(found.slow_points[0].residual == Approx(0.25));
}

TEST_CASE("exponents of the Lorenz system", "[rate]") {
  rate::Lorenz const lorenz;
  Eigen::VectorXd const start = Eigen::Vector3d(1, 1, 20);
  auto const found = analysis::lyapunov_exponents<RungeKutta4Step>(
      lorenz, start, {.n_steps = 30000, .transient_steps = 2000, .steps_of_qr = 10, .dt = 0.01});
  REQUIRE(found.values.size() == 3);
  CHECK(found.values[0] == Approx(0.906).margin(0.03));
  CHECK(found.values[1] == Approx(0).margin(0.02));
  CHECK(found.values[2] == Approx(-14.57).margin(0.04));
  CHECK(found.values[0] + found.values[1] + found.values[2] == Approx(lorenz.divergence()).margin(1e-3));
}

TEST_CASE("exponents of a linear map are logarithms of its eigenvalues", "[rate]") {
  Eigen::Matrix3d S;
  S << 1, 0.3, -0.2, 0.1, 1, 0.4, 0.5, -0.3, 1;
  Linear const map{S * Eigen::Vector3d(1.05, 0.8, 0.5).asDiagonal() * S.inverse()};
  auto const found = analysis::lyapunov_exponents(map, Eigen::VectorXd::Zero(3), {.n_steps = 5000});
  CHECK(found.values[0] == Approx(std::log(1.05)).margin(1e-3));
  CHECK(found.values[1] == Approx(std::log(0.8)).margin(1e-3));
  CHECK(found.values[2] == Approx(std::log(0.5)).margin(1e-3));
  auto const first = analysis::lyapunov_exponents(map, Eigen::VectorXd::Zero(3), {.n_exponents = 1, .n_steps = 5000});
  CHECK(first.values[0] == Approx(std::log(1.05)).margin(1e-3));
}

TEST_CASE("a direction that is lost has the exponent -inf", "[rate]") {
  Linear const map{(Eigen::Matrix2d() << 0.5, 0.1, 0, 0).finished()};
  auto const found = analysis::lyapunov_exponents(map, Eigen::VectorXd::Zero(2), {.n_steps = 100});
  CHECK(found.values[0] == Approx(std::log(0.5)).margin(0.02));
  CHECK(found.values[1] < -300);
}

TEST_CASE("the conditional exponent of a linear response is the logarithm of its radius", "[rate]") {
  rate::Network<rate::activations::Linear> const net((Eigen::Matrix2d() << 0.6, 0.2, 0.2, 0.6).finished(),
                                                     Eigen::Vector2d(1, 0));
  Eigen::MatrixXd const u = Eigen::MatrixXd::Random(1, 400);
  double const found = analysis::conditional_exponent(net, Eigen::VectorXd::Zero(2), u, 0.5, 50);
  CHECK(found == Approx(std::log(0.8) / 0.5).epsilon(1e-9));
}

TEST_CASE("analyses of maps refuse what they cannot do", "[rate]") {
  Linear const map{2 * Eigen::Matrix2d::Identity()};
  Eigen::VectorXd const x = Eigen::Vector2d(1, 1);
  CHECK(error_number([&] { analysis::lyapunov_exponents(map, x, {.n_exponents = 3}); }) == 171);
  CHECK(error_number([&] { analysis::lyapunov_exponents(map, x, {.n_steps = 5000}); }) == 172);
  CHECK(error_number([&] { analysis::fixed_points(map, {x}, {.tolerance = 0}); }) == 170);
  CHECK(error_number([&] { analysis::basin_depth(map, x, {.n_kicks = 0}); }) == 173);
}

TEST_CASE("a Lyapunov function that rises is found out", "[rate]") {
  CHECK(analysis::largest_rise(std::vector<double>{3, 2, 2, 1}) == 0);
  CHECK(analysis::largest_rise(std::vector<double>{3, 2, 2.5, 1}) == 0.5);
}

#include <dynvision/analysis/statistics/spin_test.hpp>

#include "rate/error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>
#include <numbers>

using namespace dynvision::analysis;
using Catch::Approx;

namespace {

// Evenly over a sphere (golden spiral).
Eigen::MatrixXd sphere(Eigen::Index n) {
  Eigen::MatrixXd at(n, 3);
  for (Eigen::Index i = 0; i < n; ++i) {
    double const z = 1 - (2 * static_cast<double>(i) + 1) / static_cast<double>(n), r = std::sqrt(1 - z * z);
    double const angle = static_cast<double>(i) * std::numbers::pi * (3 - std::sqrt(5.0));
    at.row(i) << r * std::cos(angle), r * std::sin(angle), z;
  }
  return at;
}
Eigen::MatrixXd nearness(Eigen::MatrixXd const& at) {
  Eigen::MatrixXd w = ((at * at.transpose()).array() - 1).exp().pow(8);
  w.diagonal().setZero();
  return w;
}
// A smooth map: waves in random directions.
std::vector<double> smooth(Eigen::MatrixXd const& at, std::uint64_t seed) {
  std::vector<double> x(static_cast<std::size_t>(at.rows()), 0);
  for (std::uint64_t k = 0; k < 6; ++k) {
    DrawStream const draws(seed, k);
    Eigen::Vector3d const direction(draws.normal(0), draws.normal(1), draws.normal(2));
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] += std::sin(1.5 * at.row(static_cast<Eigen::Index>(i)).dot(direction) + 6.3 * draws.uniform(3));
    }
  }
  return x;
}

}  // namespace

TEST_CASE("spatial autocorrelation in closed form", "[measures]") {
  Eigen::MatrixXd ring = Eigen::MatrixXd::Zero(8, 8);
  for (Eigen::Index i = 0; i < 8; ++i) ring(i, (i + 1) % 8) = ring((i + 1) % 8, i) = 1;
  CHECK(morans_i(std::vector<double>{1, -1, 1, -1, 1, -1, 1, -1}, ring) == Approx(-1));
  CHECK(morans_i(std::vector<double>{1, 1, 1, 1, 0, 0, 0, 0}, ring) == Approx(0.5));
  CHECK(std::isnan(morans_i(std::vector<double>(8, 2.0), ring)));
}

TEST_CASE("rotations are rotations, in all directions alike", "[measures]") {
  Eigen::Vector3d mean = Eigen::Vector3d::Zero();
  Eigen::Matrix3d second = Eigen::Matrix3d::Zero();
  for (std::uint64_t k = 0; k < 2000; ++k) {
    Eigen::Matrix3d const R = random_rotation(4, k);
    if (k < 20) {
      CHECK((R * R.transpose() - Eigen::Matrix3d::Identity()).norm() < 1e-14);
      CHECK(R.determinant() == Approx(1));
    }
    Eigen::Vector3d const z = R.col(2);
    mean += z / 2000, second += z * z.transpose() / 2000;
  }
  CHECK(mean.norm() < 0.05);
  CHECK((second - Eigen::Matrix3d::Identity() / 3).norm() < 0.03);
}

TEST_CASE("spun maps are as smooth as the map, shuffled ones are not", "[measures]") {
  Eigen::MatrixXd const at = sphere(200), w = nearness(at);
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    std::vector<double> const x = smooth(at, seed);
    double const own = morans_i(x, w);
    std::vector<double> of_spun;
    for (std::uint64_t k = 0; k < 100; ++k) {
      std::vector<double> turned;
      for (std::size_t const from : spun(at, random_rotation(seed, k))) turned.push_back(x[from]);
      of_spun.push_back(morans_i(turned, w));
    }
    CAPTURE(seed, own);
    CHECK(own > 0.2);
    CHECK(quantile(of_spun, 0.5) == Approx(own).epsilon(0.1));
  }
}

TEST_CASE("smooth maps that have nothing to do with each other are told apart from those that have", "[measures]") {
  Eigen::MatrixXd const at = sphere(100);
  SpinSettings const settings{.n_rotations = 200, .seed = 5};
  std::vector<double> const x = smooth(at, 11);
  SpinTest const same = spin_test(x, x, 50 * at, settings);
  CHECK(same.rho == Approx(1));
  CHECK(same.p == Approx(1.0 / 201));
  CHECK(spin_test(x, x, at, settings).null == same.null);  // lengths do not matter
  int below = 0;
  for (std::uint64_t k = 0; k < 20; ++k) below += spin_test(x, smooth(at, 100 + k), at, settings).p < 0.05;
  CHECK(below <= 4);  // 1 is expected; a test that takes the places for independent says so of most
}

TEST_CASE("maps that do not lie on the sphere are refused", "[measures]") {
  Eigen::MatrixXd const at = sphere(4);
  std::vector<double> const x{1, 2, 3, 4}, few{1, 2, 3}, odd{1, 2, 3, NAN};
  CHECK(error_number([&] { spin_test(x, few, at); }) == 183);
  CHECK(error_number([&] { spin_test(x, odd, at); }) == 183);
  CHECK(error_number([&] { spin_test(x, x, Eigen::MatrixXd::Zero(4, 3)); }) == 183);
  CHECK(error_number([&] { spin_test(x, x, at, {.n_rotations = 0}); }) == 183);
  CHECK(error_number([&] { morans_i(x, Eigen::MatrixXd::Ones(3, 3)); }) == 183);
}

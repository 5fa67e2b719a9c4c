// covers: rate/reservoirs.hpp
// covers: rate/reservoir/scaling.hpp, rate/reservoir/readout.hpp, rate/reservoir/memory.hpp, rate/reservoir/force.hpp
#include <dynvision/rate/reservoir/force.hpp>
#include <dynvision/rate/reservoir/memory.hpp>
#include <dynvision/rate/reservoir/scaling.hpp>
#include <dynvision/rate/systems/network.hpp>

#include "../error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace dynvision;
using Catch::Approx;
using Linear = rate::Network<rate::activations::Linear>;
using Net = rate::Network<>;

namespace {

double median(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  return (x[x.size() / 2] + x[(x.size() - 1) / 2]) / 2;
}
Eigen::MatrixXd gaussian(Eigen::Index n, double radius, std::uint64_t seed) {
  return rate::scale_to_radius(rate::normal_matrix(n, n, {seed, 0}), radius);
}

}  // namespace

TEST_CASE("weights are scaled to a radius or a norm", "[rate]") {
  Eigen::MatrixXd const A = rate::normal_matrix(30, 30, {1, 0});
  CHECK(rate::spectral_radius(rate::scale_to_radius(A, 0.9)) == Approx(0.9).epsilon(1e-10));
  CHECK(rate::spectral_norm(rate::scale_to_norm(A, 0.9)) == Approx(0.9).epsilon(1e-10));
  CHECK(rate::spectral_norm(rate::orthogonal_matrix(20, {1, 0})) == Approx(1).epsilon(1e-10));
  CHECK(rate::scale_to_radius(A, 0).norm() == 0);
}

TEST_CASE("a nilpotent matrix has no radius to be scaled", "[rate]") {
  CHECK(rate::spectral_radius(rate::delay_line(20)) == 0);
  CHECK(error_number([] { rate::scale_to_radius(rate::delay_line(20), 0.9); }) == 230);
  CHECK(rate::spectral_norm(rate::scale_to_norm(rate::delay_line(20), 0.9)) == Approx(0.9));
  Eigen::Matrix2d hidden;
  hidden << 1, 1, -1, -1;
  CHECK(error_number([&] { rate::scale_to_radius(hidden, 0.9); }) == 230);
  CHECK(error_number([] { rate::scale_to_norm(Eigen::MatrixXd::Zero(3, 3), 0.9); }) == 230);
  CHECK(error_number([] { rate::scale_to_radius(Eigen::MatrixXd::Zero(3, 2), 0.9); }) == 231);
  CHECK(error_number([] { rate::scale_to_radius(Eigen::MatrixXd::Constant(3, 3, NAN), 0.9); }) == 231);
}

TEST_CASE("the lag basis of two neurons: what of three inputs can be told apart", "[rate]") {
  Eigen::Matrix2d M;
  M << 0.2, 1, -1, 0.2;
  struct Row {
    double strength, first, second;
  };
  for (Row const& row : {Row{0, 1.04, 0}, Row{0.3, 1.05, 0.32}, Row{0.9, 1.34, 0.99}}) {
    Linear const net(row.strength * M, Eigen::Vector2d(1, 0.3));
    Eigen::MatrixXd const basis = rate::lag_basis(net, Eigen::Vector2d(0, 0), Eigen::MatrixXd::Zero(1, 3), 3);
    Eigen::MatrixXd const squared = basis * basis.transpose();
    Eigen::VectorXd const sigma =
        squared.selfadjointView<Eigen::Lower>().eigenvalues().cwiseMax(0).cwiseSqrt().reverse();
    CHECK(sigma[0] == Approx(row.first).margin(0.005));
    CHECK(sigma[1] == Approx(row.second).margin(0.005));
    Eigen::MatrixXd powers(2, 3);
    powers << net.B, net.A * net.B, net.A * net.A * net.B;
    CHECK((basis - powers).norm() < 1e-15);
  }
}

TEST_CASE("the lag basis is the derivative of the state by past inputs", "[rate]") {
  Net const net(gaussian(12, 1.1, 2), rate::normal_matrix(12, 2, {2, 1}), rate::normal_matrix(12, 1, {2, 2}), 0.7);
  Eigen::MatrixXd const u = rate::normal_matrix(2, 9, {2, 3});
  Eigen::VectorXd const r = rate::normal_matrix(12, 1, {2, 4});
  Eigen::MatrixXd const basis = rate::lag_basis(net, r, u, 6);
  auto const end = [&](Eigen::MatrixXd const& inputs) {
    return Eigen::VectorXd(rate::states_of(net, inputs, {.start = r}).rightCols(1));
  };
  for (Eigen::Index k = 0; k < 6; ++k) {
    for (Eigen::Index i = 0; i < 2; ++i) {
      Eigen::MatrixXd above = u, below = u;
      above(i, 8 - k) += 1e-5, below(i, 8 - k) -= 1e-5;
      CHECK((basis.col(2 * k + i) - (end(above) - end(below)) / 2e-5).norm() < 1e-6);
    }
  }
}

TEST_CASE("ridge solves its normal equations and leaves the reservoir alone", "[rate]") {
  Net const net(gaussian(50, 0.9, 3), rate::uniform_matrix(50, 2, {3, 1}, -1, 1));
  Net const before = net;
  Eigen::MatrixXd const u = rate::uniform_matrix(2, 700, {3, 2}, -1, 1);
  Eigen::MatrixXd const R = rate::states_of(net, u, {.washout = 100, .bias = true, .inputs = true});
  REQUIRE(R.rows() == 53);
  CHECK(R.row(52).minCoeff() == 1);
  CHECK(R.middleRows(50, 2) == u.rightCols(600));
  Eigen::MatrixXd const Y = rate::normal_matrix(3, 600, {3, 3});
  for (double const lambda : {1e-6, 1e-2, 1.0}) {
    Eigen::MatrixXd const W = rate::ridge(R, Y, lambda);
    Eigen::MatrixXd const left =
        W * (R * R.transpose() + lambda * Eigen::MatrixXd::Identity(53, 53)) - Y * R.transpose();
    CHECK(left.norm() <= 1e-10 * (Y * R.transpose()).norm());
  }
  CHECK(net.A == before.A);
  CHECK(net.B == before.B);
  CHECK(net.d == before.d);
}

TEST_CASE("recursive least squares end where ridge does", "[rate]") {
  Eigen::MatrixXd const R = rate::normal_matrix(20, 300, {4, 0}), Y = rate::normal_matrix(2, 300, {4, 1});
  rate::RecursiveLeastSquares online(20, 2, 0.5);
  for (Eigen::Index t = 0; t < 300; ++t) online.update(R.col(t), Y.col(t));
  CHECK((online.weights() - rate::ridge(R, Y, 0.5)).norm() < 1e-12);
}

TEST_CASE("least squares below rcond leave directions out", "[rate]") {
  Eigen::MatrixXd R = rate::normal_matrix(4, 30, {5, 0});
  R.row(3) = R.row(2);
  Eigen::MatrixXd const W = rate::least_squares_readout(R, R.row(2));
  CHECK(W(0, 2) == Approx(0.5));
  CHECK(W(0, 3) == Approx(0.5));
  CHECK(rate::least_squares_readout(Eigen::MatrixXd::Zero(4, 30), R.row(2)).norm() == 0);
}

TEST_CASE("a reservoir of radius 0.9 forgets where it began, one of 1.5 does not", "[rate]") {
  auto const apart = [](double radius) {
    Net const net(gaussian(100, radius, 6), Eigen::MatrixXd::Zero(100, 1));
    Eigen::VectorXd a = rate::normal_matrix(100, 1, {6, 1}), b = rate::normal_matrix(100, 1, {6, 2});
    for (int t = 0; t < 500; ++t) a = net.step(a, Eigen::VectorXd::Zero(1)), b = net.step(b, Eigen::VectorXd::Zero(1));
    return (a - b).norm();
  };
  CHECK(apart(0.9) < 1e-10);
  CHECK(apart(1.5) > 0.1);
}

TEST_CASE("memory capacity: N for a delay line, never more", "[rate]") {
  Eigen::MatrixXd first = Eigen::MatrixXd::Zero(20, 1);
  first(0, 0) = 1;
  auto const line = rate::memory_capacity(Linear(rate::delay_line(20), first));
  CHECK(line.total == Approx(20).margin(0.1));
  CHECK(line.by_delay[19] == Approx(1));
  CHECK(line.by_delay[20] < 0.01);
  Eigen::MatrixXd const B = rate::normal_matrix(20, 1, {7, 1}), weak = 0.1 * B;
  rate::MemorySettings const far{.n_delays = 60};
  double const orthogonal = rate::memory_capacity(Linear(0.95 * rate::orthogonal_matrix(20, {7, 0}), B), far).total;
  double const linear = rate::memory_capacity(Linear(gaussian(20, 0.9, 7), B), far).total;
  double const bent = rate::memory_capacity(Net(gaussian(20, 0.9, 7), weak), far).total;
  CAPTURE(orthogonal, linear, bent);
  CHECK(orthogonal > 18);
  CHECK(linear > 17);
  CHECK(std::max(orthogonal, linear) <= 20.1);
  CHECK(bent < linear);
}

TEST_CASE("delayed recall of 50 neurons needs weights that are neither weak nor strong", "[rate]") {
  auto const recall = [](double radius) {
    std::vector<double> nmse, peak;
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Net const net(gaussian(50, radius, seed), rate::normal_matrix(50, 1, {seed, 1}));
      auto const one = rate::delayed_recall(net);
      nmse.push_back(one.nmse), peak.push_back(one.peak);
    }
    return std::pair{median(nmse), median(peak)};
  };
  CHECK(recall(0).first == Approx(1).margin(1e-12));
  CHECK(recall(0.95).first < 0.02);
  CHECK(recall(0.95).second > 0.98);
  auto const strong = recall(1.2), chaotic = recall(1.6);
  CAPTURE(strong.first, chaotic.first);
  CHECK(strong.first == Approx(0.2).margin(0.1));
  CHECK(chaotic.first == Approx(0.45).margin(0.1));
}

TEST_CASE("FORCE: a reservoir goes on with a wave that it was taught", "[rate]") {
  std::vector<double> errors;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    Net const net(gaussian(200, 1.3, seed), rate::uniform_matrix(200, 1, {seed, 1}, -1, 1), Eigen::VectorXd::Zero(200),
                  0.3);
    rate::Force<Net> force(net, 1, 1.0, rate::normal_matrix(200, 1, {seed, 2}));
    auto const wave = [](int t) {
      return Eigen::VectorXd::Constant(1, std::sin(0.2 * t) * 0.7 + 0.3 * std::cos(0.4 * t));
    };
    for (int t = 0; t < 2000; ++t) force.learn({}, wave(t));
    double error = 0;
    for (int t = 2000; t < 2300; ++t) error += std::pow(force.run({})[0] - wave(t)[0], 2) / 300;
    errors.push_back(std::sqrt(error));
  }
  CHECK(median(errors) < 0.05);
}

TEST_CASE("reservoirs refuse what does not fit", "[rate]") {
  Net const net(gaussian(5, 0.9, 8), rate::normal_matrix(5, 1, {8, 1}));
  Eigen::MatrixXd const u = Eigen::MatrixXd::Zero(1, 10);
  CHECK(error_number([&] { rate::states_of(net, u, {.washout = 10}); }) == 232);
  CHECK(error_number([&] { rate::states_of(net, Eigen::MatrixXd::Zero(2, 10)); }) == 232);
  CHECK(error_number([&] { rate::ridge(u, Eigen::MatrixXd::Zero(1, 9), 1); }) == 233);
  CHECK(error_number([&] { rate::ridge(u, u, 0); }) == 233);
  CHECK(error_number([&] { rate::RecursiveLeastSquares(3, 1, 0); }) == 233);
  CHECK(error_number([&] { rate::Force<Net>(net, 2, 1.0); }) == 233);
  CHECK(error_number([&] { rate::lag_basis(net, Eigen::VectorXd::Zero(5), u, 11); }) == 234);
  CHECK(error_number([&] { rate::memory_capacity(net, {.n_delays = 40, .washout = 3}); }) == 234);
  CHECK(error_number([&] { rate::delayed_recall(net, {.n_steps = 10}); }) == 234);
}

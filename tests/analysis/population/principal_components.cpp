#include <dynvision/analysis/population/principal_components.hpp>

#include "draws.hpp"
#include "rate/error_number.hpp"
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>

#include <cmath>

using namespace dynvision::analysis;
using Catch::Approx;

TEST_CASE("principal components of an ellipse", "[measures]") {
  std::vector<double> x;  // a of 4 cos along (3,4)/5, of sin across it, around (10,20)
  int const n = 100;
  for (int i = 0; i < n; ++i) {
    double const along = 4 * std::cos(2 * 3.14159265358979323846 * i / n),
                 across = std::sin(2 * 3.14159265358979323846 * i / n);
    x.push_back(10 + 0.6 * along - 0.8 * across), x.push_back(20 + 0.8 * along + 0.6 * across);
  }
  PrincipalComponents const found = principal_components({x, 2}, 2);
  CHECK(found.mean[0] == Approx(10));
  CHECK(found.components(0, 0) == Approx(0.6));
  CHECK(found.components(1, 0) == Approx(0.8));
  CHECK(std::abs(found.components(0, 1)) == Approx(0.8));
  CHECK(found.variance[0] == Approx(16 * 50.0 / 99));
  CHECK(found.share[1] == Approx(1.0 / 17));
  PatternMatrix const scores = found.scores({x, 2});
  CHECK(scores(0, 0) == Approx(4));
  CHECK(scores.col(1).squaredNorm() == Approx(50));
}

TEST_CASE("few patterns of many features have the components that many of few have", "[measures]") {
  std::size_t const n = 6, p = 15;
  std::vector<double> const x = normal_draws(n * p, 3);
  PrincipalComponents const dual = principal_components({x, p}, 6);
  PatternMatrix const around = centred(Patterns{x, p}.matrix());
  Eigen::MatrixXd const V = dual.components.leftCols(5);  // six patterns span five directions
  CHECK((V.transpose() * V - Eigen::MatrixXd::Identity(5, 5)).norm() < 1e-12);
  CHECK((around * V * V.transpose() - around).norm() < 1e-12);
  CHECK(dual.components.col(5).norm() == 0);
  CHECK(dual.variance[5] < 1e-12);
  Eigen::MatrixXd const covariance = around.transpose() * around / 5;
  for (Eigen::Index k = 0; k < 5; ++k) {
    CHECK((covariance * V.col(k) - dual.variance[static_cast<std::size_t>(k)] * V.col(k)).norm() < 1e-10);
    CHECK(V.col(k).maxCoeff() == Approx(V.col(k).cwiseAbs().maxCoeff()));
  }
  std::vector<double> const same(12, 0.1);
  CHECK(principal_components({same, 3}, 2).components.norm() == 0);
}

TEST_CASE("components that cannot be are refused", "[measures]") {
  std::vector<double> x(12, 1.0);
  CHECK(error_number([&] { principal_components({x, 3}, 0); }) == 133);
  CHECK(error_number([&] { principal_components({x, 3}, 4); }) == 133);
  CHECK(error_number([&] { principal_components({x, 12}, 1); }) == 133);
  CHECK(error_number([&] { principal_components({x, 5}, 1); }) == 124);
  CHECK(error_number([&] { principal_components({x, 3}, 2).scores({x, 4}); }) == 133);
  x[3] = NAN;
  CHECK(error_number([&] { principal_components({x, 3}, 2); }) == 133);
}

// spin_test: whether two maps of the cortex agree more than maps with the same smoothness would: the sphere on which one of them lies
// is turned at random, and each place takes the value of the nearest one.
//
//   SpinTest const t = spin_test(timescales, axis, places);        places (N,3), around the centre of the sphere, of any lengths
//   t.rho, t.p                                                     Spearman, two-sided: (1 + #{|rho_k| >= |rho|})/(1 + n)
//   morans_i(x, weights)        spatial autocorrelation: sum w_ij z_i z_j/sum z_i^2 n/sum w_ij          Moran 1950
//
// Maps of one hemisphere; of both, place them on one sphere each and turn them apart (rotations with the same seed).
// Source: Alexander-Bloch et al. 2018, "On testing for spatial correspondence between maps of human brain structure and function".
// Errors: analysis.183.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/statistics/draws.hpp>
#include <dynvision/core/error.hpp>

#include <Eigen/Core>
#include <Eigen/Geometry>

#include <cstdint>

namespace dynvision::analysis {

struct SpinSettings {
  int n_rotations = 1000;
  std::uint64_t seed = 0;
};

struct SpinTest {
  double rho = not_defined, p = not_defined;
  std::vector<double> null{};  // rho of each rotation
};

// Even over all rotations: four normal numbers are the direction of a quaternion.
inline Eigen::Matrix3d random_rotation(std::uint64_t seed, std::uint64_t number) {
  DrawStream const draws(seed, number);
  Eigen::Vector4d const q(draws.normal(0), draws.normal(1), draws.normal(2), draws.normal(3));
  return Eigen::Quaterniond(q.normalized()).toRotationMatrix();
}

namespace statistics {

inline Eigen::MatrixXd directions(Eigen::MatrixXd const& places) {
  if (places.cols() != 3 || places.rows() < 2 || !places.allFinite() || !(places.rowwise().norm().minCoeff() > 0)) {
    fail("analysis", 183,
         {"places ", places.rows(), " x ", places.cols(),
          " on a sphere: expected N x 3 finite numbers, none of them its centre"});
  }
  return places.rowwise().normalized();
}

}  // namespace statistics

// For each place the number of the one that a rotation brings nearest to it.
inline std::vector<std::size_t> spun(Eigen::MatrixXd const& places, Eigen::Matrix3d const& rotation) {
  Eigen::MatrixXd const at = statistics::directions(places), turned = at * rotation.transpose();
  std::vector<std::size_t> from(static_cast<std::size_t>(at.rows()));
  for (Eigen::Index i = 0; i < at.rows(); ++i) {
    Eigen::Index nearest = 0;
    (turned * at.row(i).transpose()).maxCoeff(&nearest);
    from[static_cast<std::size_t>(i)] = static_cast<std::size_t>(nearest);
  }
  return from;
}

inline SpinTest spin_test(std::span<double const> x, std::span<double const> y, Eigen::MatrixXd const& places,
                          SpinSettings const& settings = {}) {
  if (x.size() != y.size() || places.rows() != static_cast<Eigen::Index>(x.size()) || settings.n_rotations < 1 ||
      has_nan(x) || has_nan(y)) {
    fail("analysis", 183,
         {"maps of ", x.size(), " and ", y.size(), " numbers at ", places.rows(), " places, ", settings.n_rotations,
          " rotations: expected finite numbers, one for each place, and at least one rotation"});
  }
  SpinTest test{.rho = spearman(x, y)};
  std::vector<double> turned(x.size());
  int as_large = 0;
  for (int k = 0; k < settings.n_rotations; ++k) {
    std::vector<std::size_t> const from = spun(places, random_rotation(settings.seed, static_cast<std::uint64_t>(k)));
    for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = x[from[i]];
    test.null.push_back(spearman(turned, y));
    as_large += std::abs(test.null.back()) >= std::abs(test.rho);
  }
  test.p = (1.0 + as_large) / (1.0 + settings.n_rotations);
  return test;
}

inline double morans_i(std::span<double const> x, Eigen::MatrixXd const& weights) {
  auto const n = static_cast<Eigen::Index>(x.size());
  if (weights.rows() != n || weights.cols() != n || n < 2 || has_nan(x)) {
    fail("analysis", 183,
         {"spatial autocorrelation of ", n, " numbers with ", weights.rows(), " x ", weights.cols(),
          " weights: expected N finite numbers and N x N weights"});
  }
  Eigen::VectorXd z = Eigen::Map<Eigen::VectorXd const>(x.data(), n);
  z.array() -= z.mean();
  return ratio(z.dot(weights * z), z.squaredNorm()) * ratio(static_cast<double>(n), weights.sum());
}

}  // namespace dynvision::analysis

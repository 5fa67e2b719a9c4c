// Principal components: the directions in which the patterns of a population vary most, and their courses along them.
//
//   X - mean = U S V^T        components: columns of V; variance s^2/(N - 1); scores (x - mean) V
//
//   PrincipalComponents const found = principal_components({numbers, n_units}, 3);
//   found.scores({numbers, n_units})        (N,3)        found.share[0]: of the variance that the first one holds
//
// By the smaller of P x P and N x N. The largest entry of each component is positive, so that the same patterns give the same signs.
// Errors: analysis.133.
#pragma once
#include <dynvision/analysis/population/patterns.hpp>

#include <Eigen/Eigenvalues>

#include <algorithm>

namespace dynvision::analysis {

struct PrincipalComponents {
  Eigen::RowVectorXd mean{};                // (P)
  Eigen::MatrixXd components{};             // (P,k), orthonormal; 0 where there is no variance left
  std::vector<double> variance{}, share{};  // (k), descending; of the whole

  PatternMatrix scores(Patterns const& x) const {
    x.check("patterns");
    if (static_cast<Eigen::Index>(x.n_features) != mean.size()) {
      fail("analysis", 133,
           {"patterns of ", x.n_features, " features along components of ", mean.size(), ": expected as many"});
    }
    return (x.matrix().rowwise() - mean) * components;
  }
};

inline PrincipalComponents principal_components(Patterns const& x, std::size_t n_components) {
  x.check("patterns");
  std::size_t const most = std::min(x.size(), x.n_features);
  if (n_components < 1 || n_components > most || x.size() < 2 || !x.matrix().allFinite()) {
    fail("analysis", 133,
         {n_components, " principal components of ", x.size(), " patterns of ", x.n_features,
          " features: expected 1 to ", most, ", and at least two patterns of finite numbers"});
  }
  PatternMatrix const around = centred(x.matrix());
  bool const dual = around.cols() > around.rows();
  Eigen::MatrixXd const gram =
      dual ? Eigen::MatrixXd(around * around.transpose()) : Eigen::MatrixXd(around.transpose() * around);
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(gram);  // ascending
  PrincipalComponents found{
      .mean = x.matrix().colwise().mean(),
      .components = Eigen::MatrixXd::Zero(around.cols(), static_cast<Eigen::Index>(n_components))};
  double const whole = gram.trace(), n = static_cast<double>(x.size() - 1);
  for (std::size_t k = 0; k < n_components; ++k) {
    Eigen::Index const from = gram.rows() - 1 - static_cast<Eigen::Index>(k);
    double const square = std::max(0.0, solver.eigenvalues()[from]);
    found.variance.push_back(square / n), found.share.push_back(whole > 0 ? square / whole : 0);
    if (!(square > 1e-14 * whole)) continue;
    Eigen::VectorXd v = solver.eigenvectors().col(from);
    if (dual) v = (around.transpose() * v).normalized();
    Eigen::Index largest = 0;
    v.cwiseAbs().maxCoeff(&largest);
    found.components.col(static_cast<Eigen::Index>(k)) = v[largest] < 0 ? Eigen::VectorXd(-v) : v;
  }
  return found;
}

}  // namespace dynvision::analysis

// Dimensionality: over how many directions the patterns of a population vary.
//
//   participation ratio   PR = (sum lambda)^2 / sum lambda^2, lambda the eigenvalues of the covariance over samples (n - 1), or of the
//                         correlation: k for k equal variances
//   components            how many of the largest eigenvalues hold 90 % of their sum
//
//   Dimensionality const d = dimensionality({patterns, n_features});
//   CovarianceSum sum(64);  sum.add({rows, 64});  ...;  dimensionality(sum);        batch by batch, in P^2 numbers
//
// Eigenvalues are those of the smaller of P x P and N x N; in descending order. Of correlations, features without variance are left
// out. nan: fewer than two samples, no variance, or numbers that are not finite.
// Source: Gao et al. 2017, "A theory of multineuronal dimensionality, dynamics and measurement"; Chan, Golub & LeVeque 1983 (batches).
// Errors: analysis.124, 132.
#pragma once
#include <dynvision/analysis/described.hpp>
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/population/patterns.hpp>

#include <Eigen/Eigenvalues>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <vector>

namespace dynvision::analysis {

struct Dimensionality {
  double participation_ratio = not_defined, n_components_90 = not_defined;
  std::vector<double> eigenvalues{};  // descending, as many as there can be above 0
};

inline constexpr std::array<Described<Dimensionality>, 2> dimensionality_numbers{{
    {"participation_ratio", "", "number of directions of equal variance",
     [](Dimensionality const& x) { return x.participation_ratio; }},
    {"n_components_90", "", "directions that hold 90 % of the variance",
     [](Dimensionality const& x) { return x.n_components_90; }},
}};

enum class Spread { covariance, correlation };

// Sums of patterns, from which their covariance comes.
class CovarianceSum {
 public:
  explicit CovarianceSum(std::size_t n_features)
      : mean_(Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(n_features))),
        scatter_(Eigen::MatrixXd::Zero(mean_.size(), mean_.size())) {
    if (n_features == 0) fail("analysis", 132, "a covariance of no features: expected at least one");
  }
  void add(Patterns const& batch) {
    batch.check("samples");
    if (static_cast<Eigen::Index>(batch.n_features) != mean_.size()) {
      fail("analysis", 132,
           {"samples of ", batch.n_features, " features for a covariance of ", mean_.size(), ": expected as many"});
    }
    PatternMatrix const x = batch.matrix();
    Eigen::RowVectorXd const mean = x.colwise().mean();
    PatternMatrix const around = x.rowwise() - mean;
    double const n = static_cast<double>(x.rows()), all = n_ + n;
    Eigen::RowVectorXd const apart = mean - mean_;
    scatter_.noalias() += around.transpose() * around;
    scatter_.noalias() += apart.transpose() * apart * (n_ * n / all);
    mean_ += apart * (n / all), n_ = all;
  }
  double n_samples() const { return n_; }
  Eigen::MatrixXd covariance() const { return scatter_ / (n_ - 1); }

 private:
  double n_ = 0;
  Eigen::RowVectorXd mean_;
  Eigen::MatrixXd scatter_;
};

namespace population {

inline Dimensionality of_eigenvalues(Eigen::MatrixXd const& symmetric, std::size_t n_above_0) {
  if (!symmetric.allFinite() || !(symmetric.trace() > 0)) return {};
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> const solver(symmetric, Eigen::EigenvaluesOnly);
  if (solver.info() != Eigen::Success) return {};  // nan says that it has not converged
  Dimensionality d;
  Eigen::VectorXd const& found = solver.eigenvalues();
  d.eigenvalues.assign(found.data(), found.data() + found.size());
  std::sort(d.eigenvalues.begin(), d.eigenvalues.end(), std::greater<>());
  d.eigenvalues.resize(std::min(d.eigenvalues.size(), n_above_0));
  double sum = 0, squares = 0, held = 0;
  for (double const x : d.eigenvalues) sum += x, squares += x * x;
  d.participation_ratio = sum * sum / squares;
  d.n_components_90 = 0;
  for (double const x : d.eigenvalues) {
    if (held >= 0.9 * sum) break;
    held += x, d.n_components_90 += 1;
  }
  return d;
}

}  // namespace population

inline Dimensionality dimensionality(Patterns const& patterns, Spread spread = Spread::covariance) {
  patterns.check("samples");
  if (patterns.size() < 2 || !patterns.matrix().allFinite()) return {};
  PatternMatrix x = centred(patterns.matrix());
  if (spread == Spread::correlation) {
    Eigen::RowVectorXd const norm = x.colwise().norm();
    for (Eigen::Index j = 0; j < x.cols(); ++j) {
      if (norm[j] > 0) x.col(j) *= std::sqrt(static_cast<double>(x.rows() - 1)) / norm[j];
    }
  }
  Eigen::MatrixXd smaller =
      x.cols() <= x.rows() ? Eigen::MatrixXd(x.transpose() * x) : Eigen::MatrixXd(x * x.transpose());
  smaller /= static_cast<double>(x.rows() - 1);
  return population::of_eigenvalues(smaller, static_cast<std::size_t>(std::min(x.rows(), x.cols())));
}

inline Dimensionality dimensionality(CovarianceSum const& sum, Spread spread = Spread::covariance) {
  if (sum.n_samples() < 2) return {};
  Eigen::MatrixXd covariance = sum.covariance();
  if (spread == Spread::correlation) {
    Eigen::ArrayXd const sd = covariance.diagonal().array().sqrt();
    Eigen::VectorXd const scale = (sd > 0).select(1 / sd, 0);
    covariance = scale.asDiagonal() * covariance * scale.asDiagonal();
  }
  return population::of_eigenvalues(covariance, static_cast<std::size_t>(covariance.rows()));
}

}  // namespace dynvision::analysis

// Centred kernel alignment (CKA): how alike two populations represent the same samples, whatever rotation and scale their units have.
//
//   linear      |Y^T X|_F^2 / (|X^T X|_F |Y^T Y|_F), columns centred; biased upward where features are many
//   debiased    HSIC_1(K,L) / sqrt(HSIC_1(K,K) HSIC_1(L,L)), K = X X^T and L = Y Y^T with a diagonal of 0
//   HSIC_1(K,L) = [tr KL + 1'K1 1'L1 / ((n-1)(n-2)) - 2 1'KL1 / (n-2)] / (n (n-3)), n >= 4
//
//   double const a = linear_cka({x, 64}, {y, 128}), b = debiased_cka({x, 64}, {y, 128});
//   BatchedAlignment sums(3, 32);                                  // three populations, HSIC_1 summed over batches of 32 samples
//   for (...) sums.add({x_rows, y_rows, z_rows});                  // any number of samples at a time
//   double const c = sums.cka(0, 1), d = sums.linear_cka(0, 1);     // debiased, linear: over the full batches
//
// Batches keep memory independent of the number of samples; their sums of HSIC_1 have the same expectation, linear CKA is more biased
// the smaller they are. Batches are the samples in their order; n (n + 1) / 2 numbers are held of each population for each of
// the two kinds of CKA. A number that is not finite makes nan of what it is in.
//
// Source: Kornblith et al. 2019 (linear); Song et al. 2012 (HSIC_1); Nguyen, Raghu & Kornblith 2021 (batches).
// Errors: analysis.124, 131.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/analysis/population/patterns.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace dynvision::analysis {

namespace population {

// |Y^T X|_F^2 through whichever is smaller, features or samples.
inline double squared_alignment(PatternMatrix const& x, PatternMatrix const& y) {
  double const samples = static_cast<double>(x.rows());
  if (static_cast<double>(x.cols()) * static_cast<double>(y.cols()) <= samples * samples)
    return (y.transpose() * x).squaredNorm();
  return (x * x.transpose()).cwiseProduct(y * y.transpose()).sum();
}

// K = X X^T without its diagonal, so centred that HSIC_1(K,L) is sum K_ij L_ij / (n (n - 3)) (Szekely & Rizzo 2014).
inline Eigen::MatrixXd unbiased_kernel(Eigen::MatrixXd K) {
  double const n = static_cast<double>(K.rows());
  K.diagonal().setZero();
  Eigen::VectorXd const sums = K.rowwise().sum();
  K.colwise() -= sums / (n - 2);
  K.rowwise() -= sums.transpose() / (n - 2);
  K.array() += sums.sum() / ((n - 1) * (n - 2));
  K.diagonal().setZero();
  return K;
}

// X X^T of centred columns, which leave HSIC_1 as it is.
inline Eigen::MatrixXd kernel_of(Eigen::Ref<PatternMatrix const> const& rows) {
  PatternMatrix const x = centred(rows);
  Eigen::MatrixXd K = Eigen::MatrixXd::Zero(x.rows(), x.rows());
  K.selfadjointView<Eigen::Lower>().rankUpdate(x);
  K.triangularView<Eigen::StrictlyUpper>() = K.transpose();
  return K;
}

// A symmetric matrix as one column: 2 a.b is the sum of the products of all elements of both.
inline void pack(Eigen::MatrixXd const& K, Eigen::Ref<Eigen::VectorXd> to) {
  Eigen::Index at = 0;
  for (Eigen::Index j = 0; j < K.cols(); at += K.cols() - j, ++j) {
    to.segment(at, K.cols() - j) = K.col(j).tail(K.cols() - j);
    to[at] *= std::sqrt(0.5);
  }
}

inline void check_same_samples(Patterns const& x, Patterns const& y, std::size_t fewest) {
  x.check("samples"), y.check("samples");
  if (x.size() != y.size() || x.size() < fewest) {
    fail("analysis", 131,
         {"populations of ", x.size(), " and ", y.size(), " samples: expected the same ones, ", fewest, " or more"});
  }
}

inline double alignment(double xy, double xx, double yy) {
  return xx > 0 && yy > 0 ? xy / std::sqrt(xx) / std::sqrt(yy) : not_defined;
}

}  // namespace population

inline double linear_cka(Patterns const& x, Patterns const& y) {
  population::check_same_samples(x, y, 2);
  PatternMatrix const a = centred(x.matrix()), b = centred(y.matrix());
  return population::alignment(population::squared_alignment(a, b), population::squared_alignment(a, a),
                               population::squared_alignment(b, b));
}

inline double hsic1(Patterns const& x, Patterns const& y) {
  population::check_same_samples(x, y, 4);
  double const n = static_cast<double>(x.size());
  Eigen::MatrixXd const K = population::unbiased_kernel(population::kernel_of(x.matrix()));
  return K.cwiseProduct(population::unbiased_kernel(population::kernel_of(y.matrix()))).sum() / (n * (n - 3));
}

// Sums of HSIC_1 of every population with every other one, over batches.
class BatchedAlignment {
 public:
  BatchedAlignment(std::size_t n_populations, std::size_t batch)
      : batch_(batch),
        waiting_(n_populations),
        debiased_(Eigen::MatrixXd::Zero(index(n_populations), index(n_populations))),
        linear_(debiased_) {
    if (n_populations == 0 || batch < 4)
      fail("analysis", 131,
           {n_populations, " populations in batches of ", batch,
            " samples: expected populations, and batches of 4 or more"});
  }

  // More samples, the same ones of every population.
  void add(std::vector<Patterns> const& populations) {
    if (populations.size() != waiting_.size())
      fail("analysis", 131, {populations.size(), " populations for sums of ", waiting_.size(), ": expected as many"});
    for (std::size_t k = 0; k < populations.size(); ++k) {
      population::check_same_samples(populations.front(), populations[k], 1);
      if (waiting_[k].size() > 0 && waiting_[k].cols() != index(populations[k].n_features)) {
        fail("analysis", 131,
             {"population ", k, " with ", populations[k].n_features, " features after samples of ", waiting_[k].cols(),
              ": expected as many"});
      }
    }
    for (std::size_t row = 0; row < populations.front().size();) {
      std::size_t const n = std::min(batch_ - n_waiting_, populations.front().size() - row);
      for (std::size_t k = 0; k < populations.size(); ++k) {
        if (waiting_[k].size() == 0) waiting_[k].resize(index(batch_), index(populations[k].n_features));
        waiting_[k].middleRows(index(n_waiting_), index(n)) = populations[k].matrix().middleRows(index(row), index(n));
      }
      row += n, n_waiting_ += n;
      if (n_waiting_ == batch_) full();
    }
  }

  std::size_t n_batches() const { return n_batches_; }
  // nan before the first full batch.
  double cka(std::size_t i, std::size_t j) const { return of(debiased_, i, j); }
  double linear_cka(std::size_t i, std::size_t j) const { return of(linear_, i, j); }

 private:
  static Eigen::Index index(std::size_t n) { return static_cast<Eigen::Index>(n); }
  double of(Eigen::MatrixXd const& sums, std::size_t i, std::size_t j) const {
    if (n_batches_ == 0) return not_defined;
    return population::alignment(sums(index(std::max(i, j)), index(std::min(i, j))), sums(index(i), index(i)),
                                 sums(index(j), index(j)));
  }
  void full() {
    Eigen::Index const n = index(batch_ * (batch_ + 1) / 2);
    Eigen::MatrixXd debiased(n, index(waiting_.size())), linear(n, index(waiting_.size()));
    for (std::size_t k = 0; k < waiting_.size(); ++k) {
      Eigen::MatrixXd const K = population::kernel_of(waiting_[k]);
      population::pack(K, linear.col(index(k)));
      population::pack(population::unbiased_kernel(K), debiased.col(index(k)));
    }
    debiased_.selfadjointView<Eigen::Lower>().rankUpdate(debiased.transpose(), 2);
    linear_.selfadjointView<Eigen::Lower>().rankUpdate(linear.transpose(), 2);
    n_waiting_ = 0, ++n_batches_;
  }

  std::size_t batch_, n_waiting_ = 0, n_batches_ = 0;
  std::vector<PatternMatrix> waiting_;  // (batch, P) of each population
  Eigen::MatrixXd debiased_, linear_;   // lower triangles
};

inline double debiased_cka(Patterns const& x, Patterns const& y) {
  population::check_same_samples(x, y, 4);
  BatchedAlignment all(2, x.size());
  all.add({x, y});
  return all.cka(0, 1);
}

}  // namespace dynvision::analysis

// Linear decoders of a class from the pattern of a population: ridge regression and linear discriminant analysis.
//
//   z        = (x - mean) / sd of the training set, by feature; population sd, 1 where it is 0
//   ridge    targets +1 (own class), -1 (others), centred; W = (Z^T Z + alpha I)^-1 Z^T Y, or its dual for P > N; the intercept,
//            the mean target, is not penalised
//   lda      Sigma = (1 - lambda) Sigma_w + lambda tr(Sigma_w)/P I, Sigma_w pooled over classes with 1/N;
//            score z^T Sigma^-1 mu_c - mu_c^T Sigma^-1 mu_c / 2 + ln pi_c; for P > N by Z Z^T (DualDiscriminant)
//
//   LinearDecoder const decoder(training, labels, n_classes, {.kind = DecoderKind::ridge});
//   PatternMatrix const scores = decoder.decision(test);                                     // (N,K); the largest one wins
//
// A class without a training sample has the score -infinity (lda). Where nothing varies within the classes, as before a signal
// has arrived, Sigma is 1: the nearest mean, else the most frequent class.
//
// Source: Hoerl & Kennard 1970; Friedman 1989, "Regularized discriminant analysis".
// Errors: analysis.127.
#pragma once
#include <dynvision/analysis/population/patterns.hpp>

#include <Eigen/Cholesky>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace dynvision::analysis {

enum class DecoderKind { ridge, lda };

struct DecoderSettings {
  DecoderKind kind = DecoderKind::ridge;
  double alpha = 1;        // of ridge
  double shrinkage = 0.1;  // lambda, of lda
};

struct Standardisation {
  Eigen::RowVectorXd mean{}, sd{};

  Standardisation() = default;
  explicit Standardisation(PatternMatrix const& x)
      : mean(x.colwise().mean()), sd((centred(x).colwise().squaredNorm() / static_cast<double>(x.rows())).cwiseSqrt()) {
    sd = (sd.array() == 0).select(1, sd);
  }
  PatternMatrix operator()(Eigen::Ref<PatternMatrix const> const& x) const {
    return (x.rowwise() - mean).array().rowwise() / sd.array();
  }
};

// (Z^T Z + alpha I)^-1 Z^T, by whichever of Z^T Z and Z Z^T is smaller: (P,N).
inline Eigen::MatrixXd ridge_inverse(PatternMatrix const& z, double alpha) {
  bool const dual = z.cols() > z.rows();
  Eigen::Index const n = dual ? z.rows() : z.cols();
  Eigen::MatrixXd gram = Eigen::MatrixXd::Identity(n, n) * alpha;
  if (dual) {
    gram.selfadjointView<Eigen::Lower>().rankUpdate(z);
    return z.transpose() * Eigen::LLT<Eigen::MatrixXd>(gram).solve(Eigen::MatrixXd::Identity(n, n));
  }
  gram.selfadjointView<Eigen::Lower>().rankUpdate(z.transpose());
  return Eigen::LLT<Eigen::MatrixXd>(gram).solve(z.transpose());
}

// Linear discriminant analysis by products of samples alone, G = Z Z^T (N,N): the weights are Z^T D. With A (N,K), 1/n_c for the
// samples of a class, and H, which takes the mean of its class from each row,
//
//   D = (A - H (n c/(1 - lambda) I + H G H)^-1 H G A)/c,    c = lambda tr(Sigma_w)/P                       (Woodbury)
struct DualDiscriminant {
  Eigen::MatrixXd D{};          // (N,K)
  Eigen::RowVectorXd offset{};  // (K)

  DualDiscriminant(Eigen::MatrixXd const& G, std::span<std::int64_t const> labels, Eigen::Index K, Eigen::Index P,
                   double shrinkage) {
    Eigen::Index const n = G.rows();
    Eigen::VectorXd counts = Eigen::VectorXd::Zero(K);
    auto const label = [&](Eigen::Index i) { return static_cast<Eigen::Index>(labels[static_cast<std::size_t>(i)]); };
    for (Eigen::Index i = 0; i < n; ++i) counts[label(i)] += 1;
    Eigen::MatrixXd A = Eigen::MatrixXd::Zero(n, K);
    for (Eigen::Index i = 0; i < n; ++i) A(i, label(i)) = 1 / counts[label(i)];
    auto const within = [&](Eigen::MatrixXd const& x) {  // H x
      Eigen::MatrixXd means = Eigen::MatrixXd::Zero(K, x.cols()), y = x;
      for (Eigen::Index i = 0; i < n; ++i) means.row(label(i)) += x.row(i) / counts[label(i)];
      for (Eigen::Index i = 0; i < n; ++i) y.row(i) -= means.row(label(i));
      return y;
    };
    Eigen::MatrixXd const GA = G * A, HG = within(G);
    Eigen::MatrixXd HGH = within(HG.transpose());
    double const samples = static_cast<double>(n), numbers = samples * static_cast<double>(P);
    double const variance = HGH.trace() / numbers;
    D = A;
    if (variance > std::max(1e-24, 1e-13 * G.trace() / numbers)) {  // else it is rounding
      double const c = shrinkage * variance;
      if (shrinkage < 1) {
        HGH.diagonal().array() += samples * c / (1 - shrinkage);
        D -= within(Eigen::LLT<Eigen::MatrixXd>(HGH).solve(within(GA)));
      }
      D /= c;
    }
    offset = (counts / samples).array().log().transpose() - 0.5 * (GA.cwiseProduct(D)).colwise().sum().array();
  }
};

class LinearDecoder {
 public:
  LinearDecoder(PatternMatrix const& training, std::span<std::int64_t const> labels, std::size_t n_classes,
                DecoderSettings const& settings = {})
      : scale_(training) {
    check(settings);
    PatternMatrix const z = scale_(training);
    auto const K = static_cast<Eigen::Index>(n_classes);
    if (settings.kind == DecoderKind::ridge)
      ridge(z, labels, K, settings.alpha);
    else
      discriminant(z, labels, K, settings.shrinkage);
  }

  PatternMatrix decision(Eigen::Ref<PatternMatrix const> const& x) const {
    return (scale_(x) * weights_).rowwise() + offset_;
  }

  static void check(DecoderSettings const& settings) {
    if (!(settings.alpha > 0) || !std::isfinite(settings.alpha) ||
        !(settings.shrinkage > 0 && settings.shrinkage <= 1)) {
      fail("analysis", 127,
           {"a decoder with alpha = ", settings.alpha, ", shrinkage = ", settings.shrinkage,
            ": expected a positive alpha, and a shrinkage above 0, at most 1"});
    }
  }

 private:
  void ridge(PatternMatrix const& z, std::span<std::int64_t const> labels, Eigen::Index K, double alpha) {
    Eigen::MatrixXd targets = Eigen::MatrixXd::Constant(z.rows(), K, -1);
    for (Eigen::Index i = 0; i < z.rows(); ++i) targets(i, labels[static_cast<std::size_t>(i)]) = 1;
    offset_ = targets.colwise().mean();
    targets.rowwise() -= offset_;
    weights_ = ridge_inverse(z, alpha) * targets;
  }
  void discriminant(PatternMatrix const& z, std::span<std::int64_t const> labels, Eigen::Index K, double shrinkage) {
    if (z.cols() > z.rows()) {
      DualDiscriminant const dual(z * z.transpose(), labels, K, z.cols(), shrinkage);
      weights_ = z.transpose() * dual.D, offset_ = dual.offset;
      return;
    }
    Eigen::MatrixXd means = Eigen::MatrixXd::Zero(K, z.cols());
    Eigen::VectorXd counts = Eigen::VectorXd::Zero(K);
    auto const label = [&](Eigen::Index i) { return static_cast<Eigen::Index>(labels[static_cast<std::size_t>(i)]); };
    for (Eigen::Index i = 0; i < z.rows(); ++i) means.row(label(i)) += z.row(i), counts[label(i)] += 1;
    for (Eigen::Index c = 0; c < K; ++c) means.row(c) /= std::max(1.0, counts[c]);
    PatternMatrix within = z;
    for (Eigen::Index i = 0; i < z.rows(); ++i) within.row(i) -= means.row(label(i));
    double const n = static_cast<double>(z.rows()), variance = within.squaredNorm() / n / static_cast<double>(z.cols());
    Eigen::MatrixXd sigma = Eigen::MatrixXd::Identity(z.cols(), z.cols());
    if (variance > 1e-24) {
      sigma *= shrinkage * variance;
      sigma.selfadjointView<Eigen::Lower>().rankUpdate(within.transpose(), (1 - shrinkage) / n);
    }
    weights_ = Eigen::LLT<Eigen::MatrixXd>(sigma).solve(means.transpose());
    offset_ = Eigen::RowVectorXd(K);
    for (Eigen::Index c = 0; c < K; ++c) offset_[c] = std::log(counts[c] / n) - 0.5 * means.row(c).dot(weights_.col(c));
  }

  Standardisation scale_;
  Eigen::MatrixXd weights_{};    // (P,K)
  Eigen::RowVectorXd offset_{};  // (K)
};

}  // namespace dynvision::analysis

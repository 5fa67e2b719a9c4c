// Readouts of a reservoir: linear maps of its states, fitted at once or step by step. The reservoir itself does not change.
//
//   ridge   W = Y R^T (R R^T + lambda I)^-1          R (N,T) states, Y (K,T) targets: a column for each step
//   least_squares_readout    the W of least norm that minimises |W R - Y|; directions whose pivot is below rcond of the largest are left out
//   RecursiveLeastSquares    P <- P - P r r^T P/(1 + r^T P r),  W <- W - e (P r)^T,  e = W r - y       P(0) = I/lambda
//                            after T steps the W of ridge; with feedback, FORCE learning
//
//   Eigen::MatrixXd const R = rate::states_of(net, inputs, {.washout = 100, .bias = true});
//   Eigen::MatrixXd const W = rate::ridge(R, targets, 1e-6);
//
// Source: Hoerl & Kennard 1970; Jaeger 2001; Sussillo & Abbott 2009 (FORCE).
// Errors: rate.232, 233.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Cholesky>
#include <Eigen/QR>

#include <cmath>
#include <utility>

namespace dynvision::rate {

struct StateSettings {
  Eigen::Index washout = 0;  // steps that are left out
  bool bias = false;         // a last row of 1
  bool inputs = false;       // and rows of the inputs, before it
  Eigen::VectorXd start{};   // none: zero
};

// The states r(1) ... r(T) that follow inputs u(0) ... u(T-1), a column each: (N, T - washout).
template <class N>
Eigen::MatrixXd states_of(N const& network, Eigen::MatrixXd const& inputs, StateSettings const& settings = {}) {
  Eigen::Index const n = network.size(), T = inputs.cols(), kept = T - settings.washout;
  if (settings.washout < 0 || kept < 1 || inputs.rows() != network.B.cols() ||
      (settings.start.size() != 0 && settings.start.size() != n)) {
    fail("rate", 232,
         {"states for ", inputs.rows(), " x ", T, " inputs, washout = ", settings.washout, ", start of ",
          settings.start.size(), " numbers: expected ", network.B.cols(),
          " rows, fewer steps of washout than inputs, and a start of ", n});
  }
  Eigen::Index const rows = n + (settings.inputs ? inputs.rows() : 0) + (settings.bias ? 1 : 0);
  Eigen::MatrixXd R(rows, kept);
  Eigen::VectorXd r = settings.start.size() == 0 ? Eigen::VectorXd(Eigen::VectorXd::Zero(n)) : settings.start;
  for (Eigen::Index t = 0; t < T; ++t) {
    r = network.step(r, inputs.col(t));
    if (t < settings.washout) continue;
    R.col(t - settings.washout).head(n) = r;
    if (settings.inputs) R.col(t - settings.washout).segment(n, inputs.rows()) = inputs.col(t);
    if (settings.bias) R(rows - 1, t - settings.washout) = 1;
  }
  return R;
}

inline void check_readout(Eigen::MatrixXd const& R, Eigen::MatrixXd const& Y, double lambda) {
  if (R.cols() != Y.cols() || R.size() == 0 || Y.size() == 0 || !R.allFinite() || !Y.allFinite() || !(lambda >= 0)) {
    fail("rate", 233,
         {"a readout of ", R.rows(), " x ", R.cols(), " states for ", Y.rows(), " x ", Y.cols(),
          " targets, lambda = ", lambda, ": expected finite numbers, as many steps of both, and lambda >= 0"});
  }
}

inline Eigen::MatrixXd ridge(Eigen::MatrixXd const& R, Eigen::MatrixXd const& Y, double lambda) {
  check_readout(R, Y, lambda);
  Eigen::MatrixXd gram = Eigen::MatrixXd::Identity(R.rows(), R.rows()) * lambda;
  gram.selfadjointView<Eigen::Lower>().rankUpdate(R);
  gram.triangularView<Eigen::StrictlyUpper>() = gram.transpose();
  Eigen::MatrixXd const target = R * Y.transpose();
  Eigen::LDLT<Eigen::MatrixXd> const factor(gram);
  Eigen::MatrixXd W = factor.solve(target);
  W += factor.solve(target - gram * W);  // one refinement
  bool const dependent = lambda == 0 && !(factor.vectorD().minCoeff() > 1e-14 * factor.vectorD().maxCoeff());
  if (dependent || !W.allFinite()) {
    fail("rate", 233,
         {"a readout of ", R.rows(), " states that depend on each other, with lambda = ", lambda,
          ": expected lambda > 0"});
  }
  return W.transpose();
}

inline Eigen::MatrixXd least_squares_readout(Eigen::MatrixXd const& R, Eigen::MatrixXd const& Y, double rcond = 1e-10) {
  check_readout(R, Y, rcond);
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> factor(R.cols(), R.rows());
  factor.setThreshold(rcond);
  factor.compute(R.transpose());
  Eigen::MatrixXd const W = factor.solve(Y.transpose());
  return W.transpose();
}

class RecursiveLeastSquares {
 public:
  RecursiveLeastSquares(Eigen::Index n, Eigen::Index n_outputs, double lambda)
      : W_(Eigen::MatrixXd::Zero(n_outputs, n)), P_(Eigen::MatrixXd::Identity(n, n) / lambda) {
    if (n < 1 || n_outputs < 1 || !(lambda > 0)) {
      fail("rate", 233,
           {"recursive least squares of ", n, " states, ", n_outputs, " outputs, lambda = ", lambda,
            ": expected positive numbers"});
    }
  }
  Eigen::MatrixXd const& weights() const { return W_; }
  Eigen::VectorXd output(Eigen::VectorXd const& r) const { return W_ * r; }
  // The error before the update.
  Eigen::VectorXd update(Eigen::VectorXd const& r, Eigen::VectorXd const& y) {
    Eigen::VectorXd const Pr = P_ * r, error = W_ * r - y;
    double const scale = 1 / (1 + r.dot(Pr));
    P_.noalias() -= (scale * Pr) * Pr.transpose();
    W_.noalias() -= (scale * error) * Pr.transpose();
    return error;
  }

 private:
  Eigen::MatrixXd W_, P_;
};

// sqrt(mean |a - b|^2 / mean |b - mean b|^2), over steps.
inline double nrmse(Eigen::MatrixXd const& a, Eigen::MatrixXd const& b) {
  Eigen::MatrixXd const around = b.colwise() - b.rowwise().mean();
  return std::sqrt((a - b).squaredNorm() / around.squaredNorm());
}

}  // namespace dynvision::rate

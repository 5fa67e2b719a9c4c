// ClosedLoop: a reservoir that is its own input: what its readout predicts is what it is given next. A map without input, whose
// attractor is to be the one of the signal that it was trained on.
//
//   r(t+1) = F(r(t), W r(t))          W r(t) = d(t+1) in training, d the driver
//
//   rate::ClosedLoop const loop{net, W};
//   loop.outputs(r, 1000)                                             (K,T): what it does by itself
//   analysis::lyapunov_exponents(loop, r, {.n_exponents = 1})         as of any map
//   rate::valid_steps(predicted, truth, 0.4)                          how long it is right
//
// Source: Jaeger & Haas 2004; Pathak et al. 2017; Lu, Hunt & Ott 2018 (invertible generalized synchronization).
// Errors: rate.235.
#pragma once
#include <dynvision/core/error.hpp>

#include <Eigen/Core>

#include <cmath>

namespace dynvision::rate {

template <class N> struct ClosedLoop {
  N const& network;
  Eigen::MatrixXd W;     // (M,N)
  Eigen::VectorXd bias;  // (M)

  ClosedLoop(N const& net, Eigen::MatrixXd const& readout) : network(net) {
    Eigen::Index const n = net.size(), m = net.B.cols();
    if (readout.rows() != m || (readout.cols() != n && readout.cols() != n + 1)) {
      fail("rate", 235,
           {"a loop through ", readout.rows(), " x ", readout.cols(), " readout weights: expected ", m,
            " rows, as many as inputs, and ", n, " columns, or one more for a bias"});
    }
    W = readout.leftCols(n);
    bias = readout.cols() > n ? Eigen::VectorXd(readout.col(n)) : Eigen::VectorXd(Eigen::VectorXd::Zero(m));
  }
  Eigen::VectorXd output(Eigen::VectorXd const& r) const { return W * r + bias; }
  Eigen::VectorXd operator()(Eigen::VectorXd const& r) const { return network.step(r, output(r)); }
  Eigen::MatrixXd jacobian(Eigen::VectorXd const& r) const {
    Eigen::VectorXd const u = output(r);
    return network.jacobian(r, u) + network.input_jacobian(r, u) * W;
  }
  Eigen::MatrixXd tangent(Eigen::VectorXd const& r, Eigen::MatrixXd const& V) const {
    Eigen::VectorXd const u = output(r);
    return network.tangent(r, u, V) + network.input_jacobian(r, u) * (W * V);
  }
  // Column t: W r(t), r(0) the one given.
  Eigen::MatrixXd outputs(Eigen::VectorXd r, Eigen::Index n_steps) const {
    Eigen::MatrixXd all(W.rows(), n_steps);
    for (Eigen::Index t = 0; t < n_steps; ++t) {
      all.col(t) = output(r);
      if (t + 1 < n_steps) r = network.step(r, all.col(t));
    }
    return all;
  }
};

// Steps until |predicted - truth| is above threshold sqrt(mean |truth - mean truth|^2).
inline Eigen::Index valid_steps(Eigen::MatrixXd const& predicted, Eigen::MatrixXd const& truth, double threshold) {
  if (predicted.rows() != truth.rows() || predicted.cols() != truth.cols() || truth.cols() < 2 || !(threshold > 0)) {
    fail("rate", 235,
         {"a prediction ", predicted.rows(), " x ", predicted.cols(), " of ", truth.rows(), " x ", truth.cols(),
          ", threshold = ", threshold, ": expected as many, and a threshold > 0"});
  }
  Eigen::MatrixXd const around = truth.colwise() - truth.rowwise().mean();
  double const scale = std::sqrt(around.squaredNorm() / static_cast<double>(truth.cols()));
  Eigen::Index t = 0;
  while (t < truth.cols() && (predicted.col(t) - truth.col(t)).norm() <= threshold * scale) ++t;
  return t;
}

}  // namespace dynvision::rate

// synchronization: whether a network follows its driver, whatever state it began in (generalized synchronization).
//
//   auxiliary systems   two copies from different states: |r - r'| / sqrt(N) -> 0                   Abarbanel et al. 1996
//   conditional exponent   < 0: the network, given the driver, forgets where it began               Pecora & Carroll 1990
//   reconstruction   NRMSE of the driver at the same step, read out of the network (ridge, unseen second half): how far the
//                    map from driver to network can be inverted                                     Lu, Hunt & Ott 2018
//
//   rate::Synchronization const gs = rate::synchronization(net, drivers, {.dt = 0.02});       drivers (M,T)
//   if (gs.generalized) ...
//
// With another connectome as A, a driver of one's own: the same call. Errors: rate.236.
#pragma once
#include <dynvision/analysis/maps/lyapunov_exponents.hpp>
#include <dynvision/rate/reservoir/readout.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include <vector>

namespace dynvision::rate {

struct SynchronizationSettings {
  double dt = 1;               // of a step, for the exponent
  Eigen::Index washout = 200;  // steps that count for neither exponent nor reconstruction
  double together = 1e-10;     // distance of copies that are one
  double lambda = 1e-9;        // of the reconstruction
  std::uint64_t seed = 0;      // of the two starts
};

struct Synchronization {
  bool generalized = false;        // both tests
  std::vector<double> distance{};  // after each step
  double exponent = 0;             // per unit of dt
  double reconstruction = 0;
};

template <class N>
Synchronization synchronization(N const& network, Eigen::MatrixXd const& drivers,
                                SynchronizationSettings const& s = {}) {
  Eigen::Index const n = network.size(), T = drivers.cols();
  if (drivers.rows() != network.B.cols() || s.washout < 0 || T < s.washout + 4) {
    fail("rate", 236,
         {"synchronization to ", drivers.rows(), " x ", T, " drivers with a washout of ", s.washout, ": expected ",
          network.B.cols(), " rows, and more steps than the washout"});
  }
  Synchronization found;
  Eigen::VectorXd const start = uniform_matrix(n, 1, {s.seed, 1}, -1, 1);
  Eigen::VectorXd a = start, b = uniform_matrix(n, 1, {s.seed, 2}, -1, 1);
  Eigen::MatrixXd R(n + 1, T - s.washout);
  R.row(n).setOnes();
  for (Eigen::Index t = 0; t < T; ++t) {
    a = network.step(a, drivers.col(t)), b = network.step(b, drivers.col(t));
    found.distance.push_back((a - b).norm() / std::sqrt(static_cast<double>(n)));
    if (t >= s.washout) R.col(t - s.washout).head(n) = a;
  }
  found.exponent = analysis::conditional_exponent(network, start, drivers, s.dt, static_cast<int>(s.washout), s.seed);
  Eigen::Index const half = R.cols() / 2;
  Eigen::MatrixXd const Y = drivers.rightCols(R.cols());
  Eigen::MatrixXd const W = ridge(R.leftCols(half), Y.leftCols(half), s.lambda);
  found.reconstruction = nrmse(W * R.rightCols(half), Y.rightCols(half));
  found.generalized = found.distance.back() <= s.together && found.exponent < 0;
  return found;
}

// Rows around 0, with variance 1: what drives a network.
inline Eigen::MatrixXd z_scored(Eigen::MatrixXd const& x) {
  Eigen::MatrixXd z = x.colwise() - x.rowwise().mean();
  for (Eigen::Index i = 0; i < z.rows(); ++i) {
    double const sd = z.row(i).norm() / std::sqrt(static_cast<double>(z.cols()));
    if (sd > 0) z.row(i) /= sd;
  }
  return z;
}

}  // namespace dynvision::rate

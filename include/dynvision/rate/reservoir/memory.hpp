// What a network keeps of its inputs: lag basis, memory capacity, delayed recall.
//
//   lag basis         dr(T)/du(T-1-k), k = 0, 1, ...: columns B, A B, A^2 B ... for a linear network      (N, M n_lags)
//   memory capacity   MC = sum over k of corr^2(y_k(t), u(t-k)), y_k the linear readout of delay k, on data that it has not seen: at
//                     most N, and N for a delay line (Jaeger 2001); squares of correlations of n_test numbers are 1/n_test too large
//   delayed recall    an impulse at step 0, and a readout that is to be 1 after `delay` steps, else 0
//
//   rate::lag_basis(net, r, inputs, 3)        rate::memory_capacity(net, {.n_delays = 40})        rate::delayed_recall(net)
//
// Errors: rate.234.
#pragma once
#include <dynvision/analysis/order.hpp>
#include <dynvision/rate/reservoir/readout.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include <cstdint>
#include <vector>

namespace dynvision::rate {

// Along the course from r through the inputs (M,T), T >= n_lags.
template <class N>
Eigen::MatrixXd lag_basis(N const& network, Eigen::VectorXd r, Eigen::MatrixXd const& inputs, Eigen::Index n_lags) {
  Eigen::Index const T = inputs.cols(), M = network.B.cols();
  if (n_lags < 1 || T < n_lags || inputs.rows() != M || r.size() != network.size()) {
    fail("rate", 234,
         {"a lag basis of ", n_lags, " lags for ", inputs.rows(), " x ", T, " inputs and ", r.size(),
          " units: expected at least 1, at most as many as steps, ", M, " rows and ", network.size()});
  }
  Eigen::MatrixXd basis(r.size(), M * n_lags);
  for (Eigen::Index t = 0; t < T; ++t) {
    Eigen::VectorXd const u = inputs.col(t);
    Eigen::Index const lag = T - 1 - t;
    if (lag + 1 < n_lags) {  // inputs before this step that are asked for
      Eigen::Index const first = M * (lag + 1), n = std::min(t, n_lags - lag - 1) * M;
      basis.middleCols(first, n) = network.tangent(r, u, basis.middleCols(first, n));
    }
    if (lag < n_lags) basis.middleCols(M * lag, M) = network.input_jacobian(r, u);
    r = network.step(r, u);
  }
  return basis;
}

struct MemorySettings {
  Eigen::Index n_delays = 40, washout = 300, n_train = 4000, n_test = 4000;
  double lambda = 1e-9, input_scale = 1;  // inputs uniform in (-input_scale, input_scale)
  std::uint64_t seed = 0;
};

struct MemoryCapacity {
  double total = 0;
  std::vector<double> by_delay{};  // of k = 0, 1, ...
};

template <class N> MemoryCapacity memory_capacity(N const& network, MemorySettings const& s = {}) {
  if (network.B.cols() != 1 || s.n_delays < 1 || s.washout < s.n_delays || s.n_train < 2 || s.n_test < 2) {
    fail("rate", 234,
         {"memory capacity with ", network.B.cols(), " inputs, n_delays = ", s.n_delays, ", washout = ", s.washout,
          ": expected one input, and a washout of at least n_delays steps"});
  }
  Eigen::Index const T = s.washout + s.n_train + s.n_test;
  Eigen::MatrixXd const u = uniform_matrix(1, T, {s.seed, 77}, -s.input_scale, s.input_scale);
  Eigen::MatrixXd const R = states_of(network, u, {.washout = s.washout, .bias = true});
  Eigen::MatrixXd Y(s.n_delays, R.cols());
  for (Eigen::Index k = 0; k < s.n_delays; ++k) Y.row(k) = u.middleCols(s.washout - k, R.cols());
  Eigen::MatrixXd const W = ridge(R.leftCols(s.n_train), Y.leftCols(s.n_train), s.lambda);
  Eigen::MatrixXd const predicted = (W * R.rightCols(s.n_test)).transpose(), wanted = Y.rightCols(s.n_test).transpose();
  MemoryCapacity found;
  for (Eigen::Index k = 0; k < s.n_delays; ++k) {
    auto const column = [&](Eigen::MatrixXd const& x) {
      return std::span<double const>(x.col(k).data(), static_cast<std::size_t>(x.rows()));
    };
    double const r = analysis::pearson(column(predicted), column(wanted));
    found.by_delay.push_back(std::isfinite(r) ? r * r : 0);  // a readout that is constant keeps nothing
    found.total += found.by_delay.back();
  }
  return found;
}

struct RecallTask {
  Eigen::Index n_steps = 100, delay = 30;
  double impulse = 1, rcond = 1e-10;
};

struct RecallByDelay {
  double nmse = 0;         // |o - wanted|^2 / |wanted|^2
  double peak = 0;         // o after `delay` steps
  Eigen::VectorXd output;  // o, step 0 the one in which the impulse comes
};

template <class N> RecallByDelay delayed_recall(N const& network, RecallTask const& task = {}) {
  if (network.B.cols() != 1 || task.delay < 0 || task.n_steps <= task.delay) {
    fail("rate", 234,
         {"delayed recall with ", network.B.cols(), " inputs after ", task.delay, " of ", task.n_steps,
          " steps: expected one input, and a delay within the steps"});
  }
  Eigen::MatrixXd u = Eigen::MatrixXd::Zero(1, task.n_steps), wanted = u;
  u(0, 0) = task.impulse, wanted(0, task.delay) = 1;
  Eigen::MatrixXd const R = states_of(network, u);
  Eigen::MatrixXd const W = least_squares_readout(R, wanted, task.rcond);
  RecallByDelay found{.output = (W * R).transpose()};
  found.nmse = (found.output - wanted.transpose()).squaredNorm();
  found.peak = found.output[task.delay];
  return found;
}

}  // namespace dynvision::rate

// Ensemble: neurons that stand for a vector x together, and decoders that read functions of it from their rates (the Neural
// Engineering Framework).
//
//   a = f(E x + b)               E (N,D): encoders times gains; b: biases
//   D = (A^T A/S + sigma^2 I)^-1 A^T F/S       A (S,N): rates at S points, F (S,K): the function there
//
//   rate::Ensemble<> const cells = rate::make_ensemble({.n_neurons = 100, .dimensions = 1, .radius = 1.5, .seed = 1});
//   Eigen::MatrixXd const D = rate::decoders(cells.rates(X), F, 0.01);      (K,N): D a is about f(x); sigma in units of the largest rate
//
// Gains and biases are drawn so that a neuron is silent below a random point of its encoder and has a random rate at its end; units
// of tanh and sigmoid have their bend there, and a random gain.
// Source: Eliasmith & Anderson 2003, "Neural Engineering".
// Errors: rate.240, 241.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/rate/systems/activation.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include <Eigen/Cholesky>

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace dynvision::rate {

template <Activation F = activations::Relu> struct Ensemble {
  Eigen::MatrixXd E;  // (N,D)
  Eigen::VectorXd b;  // (N)
  F f{};

  // X (D,S): a column for each point; (N,S)
  Eigen::MatrixXd rates(Eigen::MatrixXd const& X) const {
    Eigen::MatrixXd a = (E * X).colwise() + b;
    return a.unaryExpr([this](double x) { return f.forward(x); });
  }
};

struct EnsembleDraw {
  Eigen::Index n_neurons = 100, dimensions = 1;
  double radius = 1;                           // |x| that they stand for
  double lowest_rate = 0.5, largest_rate = 1;  // at the end of the encoder; of LIF neurons in 1/s: 100 and 200
  std::uint64_t seed = 0;
};

template <Activation F = activations::Relu> Ensemble<F> make_ensemble(EnsembleDraw const& draw, F f = {}) {
  if (draw.n_neurons < 1 || draw.dimensions < 1 || !(draw.radius > 0) || !(draw.lowest_rate > 0) ||
      !(draw.largest_rate >= draw.lowest_rate)) {
    fail("rate", 240,
         {"an ensemble of ", draw.n_neurons, " neurons for ", draw.dimensions, " numbers, radius = ", draw.radius,
          ", rates ", draw.lowest_rate, " to ", draw.largest_rate, ": expected positive numbers, in order"});
  }
  Eigen::MatrixXd encoders = normal_matrix(draw.n_neurons, draw.dimensions, {draw.seed, 1});
  encoders.rowwise().normalize();
  Eigen::VectorXd const intercept = uniform_matrix(draw.n_neurons, 1, {draw.seed, 2}, -0.95, 0.95);
  Eigen::VectorXd const rate = uniform_matrix(draw.n_neurons, 1, {draw.seed, 3}, draw.lowest_rate, draw.largest_rate);
  Ensemble<F> cells{Eigen::MatrixXd(draw.n_neurons, draw.dimensions), Eigen::VectorXd(draw.n_neurons), f};
  for (Eigen::Index i = 0; i < draw.n_neurons; ++i) {
    double gain = 0, bias = 0;
    if constexpr (std::is_same_v<F, activations::LifRate>) {  // f(bias + gain c) = 0 and f(bias + gain) = rate
      double const at_end = 1 / (1 - std::exp((f.t_refractory - 1 / rate[i]) / f.tau));
      if (!(rate[i] * f.t_refractory < 1)) {
        fail("rate", 240,
             {"a LIF neuron of ", rate[i], " spikes in a second: expected less than ", 1 / f.t_refractory});
      }
      gain = (at_end - 1) / (1 - intercept[i]), bias = 1 - gain * intercept[i];
    } else if constexpr (std::is_same_v<F, activations::Relu>) {
      gain = rate[i] / (1 - intercept[i]), bias = -gain * intercept[i];
    } else {
      gain = 4 * rate[i], bias = -gain * intercept[i];
    }
    cells.E.row(i) = encoders.row(i) * (gain / draw.radius);
    cells.b[i] = bias;
  }
  return cells;
}

// Of rates A (N,S) and values F (K,S): (K,N). noise: sigma, in units of the largest rate.
inline Eigen::MatrixXd decoders(Eigen::MatrixXd const& A, Eigen::MatrixXd const& F, double noise) {
  if (A.cols() != F.cols() || A.size() == 0 || F.size() == 0 || !(noise > 0) || !A.allFinite() || !F.allFinite()) {
    fail("rate", 241,
         {"decoders of ", A.rows(), " x ", A.cols(), " rates for ", F.rows(), " x ", F.cols(),
          " values, noise = ", noise, ": expected finite numbers, as many points of both, and noise > 0"});
  }
  double const S = static_cast<double>(A.cols()), sigma = noise * A.maxCoeff();
  Eigen::MatrixXd gram = Eigen::MatrixXd::Identity(A.rows(), A.rows()) * (sigma * sigma);
  gram.selfadjointView<Eigen::Lower>().rankUpdate(A, 1 / S);
  Eigen::MatrixXd const D = Eigen::LLT<Eigen::MatrixXd>(gram).solve(A * F.transpose() / S);
  return D.transpose();
}

// n points, columns: evenly spaced in one dimension, else uniform in the ball.
inline Eigen::MatrixXd points_within(double radius, Eigen::Index dimensions, Eigen::Index n, std::uint64_t seed = 0) {
  if (dimensions == 1) return Eigen::RowVectorXd::LinSpaced(n, -radius, radius);
  Eigen::MatrixXd X = normal_matrix(dimensions, n, {seed, 11});
  Eigen::RowVectorXd const size =
      uniform_matrix(1, n, {seed, 12}, 0, 1).array().pow(1.0 / static_cast<double>(dimensions));
  X.colwise().normalize();
  return X.array().rowwise() * (radius * size).array();
}

// f at each column.
template <class Function> Eigen::MatrixXd values_of(Function const& f, Eigen::MatrixXd const& X) {
  Eigen::VectorXd const first = f(Eigen::VectorXd(X.col(0)));
  Eigen::MatrixXd F(first.size(), X.cols());
  for (Eigen::Index s = 0; s < X.cols(); ++s) F.col(s) = f(Eigen::VectorXd(X.col(s)));
  return F;
}

}  // namespace dynvision::rate

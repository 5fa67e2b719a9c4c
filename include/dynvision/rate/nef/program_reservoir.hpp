// program_reservoir: a map z(t+1) = g(z, u) put into a network that is there already, by a change of its weights of rank dim z.
//
//   r+ = f(A r + B_z z + B_u u + d)        W r+ about g(z, u), by ridge on random z and u
//   A' = A + B_z W                          z = W r: the network with A' and B_u does it alone
//
//   auto const latch = rate::program_reservoir(net, g, {.n_latent = 1, .lambda = 1e-4});       net.B = [B_z B_u]
//   r = latch.network.step(r, u);        latch.latent(r)
//
// Inputs are drawn evenly where a task gives none of its own; with those of the task the fit is where the network will be. The larger
// lambda, the more the latent number is spread over the units. implemented_map reads the map back ("decompiles" it).
// Source: Kim & Bassett 2023, "A neural machine code and programming framework for the reservoir computer".
// Errors: rate.243.
#pragma once
#include <dynvision/rate/reservoir/readout.hpp>
#include <dynvision/rate/systems/network.hpp>
#include <dynvision/rate/systems/random_matrix.hpp>

#include <cstdint>

namespace dynvision::rate {

struct ReservoirProgram {
  Eigen::Index n_latent = 1;
  double lambda = 1e-4;                        // of the ridge, on means over samples
  double latent_range = 1.2, input_range = 1;  // z and u uniform in +- these, while it is fitted
  Eigen::Index n_samples = 4000, washout = 50;
  std::uint64_t seed = 0;
};

template <class N> struct ProgrammedReservoir {
  N network;          // A' and B_u
  Eigen::MatrixXd W;  // (n_latent, N)
  double rmse = 0;    // of W r against g, on the samples
  Eigen::VectorXd latent(Eigen::VectorXd const& r) const { return W * r; }
};

// g(z, u) -> the next z. draw_input(t) in place of uniform ones where a task has inputs of its own.
template <class N, class Map, class Inputs>
ProgrammedReservoir<N> program_reservoir(N const& network, Map const& g, ReservoirProgram const& s,
                                         Inputs const& draw_input) {
  Eigen::Index const n_z = s.n_latent, n_u = network.B.cols() - n_z, T = s.n_samples + s.washout;
  if (n_z < 1 || n_u < 0 || s.n_samples < 1 || s.washout < 0 || !(s.lambda > 0)) {
    fail("rate", 243,
         {"a program of ", n_z, " latent numbers in a network of ", network.B.cols(),
          " inputs, n_samples = ", s.n_samples, ", lambda = ", s.lambda,
          ": expected inputs for the latent numbers first, and positive numbers"});
  }
  Eigen::MatrixXd inputs(n_z + n_u, T), targets(n_z, T);
  inputs.topRows(n_z) = uniform_matrix(n_z, T, {s.seed, 21}, -s.latent_range, s.latent_range);
  for (Eigen::Index t = 0; t < T; ++t) {
    inputs.col(t).tail(n_u) = draw_input(t);
    targets.col(t) = g(Eigen::VectorXd(inputs.col(t).head(n_z)), Eigen::VectorXd(inputs.col(t).tail(n_u)));
  }
  Eigen::MatrixXd const R = states_of(network, inputs, {.washout = s.washout}), Y = targets.rightCols(s.n_samples);
  Eigen::MatrixXd const W = ridge(R, Y, s.lambda * static_cast<double>(s.n_samples));
  N closed = network;
  closed.A += network.B.leftCols(n_z) * W;
  closed.B = network.B.rightCols(n_u).eval();
  return {std::move(closed), W, std::sqrt((W * R - Y).squaredNorm() / static_cast<double>(Y.size()))};
}

template <class N, class Map>
ProgrammedReservoir<N> program_reservoir(N const& network, Map const& g, ReservoirProgram const& s = {}) {
  Eigen::MatrixXd const u = uniform_matrix(network.B.cols() - s.n_latent, s.n_samples + s.washout, {s.seed, 22},
                                           -s.input_range, s.input_range);
  return program_reservoir(network, g, s, [&](Eigen::Index t) { return Eigen::VectorXd(u.col(t)); });
}

// For each z of a column: W r after one step from the state that the network has under that z, without input: g(z, 0) as it is
// implemented.
template <class N>
Eigen::MatrixXd implemented_map(ProgrammedReservoir<N> const& program, N const& before, Eigen::MatrixXd const& z) {
  Eigen::Index const n_z = program.W.rows();
  Eigen::MatrixXd next(n_z, z.cols());
  for (Eigen::Index s = 0; s < z.cols(); ++s) {
    Eigen::VectorXd u = Eigen::VectorXd::Zero(before.B.cols()), r = Eigen::VectorXd::Zero(before.size());
    u.head(n_z) = z.col(s);
    for (int t = 0; t < 50; ++t) r = before.step(r, u);
    next.col(s) = program.latent(r);
  }
  return next;
}

}  // namespace dynvision::rate

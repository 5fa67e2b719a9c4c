// program_dynamics: a network of neurons that follows dx/dt = f(x) + u, whatever f.
//
//   tau dr/dt = -r + a(W r + E tau u + b)        W = E D',  D' the decoders of f'(x) = tau f(x) + x         rank W = dimensions of x
//
// y = D' r then follows tau dy/dt = -y + f'(y + tau u): what it stands for is z = y + tau u, and dy/dt = f(z) + u.
//
//   auto const latch = rate::program_dynamics(cells, f, {.tau = 0.1, .radius = 1.5});
//   rate::NetworkFlow const flow = latch.flow([](double t) { return u(t); });        integrate<...>(flow, latch.at(x0), ...)
//   latch.decoded(r)
//
// Source: Eliasmith & Anderson 2003, principle 3. Errors: rate.242.
#pragma once
#include <dynvision/rate/nef/ensemble.hpp>
#include <dynvision/rate/systems/network.hpp>

#include <utility>

namespace dynvision::rate {

struct DynamicsSettings {
  double tau = 0.1;     // of the synapse
  double radius = 1;    // of the points at which decoders are found
  double noise = 0.01;  // in units of the largest rate
  Eigen::Index n_points = 1000;
  std::uint64_t seed = 0;
};

template <Activation F> struct ProgrammedDynamics {
  Network<F> network;       // A = W, B = tau E, d = b
  Eigen::MatrixXd decoder;  // D' (D,N)
  double tau;

  template <class Input> auto flow(Input input) const {
    return NetworkFlow<Network<F>, Input>{network, tau, std::move(input)};
  }
  Eigen::VectorXd decoded(Eigen::VectorXd const& r) const { return decoder * r; }
  // The state that stands for x: rates of the neurons when they are given x.
  Eigen::VectorXd at(Eigen::VectorXd const& x) const {
    Eigen::VectorXd const drive = network.B * x / tau + network.d;
    return network.rates(drive);
  }
};

template <Activation F, class Function>
ProgrammedDynamics<F> program_dynamics(Ensemble<F> const& cells, Function const& f, DynamicsSettings const& s = {}) {
  if (!(s.tau > 0) || !(s.radius > 0) || s.n_points < 2) {
    fail("rate", 242,
         {"dynamics with tau = ", s.tau, ", radius = ", s.radius, ", n_points = ", s.n_points,
          ": expected positive numbers, and at least 2 points"});
  }
  Eigen::MatrixXd const X = points_within(s.radius, cells.E.cols(), s.n_points, s.seed);
  Eigen::MatrixXd const target = s.tau * values_of(f, X) + X;
  Eigen::MatrixXd const D = decoders(cells.rates(X), target, s.noise);
  return {Network<F>(cells.E * D, s.tau * cells.E, cells.b, 1, cells.f), D, s.tau};
}

}  // namespace dynvision::rate

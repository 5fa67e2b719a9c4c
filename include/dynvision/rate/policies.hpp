// Policies of rate networks: what CTRNN<2, 50, Tanh, WithNoise<StationaryDrive>, Recurrent<Dale<>>> is made of, in any order.
//
//   nonlinearity     Relu (default) | Tanh | Sigmoid | Retanh | NoNonlinearity | a user's
//   state            Potentials (default): tau dv/dt = -v + u, r = f(v)  |  RatesAreState: tau dr/dt = -r + f(u)
//   solver           Euler (default) | RungeKutta4 | a user's
//   tau              Uniform (default) | Feature, one for each unit; Leak, BoundedLeak: what is learned (evolve_potential.hpp)
//   noise            NoNoise (default) | WithNoise<Scaling>, of the drive     RateNoise<Scaling>, of the rates
//   start            at rest (default) | LearnedStart (rate/learned_start.hpp)
//   other areas      More<AddSkip<"S">, AddFeedback<"A">>: what arrives beside
//   weights          Incoming<P...>, Recurrent<P...>, Outgoing<P...>: parametrisations, NoBias (docs/concepts/weights.md)
#pragma once
#include <dynvision/families/policies.hpp>
#include <dynvision/operations/evolve_potential.hpp>
#include <dynvision/rate/learned_start.hpp>

namespace dynvision {

namespace rate {
struct StateKind {};
struct IncomingKind {};
struct RecurrentKind {};
struct OutgoingKind {};
struct RateNoiseKind {};
struct MoreKind {};
}  // namespace rate

struct Potentials {
  using policy = rate::StateKind;
};
struct RatesAreState {
  using policy = rate::StateKind;
};

template <class... P> struct Incoming {  // of the weights of what is shown
  using policy = rate::IncomingKind;
  using policies = List<P...>;
};
template <class... P> struct Recurrent {
  using policy = rate::RecurrentKind;
  using policies = List<P...>;
};
template <class... P> struct Outgoing {  // of the readout
  using policy = rate::OutgoingKind;
  using policies = List<P...>;
};

template <NoiseScaling S> struct RateNoise {  // of the rates, behind the nonlinearity
  using policy = rate::RateNoiseKind;
  using scaling = S;
};

template <class... Operations> struct More {  // that add to the drive, before the noise: AddSkip<"S">, AddFeedback<"A">
  using policy = rate::MoreKind;
  using operations = List<Operations...>;
};

namespace rate {

template <class T> using IsStateKind = std::bool_constant<PolicyOf<T, StateKind>>;
template <class T> using IsIncoming = std::bool_constant<PolicyOf<T, IncomingKind>>;
template <class T> using IsRecurrent = std::bool_constant<PolicyOf<T, RecurrentKind>>;
template <class T> using IsOutgoing = std::bool_constant<PolicyOf<T, OutgoingKind>>;
template <class T> using IsMore = std::bool_constant<PolicyOf<T, MoreKind>>;
template <class T> using IsRateNoise = std::bool_constant<PolicyOf<T, RateNoiseKind>>;
template <class T> using IsSolverOnly = std::bool_constant<Solver<T>>;

using Kinds = PolicyKinds<IsNonlinearity, IsStateKind, IsSolverOnly, IsSharing, IsLeak, IsNoise, IsRateNoise, IsStart,
                          IsIncoming, IsRecurrent, IsOutgoing, IsMore>;

}  // namespace rate

}  // namespace dynvision

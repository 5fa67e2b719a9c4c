// RateLayer: an area of N units without places, written as its equation.
//
//   tau dv/dt = -v + W r + U x + b + sigma xi,   r = f(v)          Potentials (default)
//   tau dr/dt = -r + f(W r + U x + b + sigma xi)                   RatesAreState
//
// x (B,T,In), r (B,T,N). W (N,N): NAME.recurrent, U (N,In): NAME.input, both with their bias, as W r and U x have one each in PyTorch.
// Source: Miller & Fumarola 2012, for the two forms and when they are one.
//
//   struct E : RateLayer<"E", 3, 80, Tanh, Recurrent<Dale<1, 0>>> {};      policies: rate/policies.hpp
//   More<AddSkip<"S">, AddFeedback<"A">>      what arrives beside, from other areas
#pragma once
#include <dynvision/connections/fully_connected.hpp>
#include <dynvision/model/layer.hpp>
#include <dynvision/operations/add_input.hpp>
#include <dynvision/operations/delay.hpp>
#include <dynvision/operations/evolve.hpp>
#include <dynvision/operations/linear.hpp>
#include <dynvision/operations/noise.hpp>
#include <dynvision/operations/nonlinearity.hpp>
#include <dynvision/operations/record.hpp>
#include <dynvision/operations/recur.hpp>
#include <dynvision/rate/policies.hpp>

namespace dynvision {

namespace rate {

template <int In, int N, class With> struct InputOf;
template <int In, int N, class... With> struct InputOf<In, N, List<With...>> {
  using type = Linear<In, N, As<"{}.input">, With...>;
};
template <int N, class With> struct RecurrentOf;
template <int N, class... With> struct RecurrentOf<N, List<With...>> {
  using type = Recur<FullyConnected<N>, As<"{}.recurrent">, With...>;
};
// Those of some policies that a template takes.
template <template <class> class Match, class... With>
using those = join<std::conditional_t<Match<With>::value, List<With>, List<>>...>;
template <class T> using IsOfEvolution = std::bool_constant<IsSharing<T>::value || IsLeak<T>::value>;

template <class S, class With> struct Evolution;
template <class S, class... With> struct Evolution<S, List<With...>> {
  using potentials = EvolvePotential<S, With...>;
  using rates = Evolve<S, With...>;
};

// What an area does with what has arrived. Memory: what stores its rates.
template <class Memory, class... With> struct DynamicsOf {
  using f = pick<IsNonlinearity, Relu, With...>;
  using evolution = Evolution<pick<IsSolverOnly, Euler, With...>, those<IsOfEvolution, With...>>;
  using noise = typename pick<IsNoise, NoNoise, With...>::noise_scaling;
  template <class S, class Path> struct NoiseOf { using type = List<Noise<S, Path>>; };  // nvcc deduces no Name
  template <class Path> struct NoiseOf<void, Path> { using type = List<>; };
  struct Quiet {
    using scaling = void;
  };
  using of_drive = typename NoiseOf<noise, As<"noise_{}">>::type;
  using of_rates = typename NoiseOf<typename pick<IsRateNoise, Quiet, With...>::scaling, As<"rate_noise_{}">>::type;
  static constexpr bool potentials = !has<RatesAreState, With...>;

  using start = std::conditional_t<(IsStart<With>::value || ...), List<Start>, List<>>;
  using evolving =
      std::conditional_t<potentials, List<typename evolution::potentials, f>, List<f, typename evolution::rates>>;
  using type = join<typename pick<IsMore, More<>, With...>::operations, List<AddInput>, of_drive, start, evolving,
                    of_rates, List<Record, Memory>>;
};

template <int In, int N, class... With> struct OperationsOf {
  using type = join<List<typename InputOf<In, N, typename pick<IsIncoming, Incoming<>, With...>::policies>::type,
                         typename RecurrentOf<N, typename pick<IsRecurrent, Recurrent<>, With...>::policies>::type>,
                    typename DynamicsOf<Delay, With...>::type>;
};

}  // namespace rate

template <Name Layer, int In, int N, class... With>
struct RateLayer : LayerOf<Layer, typename rate::OperationsOf<In, N, With...>::type>::type {
  static_assert(
      rate::Kinds::take<With...>(),
      "dynvision: a rate layer takes the policies of rate/policies.hpp, one of each kind (docs/rate/networks.md)");
};

}  // namespace dynvision

// CTRNN: a network of rates in continuous time, one area that reads inputs and is read out linearly.
//
//   tau dv/dt = -v + W r + U x + b + sigma xi,   r = f(v),   z = V r + c          x (B,T,In), r (B,T,N), z (B,T,Out)
//
// Euler: v <- (1 - alpha) v + alpha (W r + U x + b), alpha = dt/tau. Source: Wilson & Cowan 1972; in this form Barak 2017; Song, Yang
// & Wang 2016 for RatesAreState. A run begins at rest (rate/rest.hpp), unless it is given a start.
//
//   CTRNN<3, 100, Tanh> net({.n_classes = 2, .dt = 10, .tau = 100, .t_recurrence = 10, .seed = 1});
//   run::run(net, x).outputs                                        n_classes: outputs, whatever they mean
//   CTRNN<image_channels, any_units, Tanh> net({.input_dims = features(3), .numbers = {{"n_units", 100}}});     sizes as numbers
//   struct Net : CTRNN<1, 50, Recurrent<Masked<NoAutapses>, Dale<>>, Outgoing<Dale<>>> { using CTRNN::CTRNN; };
//
// Parameters: rates.input.weight (N,In), rates.recurrent.weight (N,N), their biases, tau_rates, readout.weight (Out,N), readout.bias.
// W and U start uniform in 1/sqrt of their inputs, as linear layers of PyTorch. Policies: rate/policies.hpp.
#pragma once
#include <dynvision/model/model.hpp>
#include <dynvision/operations/readout.hpp>
#include <dynvision/rate/rate_layer.hpp>
#include <dynvision/rate/rest.hpp>

namespace dynvision {

namespace rate {

template <class With> struct ReadoutOf;
template <class... With> struct ReadoutOf<List<With...>> { using type = Readout<With...>; };

template <int In, int N, class... With>
using OneArea = ModelWith<typename ReadoutOf<typename pick<IsOutgoing, Outgoing<>, With...>::policies>::type,
                          RateLayer<"rates", In, N, With...>>;

// The numbers that a rate network has where none are given.
inline Options published(int inputs) {
  return {.n_classes = 1,
          .input_dims = features(inputs == image_channels ? 1 : inputs),
          .dt = 10,
          .tau = 100,
          .t_recurrence = 0,
          .feedforward_init = FeedforwardInit::kaiming_uniform};
}

}  // namespace rate

template <int In = image_channels, int N = any_units, class... With> struct CTRNN : rate::OneArea<In, N, With...> {
  static constexpr std::string_view model_name = "CTRNN";
  static Options published() { return rate::published(In); }

  CTRNN(Options const& given = {}) : rate::OneArea<In, N, With...>(given.over(published())) {}  // NOLINT: implicit

  // r = f(0), v = 0: where a run begins that is given no other start.
  run::State start() const { return rate::at_rest(*this); }
};

}  // namespace dynvision

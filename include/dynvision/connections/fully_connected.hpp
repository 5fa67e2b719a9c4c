// Fully connected lateral connection: every unit to every unit, in a model without places (input_dims {N, 1, 1}).
//
//   rec(h) = W h + b         W (D,C), b (D); in images every channel to every channel at the same place, as Pointwise
//
//   Recur<FullyConnected<any_units>>     of as many units as the layer has
//   Recur<FullyConnected<100>>     Recur<FullyConnected<100>, Masked<Sparse<10>>, Dale<>>
//
// Parameters: weight, bias. Weights start as those of Pointwise: uniform in +-max (Options::max_weight_init); where none is given
// and FeedforwardInit is kaiming_uniform they are uniform in 1/sqrt(C), bias too, as a linear layer of PyTorch.
#pragma once
#include <dynvision/connections/lateral.hpp>

#include <cmath>

namespace dynvision {

template <int C, int K = 1, int D = C>  // K is taken and not used, so that all lateral connections are written alike
struct FullyConnected {
  static constexpr int state_channels = C, target_channels = D;
  Weight units;

  void compose(Composition& at, bool bias, Parametrisations const& weights, int target) {
    int const from = C == any_units ? at.state_channels() : C;
    if (at.options.feedforward_init == FeedforwardInit::kaiming_uniform && !at.options.max_weight_init.value()) {
      double const bound = 1 / std::sqrt(static_cast<double>(from));
      units.weight = at.uniform({target, from}, bound);
      if (bias) units.bias = at.uniform({target}, bound);
    } else {
      units = lateral_kernel(at, from, target, 1, 1, bias);
      units.weight = units.weight.flatten(1);
    }
    units.parametrise(at, weights);
  }
  void parameters(auto&& visit) { units.parameters("", visit); }
  std::array<Weight const*, 1> convolutions() const { return {&units}; }
  Tensor operator()(Tensor const& h) const { return units(h); }  // (B,C,H,W) -> (B,D,H,W)
};

}  // namespace dynvision

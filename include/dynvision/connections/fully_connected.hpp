// Fully connected lateral connection: every unit to every unit, in a model without places (input_dims {N, 1, 1}).
//
//   rec(h) = W h + b         W (D,C), b (D); in images every channel to every channel at the same place, as Pointwise
//
//   Recur<FullyConnected<100>>     Recur<FullyConnected<100>, Masked<Sparse<10>>, Dale<>>
//
// Parameters: weight, bias. Weights start as those of Pointwise: uniform in +-max (Options::max_weight_init).
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

template <int C, int K = 1, int D = C>  // K is taken and not used, so that all lateral connections are written alike
struct FullyConnected {
  static constexpr int state_channels = C, target_channels = D;
  Weight units;

  void compose(Composition& at, bool bias, Parametrisations const& weights, int target) {
    units = lateral_kernel(at, C, target, 1, 1, bias);
    units.weight = units.weight.flatten(1);
    units.parametrise(at, weights);
  }
  void parameters(auto&& visit) { units.parameters("", visit); }
  std::array<Weight const*, 1> convolutions() const { return {&units}; }
  Tensor operator()(Tensor const& h) const { return units(h); }  // (B,C,H,W) -> (B,D,H,W)
};

}  // namespace dynvision

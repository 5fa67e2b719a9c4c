// Local lateral connection on the topographic plane: neighbours in space and in feature space.
//
//   rec(h) = layer( W * plane(h) + b )     W (1,1,K,K), b (1), reflected margin        parameters: conv
//
// Of the parametrisations it takes WeightNorm alone. K follows from the tile's side f: q = floor(f/4), made odd, at least 3; the kernel size of the layer is not used.
#pragma once
#include <dynvision/connections/lateral.hpp>
#include <dynvision/connections/topographic_plane.hpp>
#include <dynvision/connections/weight_norm.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace dynvision {

template <int C, int Unused = 3, int D = C> struct Local {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr PartNumber numbers[]{max_weight_init};
  static constexpr bool keeps_channels = true;
  static constexpr int on_plane = 1;  // of its convolutions
  Weight conv;

  // One kernel for all channels: it has no channels that Dale could give signs, say.
  template <class P> static constexpr bool takes_parametrisation = std::is_same_v<P, WeightNorm>;

  static int kernel_size(std::int64_t channels) {
    auto const q = static_cast<int>(TopographicPlane{channels}.side() / 4);
    return std::max(3, q % 2 ? q : q + 1);
  }

  void compose(Composition& at, bool bias, Parametrisations const& weights, int /*target*/) {
    int const k = kernel_size(C);
    conv.weight = at.uniform({1, 1, k, k}, at.max_weight(0.05));
    if (bias) conv.bias = at.uniform({1}, 1.0 / k);
    conv.parametrise(at, weights);
  }
  void parameters(auto&& visit) { conv.parameters("conv.", visit); }

  std::array<Weight const*, 1> convolutions() const { return {&conv}; }

  Tensor operator()(Tensor const& h) const {  // (B,C,H,W) -> (B,C,H,W)
    TopographicPlane const plane{h.size(1)};
    Tensor const y =
        plane.to_layer(conv.without_bias(plane.from_layer(h, conv.sizes()[2] / 2)), {h.size(2), h.size(3)});
    return conv.bias.defined() ? y.add(conv.bias) : y;  // its gradient sums all units: by add it is summed pairwise
  }
};

}  // namespace dynvision

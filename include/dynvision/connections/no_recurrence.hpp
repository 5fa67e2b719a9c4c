// No lateral connection: a layer with it is purely feedforward.
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

template <int C, int K = 1, int D = C> struct NoRecurrence {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr bool silent = true;

  void compose(Composition&, bool, int) {}
  void parameters(auto&&) {}
  Tensor operator()(Tensor const&) const { return {}; }
};

}  // namespace dynvision

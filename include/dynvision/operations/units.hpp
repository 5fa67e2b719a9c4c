// Units: a layer of N units that takes nothing from the layer before it; what arrives in it comes over connections.
//
//   x(t) <- nothing, of N channels at one place
//
//   struct PFC : Layer<"PFC", Units<20>, AddSkip<"V1">, Recur<FullyConnected<20>>, EvolvePotential<>, Tanh, Record, Delay> {};
//   Units<any_units>            as many as the number "n_units" of the layer, or of the model, says (operations/linear.hpp)
//
// The layer is silent until something arrives. MultiArea (rate/multi_area.hpp) writes its areas with it.
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/operations/linear.hpp>

namespace dynvision {

template <int N> struct Units {
  static constexpr std::string_view label = "units";
  static constexpr bool only_once = true, forgets_state = true;
  static constexpr int out_channels(int) { return N; }
  static constexpr Fault fault = N < 0 ? Fault::number : Fault::none;
  static constexpr auto numbers = Linear<image_channels, N>::numbers;

  int units = N;

  void settle(Options const& options, std::string_view layer) requires(N == any_units) {
    Linear<image_channels, N> number;
    number.settle(options, layer);
    units = number.channels_out();
  }
  int channels_out() const requires(N == any_units) { return units; }
  Size out_size(Size) const { return {1, 1}; }

  Signal operator()(Signal const&, Moment&) const { return {}; }
};

}  // namespace dynvision

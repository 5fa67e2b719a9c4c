// Linear: a matrix product of the channels. In a model without places (input_dims {N, 1, 1}) channels are its units.
//
//   y = W x + b       x (B,In,1,1), y (B,Out,1,1), W (Out,In), b (Out); in images the same at each place
//
//   Linear<100, 50>     Linear<image_channels, 50, NoBias>     Linear<50, 50, Dale<>, As<"{}.input">>
//   Linear<image_channels, any_units>            as many as the number "n_units" of the layer, or of the model, says (100)
//
// It is Conv<In, Out, 1> with a weight that is a matrix. Parameters: weight, bias. Initialisation: see feedforward_kernel().
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/concepts/path.hpp>
#include <dynvision/concepts/weight.hpp>
#include <dynvision/core/list.hpp>

#include <array>
#include <cmath>

namespace dynvision {

template <int In, int Out, class... With> struct Linear {
  static constexpr std::string_view label = "linear";
  static constexpr std::string_view path = pick<IsPath, As<"{}.linear">, With...>::path;
  static constexpr int kernel_size = 1, stride = 1;
  static constexpr int out_channels(int in) { return same_channels(in, In) ? Out : channel_mismatch; }
  static constexpr Fault fault = In < 0 || Out < 0 ? Fault::number
                                 : !PolicyKinds<IsPath, IsNoBias, IsParametrisation>::take<With...>()
                                     ? Fault::policy
                                     : parametrisation_fault<With...>();

  static constexpr PartNumber n_units{
      .name = "n_units", .default_value = 100, .range = at_least(1), .help = "units of the layer"};
  static constexpr auto numbers = [] {
    if constexpr (Out == any_units) {
      return std::array{n_units};
    } else {
      return std::array<PartNumber, 0>{};
    }
  }();

  Weight kernel;
  int units = Out;

  // Before anything is made: how many units leave.
  void settle(Options const& options, std::string_view layer) requires(Out == any_units) {
    double const given = checked_value(options, layer, n_units);
    if (given != std::round(given)) fail("model", 131, {"n_units = ", given, ": expected a whole number"});
    units = static_cast<int>(given);
  }
  int channels_out() const requires(Out == any_units) { return units; }

  void compose(Composition& at) {
    kernel = feedforward_kernel(at, units, 1, at.options.bias && !has<NoBias, With...>);
    kernel.weight = kernel.weight.flatten(1);
    kernel.parametrise(at, Parametrisations::of<With...>());
  }
  void parameters(auto&& visit) { kernel.parameters("", visit); }

  Tensor operator()(Tensor const& x) const { return kernel(x); }  // (B,In,H,W) -> (B,Out,H,W)
};

}  // namespace dynvision

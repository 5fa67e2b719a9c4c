// Self connection: one weight and one bias for all channels and places.
//
//   rec(h) = w h + b         w, b [1]        parameters: weight, bias
//
// With Options::fixed_self_weight the weight is that number: saved, but not learned. The bias always learns.
#pragma once
#include <dynvision/connections/lateral.hpp>

namespace dynvision {

template <int C, int K = 1, int D = C>  // K is taken and not used, so that all lateral connections are written alike
struct Self {
  static constexpr int state_channels = C, target_channels = D;
  static constexpr bool keeps_channels = true;
  static constexpr bool is_affine = true;  // with `weight` and `bias`
  static constexpr PartNumber numbers[]{max_weight_init,
                                        {.name = "fixed_self_weight",
                                         .help = "the one weight, not learned; it learns unless given",
                                         .field = &Options::fixed_self_weight,
                                         .one_for_all = true}};
  Tensor weight, bias;  // [1]
  bool fixed = false;

  void compose(Composition& at, bool with_bias, int /*target*/) {
    std::optional<double> const& given = at.options.fixed_self_weight;
    fixed = given.has_value();
    weight = fixed ? at.constant({1}, *given) : at.uniform({1}, at.max_weight(0.2));
    if (with_bias) bias = at.constant({1}, 0);
  }
  void parameters(auto&& visit) {
    if (fixed) {
      visit("weight", weight, Fixed{});
    } else {
      visit("weight", weight);
    }
    if (bias.defined()) visit("bias", bias);
  }
  Tensor operator()(Tensor const& h) const {  // (B,C,H,W) -> (B,C,H,W)
    Tensor const y = h.mul(weight);
    return bias.defined() ? y.add(bias) : y;
  }
};

}  // namespace dynvision

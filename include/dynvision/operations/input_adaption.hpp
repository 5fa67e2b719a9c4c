// Input adaption: a frame fades while it stays on.
//
//   y(t) = w^n x(t)       n: steps since the shown frame came on; a change of frame, or a blank, starts again
//
// w = Options::input_adaption_weight; 0: left out. It is saved with the model and not learned.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>

#include <cmath>

namespace dynvision {

struct InputAdaption {
  static constexpr std::string_view label = "input_adaption";
  static constexpr bool forgets_state = true;
  static constexpr std::string_view path = "input_adaption.recurrence";

  static constexpr PartNumber numbers[]{{.name = "input_adaption_weight",
                                         .help = "factor for each step that a frame stays on; 0: left out",
                                         .field = &Options::input_adaption_weight,
                                         .one_for_all = true}};

  Tensor weight;  // [1]; absent: left out

  void compose(Composition& at) {
    double const w = at.options.input_adaption_weight;
    if (!std::isfinite(w)) fail("model", 115, "input_adaption_weight: expected a finite number");
    if (w != 0) weight = at.constant({1}, w);
  }
  void parameters(auto&& visit) {
    if (weight.defined()) visit("weight", weight, Fixed{});
  }
  Signal operator()(Signal const& x, Moment& now) const {
    if (!x.defined() || !weight.defined() || now.frame_age == 0) return x;
    return x.mul(weight.pow(now.frame_age));
  }
};

}  // namespace dynvision

// Dropout (Srivastava et al. 2014): while a model is trained, some units are silent.
//
//   y = x m/(1 - p)       m: 0 with probability p = Options::dropout, else 1; drawn anew for each unit, sample and step
//
// Outside training (ModelWith::train), and without gradient, y = x. The numbers are LibTorch's global generator's.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/core/ops.hpp>

#include <ATen/core/grad_mode.h>

namespace dynvision {

struct Dropout {
  static constexpr std::string_view label = "dropout";
  static constexpr bool forgets_state = true;  // the steps of a still image do not share their silent units

  static constexpr PartNumber numbers[]{{.name = "dropout",
                                         .range = from_to_below(0, 1),
                                         .help = "probability that a unit is silent while the model is trained",
                                         .field = &Options::dropout}};

  double probability = 0.5;
  bool training = false;

  void compose(Composition& at) {
    probability = at.number<"dropout">(*this);
    if (!(probability >= 0 && probability < 1)) {
      fail("model", 116, {"dropout = ", probability, ": expected a probability from 0 to below 1"});
    }
  }
  void train(bool on) { training = on; }

  Signal operator()(Signal const& x, Moment&) const {
    if (!x.defined() || !training || probability == 0 || !at::GradMode::is_enabled()) return x;
    return dynvision::dropout(x, probability, true);  // not at::dropout
  }
  Tensor operator()(Tensor const& x) const { return x; }
  Tensor adjoint(Tensor const& g, Tensor const&, auto&&) const { return g; }
};

}  // namespace dynvision

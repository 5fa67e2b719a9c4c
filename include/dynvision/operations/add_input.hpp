// External input to a layer: a current injected beside what arrives from other areas.
//
//   x(t) <- x(t) + I(t)       I (B,C,H,W) or what broadcasts to it, from run::Settings::external; absent: nothing
//
// While x is absent the signal is I(t) itself, in a model at the size of this place and for the whole batch.
#pragma once
#include <dynvision/concepts/composition.hpp>
#include <dynvision/concepts/operation.hpp>
#include <dynvision/connections/integration.hpp>

namespace dynvision {

struct AddInput {
  static constexpr std::string_view label = "addext";
  static constexpr bool forgets_state = true;

  int channels = 0;

  void compose(Composition& at) { channels = at.channels; }
  Signal operator()(Signal const& x, Moment& now) const {
    Signal const& I = now.external;
    if (x.defined() || !I.defined() || now.size.height < 1) return integrate<Additive>(x, I);
    return I.expand({now.batch, channels, now.size.height, now.size.width});
  }
};

}  // namespace dynvision

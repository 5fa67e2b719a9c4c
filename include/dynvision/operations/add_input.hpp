// External input to a layer: a current injected beside what arrives from other areas.
//
//   x(t) <- x(t) + I(t)       I (B,C,H,W) or what broadcasts to it, from run::Settings::external; absent: nothing
#pragma once
#include <dynvision/concepts/operation.hpp>
#include <dynvision/connections/integration.hpp>

namespace dynvision {

struct AddInput {
  static constexpr std::string_view label = "addext";
  static constexpr bool forgets_state = true;
  Signal operator()(Signal const& x, Moment& now) const { return integrate<Additive>(x, now.external); }
};

}  // namespace dynvision

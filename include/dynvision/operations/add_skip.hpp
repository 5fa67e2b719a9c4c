// Skip connection: the response of an earlier area arrives here, past the areas between.
//
//   x(t) <- x(t) (+) R(W * r_source(t - n))       n = t_skip/dt steps, 0: the same step
//
//   AddSkip<"V1">     AddSkip<"V1", Multiplicative>     AddSkip<"layer1", Through<1, 2>, NoBias, WeightNorm>
//
// A skip may be faster than the feedforward way: the layer then starts from the skip signal alone.
#pragma once
#include <dynvision/connections/adapter.hpp>
#include <dynvision/model/fault.hpp>

namespace dynvision {

template <Name Source, class... With> struct AddSkip {
  static constexpr std::string_view label = "addskip";
  static constexpr std::string_view path = pick<IsPath, As<"addskip_{}">, With...>::path;
  static constexpr std::string_view source = Source.view();
  static constexpr bool comes_from_later = false;
  static constexpr Fault fault = (is_connection_policy<With> && ...) ? Fault::none : Fault::policy;

  Adapter adapter;
  int from = 0;   // index of the source layer
  int delay = 0;  // [steps]
  bool on = false;

  void compose(Composition& at) {
    if (at.options.feedforward_only) return;
    on = true;
    from = at.find(source);
    delay = at.steps(&Options::t_skip, &LayerOptions::t_skip, "t_skip");
    at.remember(from, delay + 1);
    adapter.compose<With...>(at, at.places[static_cast<std::size_t>(from)].state_channels, at.channels);
  }
  void parameters(auto&& visit) { adapter.parameters(visit); }

  Signal operator()(Signal const& x, Moment& now) const {
    if (!on || now.feedforward_only) return x;
    Signal const h = now.memory_of(from).at_step(now.step - delay);
    if (!h.defined()) return x;
    return integrate<pick<IsIntegration, Additive, With...>>(x, adapter(h, size_at(x, now.size)));
  }
};

}  // namespace dynvision

// Feedback connection: the response of a later area arrives here.
//
//   x(t) <- x(t) (+) R(W * r_source(t - max(1, n)))       n = t_feedback/dt steps
//
//   AddFeedback<"V4">     AddFeedback<"IT", Multiplicative>
#pragma once
#include <dynvision/connections/adapter.hpp>
#include <dynvision/model/fault.hpp>

namespace dynvision {

template <Name Source, class... With> struct AddFeedback {
  static constexpr std::string_view label = "addfeedback";
  static constexpr std::string_view path = pick<IsPath, As<"addfeedback_{}">, With...>::path;
  static constexpr std::string_view source = Source.view();
  static constexpr bool comes_from_later = true;
  static constexpr Fault fault = (is_connection_policy<With> && ...) ? Fault::none : Fault::policy;

  Adapter adapter;
  int from = 0;   // index of the source layer
  int delay = 1;  // [steps], at least 1
  bool on = false;

  void compose(Composition& at) {
    if (at.options.feedforward_only) return;
    on = true;
    from = at.find(source);
    delay = std::max(1, at.steps(&Options::t_feedback, &LayerOptions::t_feedback, "t_feedback"));
    at.remember(from, delay);
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

// Feedback connection: the response of a later area arrives here.
//
//   x(t) <- x(t) (+) R(W * r_source(t - max(1, n)))       n = t_feedback/dt steps
//
//   AddFeedback<"V4">     AddFeedback<"IT", Multiplicative>
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/connections/projection.hpp>

namespace dynvision {

template <Name Source, class... With> struct AddFeedback {
  static constexpr std::string_view label = "addfeedback";
  static constexpr std::string_view path = pick<IsPath, As<"addfeedback_{}">, With...>::path;
  static constexpr std::string_view source = Source.view();
  static constexpr bool comes_from_later = true;
  static constexpr Fault fault =
      PolicyKinds<IsIntegration, IsThrough, IsPath, IsNoBias, IsParametrisation>::take<With...>()
          ? parametrisation_fault<With...>()
          : Fault::policy;

  static constexpr PartNumber numbers[]{{.name = "t_feedback",
                                         .unit = "ms",
                                         .range = at_least(0),
                                         .help = "delay of feedback arriving here; 0: one step",
                                         .field = {&Options::t_feedback, &LayerOptions::t_feedback}}};
  using integration = pick<IsIntegration, Additive, With...>;

  Projection incoming;

  void compose(Composition& at) {
    if (at.options.feedforward_only) return;
    int const n = std::max(1, at.steps(&Options::t_feedback, &LayerOptions::t_feedback, "t_feedback"));
    incoming.compose<With...>(at, source, n, n);
  }
  void parameters(auto&& visit) { incoming.parameters(visit); }

  // What arrives, before it is integrated, or absent.
  Signal arrival(Moment& now) const { return incoming({}, now); }
  Signal operator()(Signal const& x, Moment& now) const { return integrate<integration>(x, incoming(x, now)); }
};

}  // namespace dynvision

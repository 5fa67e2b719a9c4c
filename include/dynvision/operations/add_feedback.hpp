// Feedback connection: the response of a later area arrives here.
//
//   x(t) <- x(t) (+) R(W * r_source(t - max(1, n)))       n = t_feedback/dt steps
//
//   AddFeedback<"V4">     AddFeedback<"IT", Multiplicative>     AddFeedback<"V4", LearnedDelay<>>
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
      PolicyKinds<IsIntegration, IsThrough, IsPath, IsNoBias, IsParametrisation, IsInterpolation>::take<With...>()
          ? parametrisation_fault<With...>()
          : Fault::policy;

  struct Own {
    static constexpr PartNumber numbers[]{{.name = "t_feedback",
                                           .unit = "ms",
                                           .range = at_least(0),
                                           .help = "delay of feedback arriving here; 0: one step",
                                           .field = {&Options::t_feedback, &LayerOptions::t_feedback}}};
  };
  static constexpr auto numbers = NumbersOf<Own, LongestDelayOf<With...>>::all;
  using integration = pick<IsIntegration, Additive, With...>;

  Projection incoming;

  void compose(Composition& at) {
    if (at.options.feedforward_only) return;
    if constexpr (interpolates<With...>) {
      double const t = at.number(&Options::t_feedback, &LayerOptions::t_feedback);
      incoming.compose<With...>(at, source, t, "t_feedback", 1);
    } else {
      int const n = at.steps(&Options::t_feedback, &LayerOptions::t_feedback, "t_feedback", or_interpolated);
      incoming.compose<With...>(at, source, std::max(1, n), std::max(1, n));
    }
  }
  void parameters(auto&& visit) { incoming.parameters(visit); }

  // What arrives, before it is integrated, or absent.
  Signal arrival(Moment& now) const { return incoming({}, now); }
  Signal operator()(Signal const& x, Moment& now) const { return integrate<integration>(x, incoming(x, now)); }
};

}  // namespace dynvision

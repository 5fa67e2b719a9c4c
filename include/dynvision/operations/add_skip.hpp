// Skip connection: the response of an earlier area arrives here, past the areas between.
//
//   x(t) <- x(t) (+) R(W * r_source(t - n))       n = t_skip/dt steps, 0: the same step
//
//   AddSkip<"V1">     AddSkip<"V1", Multiplicative>     AddSkip<"layer1", Through<1, 2>, NoBias, WeightNorm>
//   AddSkip<"layer7", SameStep>      without delay, whatever t_skip says
//   AddSkip<"V1", LearnedDelay<>>    a delay that learns, see connections/interpolated_delay.hpp
//
// A skip may be faster than the feedforward way: the layer then starts from the skip signal alone.
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/connections/projection.hpp>

namespace dynvision {

struct SameStep {  // without delay
  using policy = policies::Delay;
};
template <class T> using IsSkipDelay = std::bool_constant<std::is_same_v<T, SameStep> || IsInterpolation<T>::value>;

template <Name Source, class... With> struct AddSkip {
  static constexpr std::string_view label = "addskip";
  static constexpr std::string_view path = pick<IsPath, As<"addskip_{}">, With...>::path;
  static constexpr std::string_view source = Source.view();
  static constexpr bool comes_from_later = false;
  static constexpr Fault fault =
      PolicyKinds<IsIntegration, IsThrough, IsPath, IsNoBias, IsParametrisation, IsSkipDelay>::take<With...>()
          ? parametrisation_fault<With...>()
          : Fault::policy;

  struct Own {
    static constexpr PartNumber numbers[]{{.name = "t_skip",
                                           .unit = "ms",
                                           .range = at_least(0),
                                           .help = "delay of skips arriving here; 0: the same step",
                                           .field = {&Options::t_skip, &LayerOptions::t_skip}}};
  };
  static constexpr auto numbers =
      NumbersOf<std::conditional_t<has<SameStep, With...>, List<>, Own>, LongestDelayOf<With...>>::all;
  using integration = pick<IsIntegration, Additive, With...>;

  Projection incoming;

  void compose(Composition& at) {
    if (at.options.feedforward_only) return;
    if constexpr (interpolates<With...>) {
      incoming.compose<With...>(at, source, at.number(&Options::t_skip, &LayerOptions::t_skip), "t_skip", 0);
    } else {
      int const n =
          has<SameStep, With...> ? 0 : at.steps(&Options::t_skip, &LayerOptions::t_skip, "t_skip", or_interpolated);
      incoming.compose<With...>(at, source, n, n + 1);  // the source has stored this step's state already
    }
  }
  void parameters(auto&& visit) { incoming.parameters(visit); }

  // What arrives, before it is integrated, or absent.
  Signal arrival(Moment& now) const { return incoming({}, now); }
  Signal operator()(Signal const& x, Moment& now) const { return integrate<integration>(x, incoming(x, now)); }
};

}  // namespace dynvision

// From: what arrives in an area of a MultiArea from another one.
//
//   W r_source(t - d)        W (N,M), d [ms] at least one step
//
//   RateArea<"frontal", 20, Tanh, From<"parietal">, From<"sensory", Masked<Sparse<30>>>>
//   From<"parietal", LearnedDelay<>>      a delay that learns (connections/interpolated_delay.hpp)     From<"parietal", SameStep>
//   From<"parietal", Excitatory<>>        only its excitatory units project
//
// d is the number "t_from_SOURCE" of the area, .layers = {{"frontal", {.numbers = {{"t_from_sensory", 30}}}}}. Where it is not given:
// from an earlier area that area's t_feedforward, from a later one the t_feedback of this area. 0 means one step. W is drawn uniform
// in 1/sqrt(M), and obeys the signs of the source, if it has any. With feedforward_only what comes from earlier areas is left.
// Parameters: AREA.from_SOURCE.weight; a bias is that of the recurrent connection.
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/connections/projection.hpp>
#include <dynvision/operations/add_skip.hpp>
#include <dynvision/operations/delay.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace dynvision {

namespace rate {

struct FromKind {};
template <class T> using IsFrom = std::bool_constant<PolicyOf<T, FromKind>>;
template <class T> using IsBias = std::bool_constant<PolicyOf<T, policies::Bias>>;

struct OwnBias {  // connections between areas have none, inputs have one
  using policy = policies::Bias;
};

// "t_from_" and "sensory" as one text.
template <Name A, Name B> struct Both {
  static constexpr auto text = [] {
    std::array<char, A.view().size() + B.view().size()> all{};
    std::copy(B.view().begin(), B.view().end(), std::copy(A.view().begin(), A.view().end(), all.begin()));
    return all;
  }();
  static constexpr std::string_view view{text.data(), text.size()};
};
template <Name A, Name B> struct PathOf {
  using policy = policies::Path;
  static constexpr std::string_view path = Both<A, B>::view;
};

// The operation: y = x + W r_source(t - d).
template <Name Source, bool Later, class... With> struct Arrival {
  static constexpr std::string_view label = "from";
  static constexpr std::string_view path = pick<IsPath, PathOf<"{}.from_", Source>, With...>::path;
  static constexpr std::string_view source = Source.view();
  static constexpr bool comes_from_later = Later;
  static constexpr bool same_step = has<SameStep, With...>;
  static constexpr Fault fault =
      PolicyKinds<IsPath, IsBias, IsParametrisation, IsSkipDelay>::take<With...>() && !(Later && same_step)
          ? parametrisation_fault<With...>()
          : Fault::policy;
  using integration = Additive;

  struct Own {
    static constexpr PartNumber numbers[]{{.name = Both<"t_from_", Source>::view,
                                           .unit = "ms",
                                           .range = at_least(0),
                                           .help = "delay of what arrives from that area; 0: one step; not given: "
                                                   "t_feedforward of an earlier area, t_feedback from a later one"}};
  };
  struct Backwards {
    static constexpr PartNumber numbers[]{{.name = "t_feedback",
                                           .unit = "ms",
                                           .range = at_least(0),
                                           .help = "delay of feedback arriving here; 0: one step",
                                           .field = {&Options::t_feedback, &LayerOptions::t_feedback}}};
  };
  static constexpr auto numbers = NumbersOf<std::conditional_t<same_step, List<>, Own>,
                                            std::conditional_t<Later, Backwards, List<>>, LongestDelayOf<With...>>::all;

  Projection incoming;

  void compose(Composition& at) {
    if (at.options.feedforward_only && Later) return;
    incoming.on = true, incoming.feedforward = !Later;
    incoming.from = at.find(source);
    // An earlier area has stored the state of this step already.
    int const units = at.places[static_cast<std::size_t>(incoming.from)].state_channels;
    if constexpr (interpolates<With...>) {
      incoming.interpolated.compose<With...>(at, delay(at), Own::numbers[0].name, 1, units);
      incoming.delay = incoming.interpolated.taps().newest;
      at.remember(incoming.from, incoming.interpolated.oldest() + (Later ? 0 : 1));
    } else if constexpr (same_step) {
      at.remember(incoming.from, 1);
    } else {
      int const n = at.clock.steps(delay(at), Own::numbers[0].name, at.here().name, or_interpolated);
      incoming.delay = std::max(1, n);
      at.remember(incoming.from, incoming.delay + (Later ? 0 : 1));
    }
    double const bound = at.options.max_weight_init.value().value_or(1 / std::sqrt(static_cast<double>(units)));
    Weight& w = incoming.adapter.conv;
    w.weight = at.uniform({at.channels, units}, bound);
    if (has<OwnBias, With...> && at.options.bias) w.bias = at.uniform({at.channels}, bound);
    w.parametrise(at, Parametrisations::of<With...>());
  }
  void parameters(auto&& visit) {
    incoming.adapter.conv.parameters("", visit);
    incoming.interpolated.parameters(visit);
  }

  Signal arrival(Moment& now) const { return incoming({}, now); }
  Signal operator()(Signal const& x, Moment& now) const { return integrate<Additive>(x, incoming(x, now)); }

 private:
  static double delay(Composition& at) {
    if (value_in(at.options, at.here().name, Own::numbers[0])) {
      return checked_value(at.options, at.here().name, Own::numbers[0]);
    }
    return *(Later ? value_in(at.options, at.here().name, Backwards::numbers[0])
                   : value_in(at.options, source, Delay::numbers[0]));
  }
};

}  // namespace rate

template <Name Source, class... With> struct From {
  using policy = rate::FromKind;
  static constexpr std::string_view source = Source.view();
  template <bool Later, class... P> using as = rate::Arrival<Source, Later, P...>;
  using policies = List<With...>;
};

template <> inline constexpr bool may_be_several<rate::IsFrom> = true;

}  // namespace dynvision

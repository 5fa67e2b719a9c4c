// Recurrence: the layer's own response, one lateral delay ago, arrives at this place of the layer.
//
//   x(t) <- x(t) (+) U(rec( r(t - max(1, n)) ))       n = t_recurrence/dt steps; (+) integration, additive by default
//
// U: nearest neighbour to the resolution at this place. The place is the recurrence target: before the convolution
// (ToInput), between two convolutions (ToMiddle), after them (ToOutput).
//
//   Recur<Full<36, 3>>     Recur<Self<64>, Multiplicative, NoBias>     Recur<Full<64, 3>, WeightNorm>     Recur<Full<36>, Dale<>>
//   Recur<Full<36, 3>, LearnedDelay<>>     a delay that learns, see connections/interpolated_delay.hpp
#pragma once
#include <dynvision/concepts/fault.hpp>
#include <dynvision/concepts/flags.hpp>
#include <dynvision/connections/lateral.hpp>
#include <dynvision/connections/projection.hpp>

namespace dynvision {

// Some connections keep the channels of the state.
[[gnu::noinline]] inline void check_lateral_channels(Composition& at, bool keeps_channels) {
  if (keeps_channels && at.channels != at.state_channels()) {
    fail("model", 106,
         {"recurrence of ", at.here().name, " keeps the ", at.state_channels(),
          " channels of the state, but arrives where there are ", at.channels,
          ": expected another recurrence type or target"});
  }
}

template <class L, class... With> struct Recur {
  static constexpr std::string_view label = "recurrence";
  static constexpr std::string_view path = pick<IsPath, As<"{}.recurrence">, With...>::path;
  static constexpr bool is_recurrence = true;
  static constexpr bool silent = SilentLateral<L>;
  struct Own {
    static constexpr PartNumber numbers[]{{.name = "t_recurrence",
                                           .unit = "ms",
                                           .range = at_least(0),
                                           .help = "delay of the lateral connection; 0: one step",
                                           .field = {&Options::t_recurrence, &LayerOptions::t_recurrence}}};
  };
  static constexpr auto numbers = NumbersOf<std::conditional_t<silent, List<>, Own>, L, LongestDelayOf<With...>>::all;
  using lateral_type = L;
  using integration = pick<IsIntegration, Additive, With...>;

  static constexpr Fault fault = [] {
    if (!Lateral<L>) return Fault::lateral;
    if (!PolicyKinds<IsIntegration, IsPath, IsNoBias, IsParametrisation, IsInterpolation>::take<With...>())
      return Fault::policy;
    if (!takes_parametrisations<L, With...>()) return Fault::parametrisation;
    return parametrisation_fault<With...>();
  }();

  L lateral;
  int delay = 1;  // [steps], at least 1
  InterpolatedDelay interpolated;
  bool on = false;

  void compose(Composition& at) {
    if (at.options.feedforward_only || silent) return;
    on = true;
    check_lateral_channels(at, KeepsChannels<L>);
    if constexpr (interpolates<With...>) {
      double const t = at.number(&Options::t_recurrence, &LayerOptions::t_recurrence);
      interpolated.compose<With...>(at, t, "t_recurrence", 1, at.state_channels());
      delay = interpolated.taps().newest;
      at.remember(at.layer, interpolated.oldest());
    } else {
      int const n = at.steps(&Options::t_recurrence, &LayerOptions::t_recurrence, "t_recurrence", or_interpolated);
      at.remember(at.layer, delay = std::max(1, n));
    }
    bool const bias = at.options.bias && !has<NoBias, With...>;
    if constexpr (ParametrisedLateral<L>) {
      lateral.compose(at, bias, Parametrisations::of<With...>(), at.channels);
    } else {
      lateral.compose(at, bias, at.channels);
    }
  }
  void parameters(auto&& visit) {
    if (!on) return;
    lateral.parameters(visit);
    interpolated.parameters(visit);
  }

  // What arrives, before it is integrated, or absent.
  Signal arrival(Moment& now) const {
    Signal const h = sent(now);
    return h.defined() ? nearest(lateral(h), now.size) : h;
  }
  Signal operator()(Signal const& x, Moment& now) const {
    Signal const h = sent(now);
    return h.defined() ? integrate_resized<integration>(x, lateral(h), now.size) : x;
  }

 private:
  Signal sent(Moment& now) const {  // the response that arrives now, or absent
    if (!on || now.feedforward_only) return {};
    return interpolated.on ? interpolated(now, now.layer) : now.past(now.layer, delay);
  }
};

}  // namespace dynvision

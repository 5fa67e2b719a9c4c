// RateArea: an area of a MultiArea, written with what arrives in it; which of its policies say what.
//
//   tau dv/dt = -v + W r + sum_b W_b r_b(t - d_b) + U x + b + sigma xi,  r = f(v)          x (B,T,In), r (B,T,N)
//
//   struct Frontal : RateArea<"frontal", 20, Tanh, Dale<>, From<"parietal">, Outgoing<>> {};
//   RateArea<"frontal", any_units, ...>         as many as its number "n_units" says
//
// Its policies are those of RateLayer (rate/policies.hpp), From<"A", P...> (rate/from.hpp), Dale<E, I> with BalancedSums, GammaSizes or
// BalancedMeans (rate/balance.hpp). With Incoming<P...> it sees what is shown, with Outgoing<P...> it is read out.
#pragma once
#include <dynvision/operations/units.hpp>
#include <dynvision/rate/balance.hpp>
#include <dynvision/rate/from.hpp>
#include <dynvision/rate/rate_layer.hpp>
#include <dynvision/rate/signed_units.hpp>

#include <array>
#include <string_view>

namespace dynvision {

template <Name Area, int N, class... With> struct RateArea {
  static constexpr std::string_view name = Area.view();
  static constexpr int units = N;
  using area_policies = List<With...>;
  template <class Operations> using layer = typename LayerOf<Area, Operations>::type;
  template <class... P> using incoming_of = rate::Arrival<"inputs", false, SameStep, As<"{}.input">, P...>;
  template <class... P> using readout_of = rate::Arrival<Area, false, SameStep, rate::PathOf<"readout.", Area>, P...>;
};

namespace rate {

template <class A>
concept AreaType = requires {
  typename A::area_policies;
  A::units;
};

// What stores the rates of an area, which leave it by connections alone: nothing is handed on to the next one.
struct Stored {
  static constexpr std::string_view label = Delay::label;
  static constexpr bool only_once = true, is_memory = true;
  static constexpr int steps = 0;
  Signal operator()(Signal const& x, Moment& now) const {
    now.memory().store(x);
    return x;
  }
};
struct StoredRates : Stored {
  static constexpr auto numbers = std::to_array(Delay::numbers);  // t_feedforward, which From reads
};

using AreaKinds = PolicyKinds<IsNonlinearity, IsStateKind, IsSolverOnly, IsSharing, IsLeak, IsNoise, IsRateNoise,
                              IsStart, IsIncoming, IsRecurrent, IsOutgoing, IsMore, IsDale, IsBalance, IsFrom>;

// What is asked of an area's policies.
template <class A, class With = typename A::area_policies> struct AreaOf;
template <class A, class... With> struct AreaOf<A, List<With...>> {
  using signs = pick<IsDale, Unsigned, With...>;
  using balance = pick<IsBalance, BalancedSums, With...>;
  static constexpr bool is_split = Split<signs>::excite > 0 && Split<signs>::inhibit > 0;
  static constexpr bool sees = (IsIncoming<With>::value || ...), is_read = (IsOutgoing<With>::value || ...);
  static constexpr bool sound = AreaKinds::take<With...>() && A::units >= 0;
  using incoming = typename pick<IsIncoming, Incoming<>, With...>::policies;
  using of_recurrent = SignedBy<signs, typename pick<IsRecurrent, Recurrent<>, With...>::policies>;
  using of_outgoing = SignedBy<signs, typename pick<IsOutgoing, Outgoing<>, With...>::policies>;
  using recurrent = typename of_recurrent::type;
  using outgoing = typename of_outgoing::type;
  template <template <class> class Match> using those_of = those<Match, With...>;
};

// The areas among themselves: whom a From means, and with which signs.
template <class... All> struct Among {
  static constexpr int n = static_cast<int>(sizeof...(All));
  static constexpr std::array<std::string_view, sizeof...(All)> names{All::name...};
  static constexpr int index_of(std::string_view name) {  // n: unknown
    int i = 0;
    while (i < n && names[static_cast<std::size_t>(i)] != name) ++i;
    return i;
  }
  template <int I> using signs_of = element<I, typename AreaOf<All>::signs..., Unsigned>;  // of an unknown area: none
  template <class F> using signed_from = SignedBy<signs_of<index_of(F::source)>, typename F::policies>;

  template <class A, class Froms = typename AreaOf<A>::template those_of<IsFrom>> struct FromsOf;
  template <class A, class... F> struct FromsOf<A, List<F...>> {
    static constexpr bool itself = ((F::source == A::name) || ...), agree = (signed_from<F>::agrees && ...);
  };
  static constexpr bool from_itself = (FromsOf<All>::itself || ...);
  static constexpr bool signs_agree =
      ((FromsOf<All>::agree && AreaOf<All>::of_recurrent::agrees && AreaOf<All>::of_outgoing::agrees) && ...);
};

}  // namespace rate

}  // namespace dynvision

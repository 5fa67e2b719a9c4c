// MultiArea: a network of several areas of rates, of any sizes, each written with what arrives in it.
//
//   tau dv_a/dt = -v_a + W_a r_a + sum_b W_ab r_b(t - d_ab) + U_a x + b_a + sigma xi,  r_a = f(v_a),  z = sum_a V_a r_a + c
//   x (B,T,In), r_a (B,T,N_a), z (B,T,Out)
//
//   struct Sensory  : RateArea<"sensory", 40, Incoming<>, From<"frontal">> {};               U x, and feedback
//   struct Parietal : RateArea<"parietal", 30, From<"sensory">> {};
//   struct Frontal  : RateArea<"frontal", 20, Dale<>, From<"parietal">, From<"sensory">, Outgoing<>> {};     a skip; V r
//   struct Cortex : MultiArea<3, Sensory, Parietal, Frontal> { using MultiArea::MultiArea; };
//
//   Incoming<P...>      the area sees what is shown          Outgoing<P...>      it is read out          P: of U, of V
//   From<"A", P...>     what A's rates bring, d ms later (rate/from.hpp); A stands before this area or behind it
//   Dale<E, I>          the area's units have signs: so have the connections within it, those to other areas, and its readout
//                       (rate/signed_units.hpp); how W_a starts: rate/balance.hpp
//   others              those of RateLayer (rate/policies.hpp): nonlinearity, state, tau, noise, LearnedStart, More<...>
//
// Every connection takes one step at least, as W r does, so that a perturbation reaches the k-th area of a chain at step k. Areas
// see currents of their own by Settings::external ("parietal"). Weights are masked by Masked<...> in P, in Recurrent<...>.
// Parameters: AREA.input.weight (N,In), AREA.recurrent.weight (N,N), AREA.from_B.weight (N,M), biases of the first two, tau_AREA;
// readout.weight and readout.bias where only the last area is read out, else readout.AREA.weight and readout.bias.
#pragma once
#include <dynvision/model/model.hpp>
#include <dynvision/operations/readout.hpp>
#include <dynvision/rate/eirnn.hpp>
#include <dynvision/rate/rate_area.hpp>
#include <dynvision/rate/rest.hpp>

#include <string_view>

namespace dynvision {

namespace rate {

// z = sum_a V_a r_a, of as many numbers as Options::n_classes.
struct Outputs : Units<any_units> {
  static constexpr std::array<PartNumber, 0> numbers{};
  void settle(Options const& options, std::string_view) {
    units = options.n_classes;
    if (units < 1) fail("model", 144, {"n_classes = ", units, ", the outputs of a Readout: expected at least 1"});
  }
};
// z + c
struct OutputBias {
  static constexpr std::string_view path = "readout";
  Tensor bias;  // (K)
  void compose(Composition& at) { bias = at.constant({at.channels}, 0); }
  void parameters(auto&& visit) { visit("bias", bias); }
  std::int64_t classes() const { return bias.size(0); }
  Tensor operator()(Tensor const& z) const { return z.flatten(1).add(bias); }
};

// What is shown, for areas that see it beside the first one.
template <int In> struct Shown : Stored {
  static constexpr int out_channels(int in) { return same_channels(in, In) ? in : channel_mismatch; }
};

template <int In, class... All> struct AreasOf : Among<All...> {
  using Among<All...>::n, Among<All...>::index_of;
  template <class F> using signed_from = typename Among<All...>::template signed_from<F>;

  static constexpr int n_read = (0 + ... + static_cast<int>(AreaOf<All>::is_read));
  static constexpr bool reads_last = n_read == 1 && AreaOf<element<n - 1, All...>>::is_read;
  static constexpr bool first_sees = AreaOf<element<0, All...>>::sees;
  static constexpr bool relays = (0 + ... + static_cast<int>(AreaOf<All>::sees)) > (first_sees ? 1 : 0);

  // What arrives in area I, by one From.
  template <int I, class F> struct ArrivalOf {
    static constexpr int from = index_of(F::source);
    template <class P> struct With;
    template <class... P> struct With<List<P...>> {
      using type = typename F::template as<(from > I && from < n), P...>;
    };
    using type = typename With<typename signed_from<F>::type>::type;
  };
  template <int I, class Froms> struct ArrivalsOf;
  template <int I, class... F> struct ArrivalsOf<I, List<F...>> {
    using type = List<typename ArrivalOf<I, F>::type...>;
  };

  template <class A, bool InRow, class P> struct IncomingOf;
  template <class A, class... P> struct IncomingOf<A, true, List<P...>> {
    using type = List<typename InputOf<In, A::units, List<P...>>::type>;
  };
  template <class A, class... P> struct IncomingOf<A, false, List<P...>> {
    using bias = std::conditional_t<has<NoBias, P...>, List<>, List<OwnBias>>;
    template <class Also> struct With;
    template <class... Also> struct With<List<Also...>> {
      using type = typename A::template incoming_of<P..., Also...>;
    };
    using type = List<Units<A::units>, typename With<bias>::type>;
  };

  template <class A, class Others> struct Dynamics;
  template <class A, class... Others> struct Dynamics<A, List<Others...>> {
    using type = typename DynamicsOf<StoredRates, Others...>::type;
  };
  template <class T> using IsDynamic = std::bool_constant<Kinds::has_kind<T>>;

  template <int I> struct LayerOfArea {
    using A = element<I, All...>;
    using area = AreaOf<A>;
    using shown = std::conditional_t<area::sees, IncomingOf<A, (I == 0), typename area::incoming>,
                                     std::type_identity<List<Units<A::units>>>>;
    using operations = join<typename shown::type, List<typename RecurrentOf<A::units, typename area::recurrent>::type>,
                            typename ArrivalsOf<I, typename area::template those_of<IsFrom>>::type,
                            typename Dynamics<A, typename area::template those_of<IsDynamic>>::type>;
    using type = typename A::template layer<operations>;
  };

  template <class A, class P = typename AreaOf<A>::outgoing> struct ReadoutOfArea;
  template <class A, class... P> struct ReadoutOfArea<A, List<P...>> {
    using type = std::conditional_t<AreaOf<A>::is_read, List<typename A::template readout_of<P...>>, List<>>;
  };
  using relay = std::conditional_t<relays, List<Layer<"inputs", Shown<In>>>, List<>>;
  using gathered = std::conditional_t<
      reads_last, List<>,
      List<typename LayerOf<"readout", join<List<Outputs>, typename ReadoutOfArea<All>::type...>>::type>>;
  using head = std::conditional_t<reads_last, ReadoutOf<typename AreaOf<element<n - 1, All...>>::outgoing>,
                                  std::type_identity<OutputBias>>;

  template <class Layers> struct ModelOf;
  template <class... Layers> struct ModelOf<List<Layers...>> {
    using type = ModelWith<typename head::type, Layers...>;
  };
  template <class Indices> struct Composed;
  template <int... I> struct Composed<std::integer_sequence<int, I...>> {
    using type = typename ModelOf<join<relay, List<typename LayerOfArea<I>::type...>, gathered>>::type;
  };
  using type = typename Composed<std::make_integer_sequence<int, n>>::type;
};

struct NoNetwork : ModelWith<NoHead, Layer<"none", Record, Delay>> {
  using ModelWith::ModelWith;
};

// A function, so that a wrong network remains a class, and has one message.
template <int In, class... A> constexpr auto check_areas() {
  constexpr bool any = sizeof...(A) > 0, are = (AreaType<A> && ...);
  static_assert(
      any && are,
      "dynvision: MultiArea<In, areas...> takes areas, such as struct V1 : RateArea<\"V1\", 40, Incoming<>> {} "
      "(docs/rate/networks.md)");
  if constexpr (any && are) {
    constexpr bool sound = (AreaOf<A>::sound && ...);
    static_assert(sound,
                  "dynvision: an area of rates takes a number of units that is not negative, and the policies of "
                  "rate/multi_area.hpp, one of each kind (docs/rate/networks.md)");
    constexpr bool sees = (AreaOf<A>::sees || ...), read = (AreaOf<A>::is_read || ...);
    static_assert(!sound || sees,
                  "dynvision: no area sees what is shown: expected Incoming<> in one (docs/rate/networks.md)");
    static_assert(!sound || read, "dynvision: no area is read out: expected Outgoing<> in one (docs/rate/networks.md)");
    if constexpr (sound && sees && read) {
      using All = Among<A...>;
      static_assert(!All::from_itself,
                    "dynvision: an area's connections to itself are Recurrent<...>, not From (docs/rate/networks.md)");
      check_agreement<All::signs_agree>();
      if constexpr (!All::from_itself && All::signs_agree) {
        return AreasOf<In, A...>{};
      } else {
        return std::type_identity<NoNetwork>{};
      }
    } else {
      return std::type_identity<NoNetwork>{};
    }
  } else {
    return std::type_identity<NoNetwork>{};
  }
}

}  // namespace rate

template <int In, class... Areas> struct MultiArea : decltype(rate::check_areas<In, Areas...>())::type {
  using Composed = typename decltype(rate::check_areas<In, Areas...>())::type;
  static constexpr std::string_view model_name = "MultiArea";
  static Options published() {
    Options all = rate::published(In);
    all.t_feedback = 0;
    return all;
  }

  MultiArea(Options const& given = {}) : Composed(given.over(published())) {  // NOLINT: implicit
    Parameters const all = this->parameters();
    std::uint64_t index = 0;
    [[maybe_unused]] auto const start = [&]<class A>(std::type_identity<A>) {
      std::optional<std::uint64_t> seed = this->options.seed;
      if (seed) *seed += index++;
      if constexpr (rate::AreaType<A>) {
        if constexpr (rate::AreaOf<A>::is_split) {
          rate::start_signed<typename rate::AreaOf<A>::balance>(all, joined({A::name, ".recurrent"}), seed);
        }
      }
    };
    (start(std::type_identity<Areas>{}), ...);
  }

  // At rest, or where the areas have learned to begin: for runs that are given no other start.
  run::State start() const { return rate::at_rest(*this); }
};

}  // namespace dynvision

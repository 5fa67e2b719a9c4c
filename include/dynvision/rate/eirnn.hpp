// EIRNN: a network of rates whose units excite or inhibit, as Dale's law says (Song, Yang & Wang 2016).
//
//   tau dv/dt = -v + W r + U x + b + sigma xi,   r = f(v),   z = V r + c          x (B,T,In), r (B,T,N), z (B,T,Out)
//   w_ij = s_j |v_ij|,   s_j = +1 or -1;   the same of V
//
//   EIRNN<3, 50> net({.n_classes = 2, .dt = 20, .tau = 100, .sigma = 0.1, .seed = 1});        40 units excite, 10 inhibit
//   struct Net : EIRNN<3, 50, Dale<3, 1>, Recurrent<Masked<NoAutapses>>, GammaSizes<>> { using EIRNN::EIRNN; };
//   EIRNN<3, 50, Outgoing<Excitatory<>>>        no inhibitory unit is read out
//
//   signs       Dale<4, 1> (default): the first four of five units excite
//   start       BalancedSums (default) | GammaSizes<150> | BalancedMeans (rate/balance.hpp)
//   others      those of CTRNN (rate/policies.hpp)
//
// Signs and masks are in the equation: no optimiser, momentum or weight decay changes them, in training or after it. Parameters:
// those of CTRNN, and rates.recurrent.sign, readout.sign. Errors: rate.151 to rate.153.
#pragma once
#include <dynvision/connections/masked.hpp>
#include <dynvision/rate/balance.hpp>
#include <dynvision/rate/ctrnn.hpp>
#include <dynvision/rate/signed_units.hpp>

namespace dynvision {

namespace rate {

template <class With> struct RecurrentWith;
template <class... With> struct RecurrentWith<List<With...>> { using type = Recurrent<With...>; };
template <class With> struct OutgoingWith;
template <class... With> struct OutgoingWith<List<With...>> { using type = Outgoing<With...>; };

template <class T> using IsOfSigns = std::bool_constant<IsSigned<T>::value || IsBalance<T>::value>;
template <class T> using IsOfConnections = std::bool_constant<IsRecurrent<T>::value || IsOutgoing<T>::value>;
template <class T> using IsOther = std::bool_constant<!IsOfSigns<T>::value && !IsOfConnections<T>::value>;

template <int In, int N, class With> struct OneAreaOf;
template <int In, int N, class... With> struct OneAreaOf<In, N, List<With...>> {
  using type = OneArea<In, N, With...>;
};

template <int In, int N, class... With> struct SignedAreaOf {
  using signs = pick<IsDale, Dale<>, With...>;
  using recurrent = SignedBy<signs, typename pick<IsRecurrent, Recurrent<>, With...>::policies>;
  using outgoing = SignedBy<signs, typename pick<IsOutgoing, Outgoing<>, With...>::policies>;
  static constexpr bool agree = recurrent::agrees && outgoing::agrees;
  using type = typename OneAreaOf<
      In, N,
      join<those<IsOther, With...>, List<typename RecurrentWith<typename recurrent::type>::type,
                                         typename OutgoingWith<typename outgoing::type>::type>>>::type;
};

// Fails where all units have the same sign, which a number of units can bring about.
[[gnu::cold]] inline void check_split(Parameters const& all, std::string_view name) {
  Parameter const* const sign = find_parameter(all, joined({name, ".sign"}));
  if (sign == nullptr) return;
  double const sum = sign->tensor.sum().item<double>();
  auto const n = static_cast<double>(sign->tensor.numel());
  if (std::abs(sum) < n) return;
  fail("rate", 153,
       {"all ", n, " units of \"", name, "\" ", sum > 0 ? "excite" : "inhibit",
        ": expected more units, or another ratio in Dale<E, I>"});
}

// The start of a signed connection, if the model has it.
template <class Balance>
[[gnu::cold]] void start_signed(Parameters const& all, std::string_view name, std::optional<std::uint64_t> seed) {
  if (find_parameter(all, joined({name, ".weight"})) == nullptr) return;
  check_split(all, name);
  if (seed) *seed += 0x9E3779B97F4A7C15;  // other numbers than those of the model's parameters
  Balance::start(all, name, seed);
}

}  // namespace rate

template <int In = image_channels, int N = any_units, class... With>
struct EIRNN
    : decltype(rate::check_signs<pick<rate::IsDale, Dale<>, With...>, N, rate::SignedAreaOf<In, N, With...>::agree>()),
      rate::SignedAreaOf<In, N, With...>::type {
  using Network = typename rate::SignedAreaOf<In, N, With...>::type;
  static constexpr std::string_view model_name = "EIRNN";
  static Options published() { return rate::published(In); }

  EIRNN(Options const& given = {}) : Network(given.over(published())) {  // NOLINT: implicit
    using Balance = pick<rate::IsBalance, BalancedSums, With...>;
    rate::start_signed<Balance>(this->parameters(), "rates.recurrent", this->options.seed);
  }

  // At rest: where a run begins that is given no other start.
  run::State start() const { return rate::at_rest(*this); }
};

}  // namespace dynvision

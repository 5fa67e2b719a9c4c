// Signs of the units of a rate network: what an area that obeys Dale's law says of its connections.
//
// The columns of W, of V and of connections to other areas carry the sign of the unit that they come from: connections of a
// signed area are given its Dale<E, I>, unless they say by Dale or Excitatory themselves what they are.
#pragma once
#include <dynvision/connections/dale.hpp>
#include <dynvision/connections/excitatory.hpp>
#include <dynvision/core/list.hpp>
#include <dynvision/operations/linear.hpp>

#include <cmath>
#include <string_view>

namespace dynvision::rate {

template <class T> struct Split {  // none
  static constexpr int excite = 0, inhibit = 0;
};
template <int E, int I> struct Split<Dale<E, I>> { static constexpr int excite = E, inhibit = I; };
template <int E, int I> struct Split<Excitatory<E, I>> { static constexpr int excite = E, inhibit = I; };

template <class T> struct IsDale : std::false_type {};
template <int E, int I> struct IsDale<Dale<E, I>> : std::true_type {};
template <class T> using IsSigned = std::bool_constant<(Split<T>::excite + Split<T>::inhibit > 0)>;

struct Unsigned {};

// Policies of a connection that comes from units with these signs; Unsigned: none.
template <class Signs, class With> struct SignedBy;
template <class Signs, class... With> struct SignedBy<Signs, List<With...>> {
  static constexpr bool says_itself = (IsSigned<With>::value || ...);
  using own = pick<IsSigned, Signs, With...>;
  // Of both the same ratio.
  static constexpr bool agrees = std::is_same_v<Signs, Unsigned> || (Split<own>::excite * Split<Signs>::inhibit ==
                                                                     Split<own>::inhibit * Split<Signs>::excite);
  using type = std::conditional_t<std::is_same_v<Signs, Unsigned> || says_itself, List<With...>, List<With..., Signs>>;
};

struct SoundSigns {};

// A function, so that a wrong network remains a class (see explain in model/explain.hpp).
template <bool Agree> constexpr void check_agreement() {
  static_assert(
      Agree,
      "dynvision: a connection says other signs than the units that it comes from: expected the same ratio in "
      "Dale<E, I> and Excitatory<E, I> (docs/rate/networks.md)");
}
template <class Signs, int N, bool Agree> constexpr auto check_signs() {
  check_agreement<Agree>();
  constexpr bool both = Split<Signs>::excite > 0 && Split<Signs>::inhibit > 0;
  static_assert(both,
                "dynvision: signs without E/I split: expected Dale<E, I> with both numbers above 0; units of one kind "
                "are CTRNN with Recurrent<Dale<1, 0>> (docs/rate/networks.md)");
  if constexpr (both && N != any_units) {
    constexpr int all = Split<Signs>::excite + Split<Signs>::inhibit;
    constexpr int excite = (2 * N * Split<Signs>::excite + all) / (2 * all);  // rounded, as Dale does
    static_assert(excite > 0 && excite < N,
                  "dynvision: so few units that all have the same sign: expected more units, or another ratio in "
                  "Dale<E, I> (docs/rate/networks.md)");
  }
  return SoundSigns{};
}

}  // namespace dynvision::rate

// Lists of types, and policies picked from an argument pack in any order: Conv<3, 36, 3, 1, NoBias, WeightNorm>.
#pragma once
#include <type_traits>
#include <utility>

namespace dynvision {

template <class... T> struct List { static constexpr int size = sizeof...(T); };

// One object of each type, in order; a tuple that compiles fast.
template <int I, class T> struct Slot { T value{}; };

template <class Indices, class... T> struct Slots;
template <int... I, class... T> struct Slots<std::integer_sequence<int, I...>, T...> : Slot<I, T>... {
  // f(object, index) for each, in order.
  template <class F> constexpr void each(F&& f) { (f(static_cast<Slot<I, T>&>(*this).value, I), ...); }
  template <class F> constexpr void each(F&& f) const { (f(static_cast<Slot<I, T> const&>(*this).value, I), ...); }
};

template <class... T> using Row = Slots<std::make_integer_sequence<int, static_cast<int>(sizeof...(T))>, T...>;

template <int I, class T> T slot_type(Slot<I, T> const*);
template <int I, class... T> using element = decltype(slot_type<I>(static_cast<Row<T...> const*>(nullptr)));

template <class T, class... With> inline constexpr bool has = (std::is_same_v<T, With> || ...);

// First type of With... for which Match<T>::value holds, else Default.
template <template <class> class Match, class Default, class... With> struct Pick { using type = Default; };
template <template <class> class Match, class Default, class First, class... Rest>
struct Pick<Match, Default, First, Rest...> {
  using type =
      typename std::conditional_t<Match<First>::value, std::type_identity<First>, Pick<Match, Default, Rest...>>::type;
};
template <template <class> class Match, class Default, class... With>
using pick = typename Pick<Match, Default, With...>::type;

template <class... Lists> struct Joined;
template <> struct Joined<> { using type = List<>; };
template <class... A> struct Joined<List<A...>> { using type = List<A...>; };
template <class... A, class... B, class... Rest> struct Joined<List<A...>, List<B...>, Rest...> {
  using type = typename Joined<List<A..., B...>, Rest...>::type;
};
template <class... Lists> using join = typename Joined<Lists...>::type;

}  // namespace dynvision

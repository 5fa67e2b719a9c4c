// Lists of types, and policies picked from an argument pack in any order: Conv<3, 36, 3, 1, NoBias, WeightNorm>.
#pragma once
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

namespace dynvision {

template <class... T> struct List { static constexpr int size = sizeof...(T); };

// f(element, index) for every element of a tuple, in order.
template <class Tuple, class F> constexpr void for_each(Tuple& tuple, F&& f) {
  [&]<std::size_t... I>(std::index_sequence<I...>) { (f(std::get<I>(tuple), static_cast<int>(I)), ...); }
  (std::make_index_sequence<std::tuple_size_v<Tuple>>{});
}

template <int I, class... T> using element = std::tuple_element_t<static_cast<std::size_t>(I), std::tuple<T...>>;

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

template <class... Lists> struct Join;
template <> struct Join<> { using type = List<>; };
template <class... A> struct Join<List<A...>> { using type = List<A...>; };
template <class... A, class... B, class... Rest> struct Join<List<A...>, List<B...>, Rest...> {
  using type = typename Join<List<A..., B...>, Rest...>::type;
};
template <class... Lists> using join = typename Join<Lists...>::type;

}  // namespace dynvision

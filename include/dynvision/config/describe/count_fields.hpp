// How many fields a struct has: so that a field that is not described is found (tests/config/described.cpp).
//
//   count_fields<BatchOptions>()   4
#pragma once
#include <dynvision/concepts/option.hpp>

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace dynvision::config {

namespace describe {

template <class T> inline constexpr bool takes_anything = false;  // by a constructor of its own
template <class T> inline constexpr bool takes_anything<Option<T>> = true;
template <class T> inline constexpr bool takes_anything<std::optional<T>> = true;

struct Anything {
  template <class T>
  requires(!takes_anything<T>) operator T() const;
};

template <class T, std::size_t... I> constexpr bool takes(std::index_sequence<I...>) {
  return requires { T{(static_cast<void>(I), Anything{})...}; };
}

}  // namespace describe

// Of an aggregate. More values than it has fields do not initialise it, as many do.
template <class T, std::size_t Most = 64> constexpr std::size_t count_fields() {
  static_assert(std::is_aggregate_v<T>);
  if constexpr (Most == 0 || describe::takes<T>(std::make_index_sequence<Most>())) {
    return Most;
  } else {
    return count_fields<T, Most - 1>();
  }
}

}  // namespace dynvision::config

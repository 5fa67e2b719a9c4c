// Option: a number of a model, and whether it was given.
//
//   Option<double> dt{by_default, 2};      2 and not given: a model whose publication says otherwise has its own
//   options.dt = 1;                        given; where a double is asked for it is 1
//
// See Options::over. Other code reads it like a T; where a type is deduced (printf, std::max), value() says it.
#pragma once
#include <concepts>
#include <type_traits>
#include <utility>

namespace dynvision {

inline constexpr struct ByDefault {
} by_default;

template <class T> class Option {
 public:
  constexpr Option(ByDefault, T value) : value_(std::move(value)) {}
  template <std::convertible_to<T> U>
  requires(!std::is_same_v<std::remove_cvref_t<U>, Option>)  // a copy is given if its original is
      constexpr Option(U&& value)
      : value_(std::forward<U>(value)), given_(true) {}  // NOLINT: implicit on purpose
  // An array as its numbers: .input_dims = {3, 32, 32}
  template <class... V>
  requires(sizeof...(V) > 1 && requires { T{std::declval<V>()...}; }) constexpr Option(V... values)
      : value_{values...}, given_(true) {}
  constexpr Option(Option const&) = default;
  constexpr Option& operator=(Option const&) = default;
  constexpr ~Option() {}  // not trivial, so that a compiler refuses to hand it to printf

  constexpr operator T const&() const { return value_; }  // NOLINT: implicit on purpose
  constexpr T const& value() const { return value_; }
  constexpr bool given() const { return given_; }
  constexpr decltype(auto) operator[](std::size_t i) const requires requires(T const& x) { x[i]; }
  { return value_[i]; }
  friend constexpr bool operator==(Option const& a, T const& b) requires std::is_class_v<T> { return a.value_ == b; }
  // json.get_to(options.tau), of nlohmann/json.
  template <class Json>
  requires requires(Json const& json) { json.template get<T>(); }
  friend void from_json(Json const& json, Option& option) { option = json.template get<T>(); }

 private:
  T value_;
  bool given_ = false;
};

}  // namespace dynvision

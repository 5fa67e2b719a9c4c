// Codec: how a value of a configuration becomes a value of C++, and back.
//
//   std::optional<Refusal> const refused = Codec<double>::read(value, tau, above(0));   nothing: tau is set
//   Json const back = Codec<double>::write(tau);
//   Json const schema = Codec<double>::schema(above(0));          as JSON schema (draft 2020-12)
//
// A type of one's own has a specialisation; an enum has Words (below). Whether a key takes a list or an object itself is
// takes_list, takes_object: a list that is given where none is taken is swept.
#pragma once
#include <dynvision/concepts/option.hpp>
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/config/tree/value.hpp>
#include <dynvision/core/error.hpp>

#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace dynvision::config {

struct Refusal {
  std::string expected;       // "a number above 0"
  bool of_range = false;      // the type would do
  Value const* at = nullptr;  // the value that it is about
  std::string where{};        // within the value: "[1]", "V1.tau"
};

template <class T> struct Codec;

// The words of an enum: template <> struct Words<E> { static constexpr std::pair<std::string_view, E> all[]{...}; };
template <class E> struct Words;

inline std::string expected_number(NumberRange const& range, bool whole) {
  std::string text = range.text();
  if (whole && text == "a finite number") return "a whole number";
  if (whole && text.starts_with("a number")) text.insert(2, "whole ");
  return text;
}

template <std::floating_point T> struct Codec<T> {
  static constexpr bool takes_list = false, takes_object = false;
  static std::string type() { return "number"; }
  static std::optional<Refusal> read(Value const& value, T& to, NumberRange const& range) {
    bool const is = value.kind == Value::Kind::scalar && value.scalar.is_number();
    double const number = is ? value.scalar.get<double>() : 0;
    if (!is || !range.holds(number)) return Refusal{expected_number(range, false), is, &value};
    to = static_cast<T>(number);
    return std::nullopt;
  }
  static Json write(T value) { return value; }
  static Json schema(NumberRange const& range) { return bounds({{"type", "number"}}, range); }
  static Json bounds(Json schema, NumberRange const& range) {
    double constexpr most = std::numeric_limits<double>::max();
    if (range.low >= -most) schema[range.has_low ? "minimum" : "exclusiveMinimum"] = range.low;
    if (range.high <= most) schema[range.has_high ? "maximum" : "exclusiveMaximum"] = range.high;
    return schema;
  }
};

template <std::integral T>
requires(!std::is_same_v<T, bool>) struct Codec<T> {
  static constexpr bool takes_list = false, takes_object = false;
  static std::string type() { return "whole number"; }
  static NumberRange within(NumberRange range) {
    if (std::is_unsigned_v<T> && range.low < 0) range.low = 0, range.has_low = true;
    return range;
  }
  static std::optional<Refusal> read(Value const& value, T& to, NumberRange const& of_key) {
    NumberRange const range = within(of_key);
    Json const& number = value.scalar;
    bool const is = value.kind == Value::Kind::scalar && number.is_number();
    if (!is) return Refusal{expected_number(range, true), false, &value};
    T whole{};
    bool fits = false;
    if (number.is_number_unsigned()) {
      fits = std::in_range<T>(number.get<std::uint64_t>());
      whole = static_cast<T>(number.get<std::uint64_t>());
    } else if (number.is_number_integer()) {
      fits = std::in_range<T>(number.get<std::int64_t>());
      whole = static_cast<T>(number.get<std::int64_t>());
    } else {  // 300.0 is whole
      double const x = number.get<double>();
      fits = std::trunc(x) == x && std::abs(x) <= 9e15 && std::in_range<T>(static_cast<std::int64_t>(x));
      if (fits) whole = static_cast<T>(x);
      if (!fits) return Refusal{expected_number(range, true), false, &value};
    }
    if (!fits || !range.holds(static_cast<double>(whole))) return Refusal{expected_number(range, true), true, &value};
    to = whole;
    return std::nullopt;
  }
  static Json write(T value) { return value; }
  static Json schema(NumberRange const& range) { return Codec<double>::bounds({{"type", "integer"}}, within(range)); }
};

template <> struct Codec<bool> {
  static constexpr bool takes_list = false, takes_object = false;
  static std::string type() { return "true or false"; }
  static std::optional<Refusal> read(Value const& value, bool& to, NumberRange const&) {
    if (value.kind == Value::Kind::scalar && value.scalar.is_boolean()) return to = value.scalar, std::nullopt;
    if (value.raw == "True" || value.raw == "False") return to = value.raw == "True", std::nullopt;
    return Refusal{"true or false", false, &value};
  }
  static Json write(bool value) { return value; }
  static Json schema(NumberRange const&) { return {{"type", "boolean"}}; }
};

template <> struct Codec<std::string> {
  static constexpr bool takes_list = false, takes_object = false;
  static std::string type() { return "text"; }
  static std::optional<Refusal> read(Value const& value, std::string& to, NumberRange const&) {
    if (value.kind == Value::Kind::scalar && !value.raw.empty()) return to = value.raw, std::nullopt;
    if (!value.is_text()) return Refusal{"a text", false, &value};
    to = value.scalar.get<std::string>();
    return std::nullopt;
  }
  static Json write(std::string const& value) { return value; }
  static Json schema(NumberRange const&) { return {{"type", "string"}}; }
};

template <> struct Codec<std::filesystem::path> : Codec<std::string> {
  static std::optional<Refusal> read(Value const& value, std::filesystem::path& to, NumberRange const& range) {
    std::string text;
    std::optional<Refusal> refused = Codec<std::string>::read(value, text, range);
    if (!refused) to = text;
    return refused;
  }
  static Json write(std::filesystem::path const& value) { return value.string(); }
};

template <class E>
requires std::is_enum_v<E>
struct Codec<E> {
  static constexpr bool takes_list = false, takes_object = false;
  static std::vector<std::string_view> words() {
    std::vector<std::string_view> all;
    for (auto const& [word, value] : Words<E>::all) all.push_back(word);
    return all;
  }
  static std::string type() {
    std::string all;
    for (std::string_view const word : words()) all += (all.empty() ? "" : " | ") + std::string(word);
    return all;
  }
  static std::optional<Refusal> read(Value const& value, E& to, NumberRange const& range) {
    std::string text;
    if (Codec<std::string>::read(value, text, range)) return Refusal{type(), false, &value};
    for (auto const& [word, one] : Words<E>::all) {
      if (word == text) return to = one, std::nullopt;
    }
    std::string const expected = expected_one_of(text, words());
    return Refusal{expected.substr(std::string_view("expected ").size()), true, &value};
  }
  static Json write(E value) {
    for (auto const& [word, one] : Words<E>::all) {
      if (one == value) return std::string(word);
    }
    return nullptr;
  }
  static Json schema(NumberRange const&) { return {{"enum", words()}}; }
};

// null: not given.
template <class T> struct Codec<std::optional<T>> {
  static constexpr bool takes_list = Codec<T>::takes_list, takes_object = Codec<T>::takes_object;
  static std::string type() { return Codec<T>::type() + ", or null"; }
  static std::optional<Refusal> read(Value const& value, std::optional<T>& to, NumberRange const& range) {
    if (value.is_null()) return to = std::nullopt, std::nullopt;
    T inner{};
    std::optional<Refusal> refused = Codec<T>::read(value, inner, range);
    if (!refused) to = std::move(inner);
    if (refused && refused->at == &value) refused->expected += ", or null";
    return refused;
  }
  static Json write(std::optional<T> const& value) { return value ? Codec<T>::write(*value) : Json(nullptr); }
  static Json schema(NumberRange const& range) { return {{"anyOf", {Codec<T>::schema(range), {{"type", "null"}}}}}; }
};

// A number of a model: given, or the model's own (concepts/option.hpp).
template <class T> struct Codec<Option<T>> {
  static constexpr bool takes_list = Codec<T>::takes_list, takes_object = Codec<T>::takes_object;
  static std::string type() { return Codec<T>::type(); }
  static std::optional<Refusal> read(Value const& value, Option<T>& to, NumberRange const& range) {
    T inner = to.value();
    std::optional<Refusal> refused = Codec<T>::read(value, inner, range);
    if (!refused) to = std::move(inner);
    return refused;
  }
  static Json write(Option<T> const& value) { return Codec<T>::write(value.value()); }
  static Json schema(NumberRange const& range) { return Codec<T>::schema(range); }
};

}  // namespace dynvision::config

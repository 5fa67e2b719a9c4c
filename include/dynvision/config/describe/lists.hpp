// Codecs of lists and of what is found by name.
#pragma once
#include <dynvision/config/describe/codec.hpp>

namespace dynvision::config {

template <class T> struct Codec<std::vector<T>> {
  static constexpr bool takes_list = true, takes_object = false;
  static std::string type() { return "list of " + Codec<T>::type(); }
  static std::optional<Refusal> read(Value const& value, std::vector<T>& to, NumberRange const& range) {
    if (!value.is_list()) return Refusal{"a " + type(), false, &value};
    std::vector<T> all(value.items.size());
    for (std::size_t i = 0; i < all.size(); ++i) {
      T one{};  // std::vector<bool> has no references to its elements
      if (std::optional<Refusal> refused = Codec<T>::read(value.items[i], one, range)) {
        refused->where.insert(0, "[" + number_text(i) + "]");
        return refused;
      }
      all[i] = std::move(one);
    }
    to = std::move(all);
    return std::nullopt;
  }
  static Json write(std::vector<T> const& value) {
    Json all = Json::array();
    for (T const& one : value) all.push_back(Codec<T>::write(one));
    return all;
  }
  static Json schema(NumberRange const& range) { return {{"type", "array"}, {"items", Codec<T>::schema(range)}}; }
};

template <class T, std::size_t N> struct Codec<std::array<T, N>> {
  static constexpr bool takes_list = true, takes_object = false;
  static std::string type() { return joined({"list of ", N, " of ", Codec<T>::type()}); }
  static std::optional<Refusal> read(Value const& value, std::array<T, N>& to, NumberRange const& range) {
    std::vector<T> all;
    if (!value.is_list() || value.items.size() != N) return Refusal{"a " + type(), false, &value};
    std::optional<Refusal> refused = Codec<std::vector<T>>::read(value, all, range);
    for (std::size_t i = 0; i < N && !refused; ++i) to[i] = all[i];
    return refused;
  }
  static Json write(std::array<T, N> const& value) {
    return Codec<std::vector<T>>::write(std::vector<T>(value.begin(), value.end()));
  }
  static Json schema(NumberRange const& range) {
    return {{"type", "array"}, {"items", Codec<T>::schema(range)}, {"minItems", N}, {"maxItems", N}};
  }
};

// {"name": value, ...}, in the order of the names.
template <class T> struct Codec<std::vector<std::pair<std::string, T>>> {
  static constexpr bool takes_list = false, takes_object = true;
  static std::string type() { return "{name: " + Codec<T>::type() + "}"; }
  static std::optional<Refusal> read(Value const& value, std::vector<std::pair<std::string, T>>& to,
                                     NumberRange const& range) {
    if (!value.is_object()) return Refusal{"an object " + type(), false, &value};
    std::vector<std::pair<std::string, T>> all;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      T one{};
      if (std::optional<Refusal> refused = Codec<T>::read(value.items[i], one, range)) {
        refused->where = value.names[i].text + (refused->where.empty() ? "" : ".") + refused->where;
        return refused;
      }
      all.emplace_back(value.names[i].text, std::move(one));
    }
    to = std::move(all);
    return std::nullopt;
  }
  static Json write(std::vector<std::pair<std::string, T>> const& value) {
    Json all = Json::object();
    for (auto const& [name, one] : value) all[name] = Codec<T>::write(one);
    return all;
  }
  static Json schema(NumberRange const& range) {
    return {{"type", "object"}, {"additionalProperties", Codec<T>::schema(range)}};
  }
};

template <class T> struct Codec<std::map<std::string, T>> : Codec<std::vector<std::pair<std::string, T>>> {
  using Pairs = std::vector<std::pair<std::string, T>>;
  static std::optional<Refusal> read(Value const& value, std::map<std::string, T>& to, NumberRange const& range) {
    Pairs all;
    std::optional<Refusal> refused = Codec<Pairs>::read(value, all, range);
    if (!refused) to = std::map<std::string, T>(all.begin(), all.end());
    return refused;
  }
  static Json write(std::map<std::string, T> const& value) {
    return Codec<Pairs>::write(Pairs(value.begin(), value.end()));
  }
};

}  // namespace dynvision::config

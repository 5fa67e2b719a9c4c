// Codec of arguments by name: {"weight_decay": 0.0005, "betas": [0.9, 0.99], "nesterov": true}.
//
// What an optimiser or scheduler takes depends on which it is, and is checked with it (train/optimizers/optimizer_kwargs.hpp,
// train/schedulers/scheduler_kwargs.hpp); that none at all knows a name is seen here.
#pragma once
#include <dynvision/config/describe/codec.hpp>
#include <dynvision/core/kwargs.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dynvision::config {

// Known: an array of structs with a `kwargs`, such as optimizers::all.
template <auto const& Known> struct KwargsOf {
  static constexpr bool takes_list = false, takes_object = true;
  static std::string type() { return "{name: value}"; }

  static std::vector<std::string_view> names() {
    std::vector<std::string_view> all;
    for (auto const& one : Known) {
      for (Kwarg const& kwarg : one.kwargs) {
        if (std::find(all.begin(), all.end(), kwarg.name) == all.end()) all.push_back(kwarg.name);
      }
    }
    return all;
  }
  static std::optional<Refusal> read(Value const& value, Kwargs& to, NumberRange const&) {
    if (!value.is_object()) return Refusal{"an object " + type(), false, &value};
    Kwargs all;
    std::vector<std::string_view> const known = names();
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      std::string const& name = value.names[i].text;
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        std::string const expected = expected_one_of(name, known);
        return Refusal{expected.substr(std::string_view("expected ").size()), true, &value.items[i], name};
      }
      KwargValue one;
      bool const list = takes_numbers(name);
      if (!read_one(value.items[i], one) || (one.numbers() != nullptr && !list)) {
        return Refusal{list ? "null, true or false, a number, a text or a list of numbers"
                            : "null, true or false, a number or a text",
                       false, &value.items[i], name};
      }
      all.emplace_back(name, std::move(one));
    }
    to = std::move(all);
    return std::nullopt;
  }
  static Json write(Kwargs const& value) {
    Json all = Json::object();
    for (auto const& [name, one] : value) all[name] = json(one);
    return all;
  }
  static Json schema(NumberRange const&) {
    Json properties = Json::object();
    for (std::string_view const name : names()) properties[std::string(name)] = Json::object();
    return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  }

 private:
  static bool takes_numbers(std::string_view name) {
    for (auto const& one : Known) {
      for (Kwarg const& kwarg : one.kwargs) {
        if (kwarg.name == name && kwarg.kind == KwargKind::numbers) return true;
      }
    }
    return false;
  }
  static bool read_one(Value const& value, KwargValue& to) {
    if (value.is_list()) {
      std::vector<double> numbers;
      for (Value const& item : value.items) {
        if (item.kind != Value::Kind::scalar || !item.scalar.is_number()) return false;
        numbers.push_back(item.scalar.get<double>());
      }
      return to = std::move(numbers), true;
    }
    if (value.kind != Value::Kind::scalar) return false;
    Json const& scalar = value.scalar;
    if (scalar.is_null()) {
      to = {};
    } else if (scalar.is_boolean()) {
      to = scalar.get<bool>();
    } else if (scalar.is_number()) {
      to = scalar.get<double>();
    } else if (scalar.is_string()) {
      std::string const text = scalar.get<std::string>();
      if (text == "True" || text == "False") {
        to = text == "True";
      } else {
        to = text;
      }
    } else {
      return false;
    }
    return true;
  }
  static Json json(KwargValue const& value) {
    if (value.flag() != nullptr) return *value.flag();
    if (value.number() != nullptr) return *value.number();
    if (value.word() != nullptr) return *value.word();
    if (value.numbers() != nullptr) return *value.numbers();
    return nullptr;
  }
};

// {"ActivityLoss": {"weight": 0.0002}, ...}: arguments of several of them, by their names.
template <auto const& Known> struct KwargsByName {
  static constexpr bool takes_list = false, takes_object = true;
  using Pairs = std::vector<std::pair<std::string, Kwargs>>;
  static std::string type() { return "{name: {name: value}}"; }

  static std::optional<Refusal> read(Value const& value, Pairs& to, NumberRange const& range) {
    if (!value.is_object()) return Refusal{"an object " + type(), false, &value};
    Pairs all;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      std::string const& name = value.names[i].text;
      std::vector<std::string_view> names;
      for (auto const& one : Known) names.push_back(one.name);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        std::string const expected = expected_one_of(name, names);
        return Refusal{expected.substr(std::string_view("expected ").size()), true, &value.items[i], name};
      }
      Kwargs one;
      if (std::optional<Refusal> refused = KwargsOf<Known>::read(value.items[i], one, range)) {
        refused->where = name + (refused->where.empty() ? "" : ".") + refused->where;
        return refused;
      }
      all.emplace_back(name, std::move(one));
    }
    to = std::move(all);
    return std::nullopt;
  }
  static Json write(Pairs const& value) {
    Json all = Json::object();
    for (auto const& [name, one] : value) all[name] = KwargsOf<Known>::write(one);
    return all;
  }
  static Json schema(NumberRange const& range) {
    Json properties = Json::object();
    for (auto const& one : Known) properties[std::string(one.name)] = KwargsOf<Known>::schema(range);
    return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  }
};

}  // namespace dynvision::config

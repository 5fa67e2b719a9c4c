// A value of a configuration, and where it was written: JSON's tree with places.
#pragma once
#include <dynvision/config/tree/place.hpp>

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

using Json = nlohmann::ordered_json;

struct Value {
  enum class Kind { scalar, list, object };
  struct Name {  // of a member of an object
    std::string text;
    Place place;
  };

  Kind kind = Kind::scalar;
  Json scalar{};               // null, true or false, a number, a text
  std::string raw{};           // of an argument: as it was written, "010"
  std::vector<Value> items{};  // of a list; of an object: those of `names`
  std::vector<Name> names{};
  Place place{};

  static Value of(Json const& json, Place const& place) {
    Value value{.place = place};
    if (json.is_array()) {
      value.kind = Kind::list;
      for (Json const& item : json) value.items.push_back(of(item, place));
    } else if (json.is_object()) {
      value.kind = Kind::object;
      for (auto const& [name, item] : json.items()) value.put({name, place}, of(item, place));
    } else {
      value.scalar = json;
    }
    return value;
  }

  bool is_list() const { return kind == Kind::list; }
  bool is_object() const { return kind == Kind::object; }
  bool is_null() const { return kind == Kind::scalar && scalar.is_null(); }
  bool is_text() const { return kind == Kind::scalar && scalar.is_string(); }

  Value const* find(std::string_view name) const {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].text == name) return &items[i];
    }
    return nullptr;
  }
  // Adds a member, or takes the place of the one of this name.
  void put(Name name, Value value) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].text != name.text) continue;
      names[i] = std::move(name);
      items[i] = std::move(value);
      return;
    }
    names.push_back(std::move(name));
    items.push_back(std::move(value));
  }
  // Members of `over` go before those here, objects within objects likewise; what is no object is replaced.
  void merge(Value const& over) {
    if (!is_object() || !over.is_object()) {
      *this = over;
      return;
    }
    for (std::size_t i = 0; i < over.names.size(); ++i) {
      Value const* const own = find(over.names[i].text);
      Value merged = own != nullptr ? *own : Value{};
      merged.merge(over.items[i]);
      put(over.names[i], std::move(merged));
    }
    place = over.place;
  }

  Json json() const {
    if (kind == Kind::scalar) return scalar;
    Json all = is_list() ? Json::array() : Json::object();
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (is_list()) {
        all.push_back(items[i].json());
      } else {
        all[names[i].text] = items[i].json();
      }
    }
    return all;
  }
};

}  // namespace dynvision::config

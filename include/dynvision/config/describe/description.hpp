// A described struct: what a configuration may say of each of its fields, once.
//
//   template <> struct Description<BatchOptions> {
//     static constexpr std::string_view section = "data";
//     static constexpr auto fields = hana::make_tuple(
//         field<&BatchOptions::batch_size>({.key = "batch_size", .range = at_least(1), .help = "images in a batch"}),
//         no_key<&BatchOptions::...>("why a file cannot say it"));
//   };
//
// Type and default are those of the struct itself. A number of a part (concepts/part_number.hpp) is described there:
// field<&Options::tau>(number_of<Evolve<>>("tau")). Every field of the struct stands in the list.
//
// A described struct is a Boost.Hana Struct: hana::accessors<BatchOptions>() are pairs of a field and its accessor.
#pragma once
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/config/describe/codec.hpp>

#include <boost/hana/accessors.hpp>
#include <boost/hana/for_each.hpp>
#include <boost/hana/fuse.hpp>
#include <boost/hana/pair.hpp>
#include <boost/hana/transform.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/unpack.hpp>

#include <array>
#include <string_view>

namespace dynvision::config {

namespace hana = boost::hana;

using Aliases = std::array<std::string_view, 5>;

struct About {
  std::string_view key{};      // as in the Python toolbox, where there is one: "batch_size", "scheduler_kwargs.T_max"
  std::string_view unit{};     // "ms"; empty: none
  NumberRange range{};         // of numbers
  std::string_view help{};     // what it says
  Aliases aliases{};           // "lr"
  std::string_view section{};  // "model"; empty: that of the struct
  std::string_view words{};    // of a text: what it may be, "a b c"; empty: anything

  constexpr About with(Aliases const& names) const {
    About all = *this;
    all.aliases = names;
    return all;
  }
};

// What a part says of its number.
template <class Part> constexpr About number_of(std::string_view name, Aliases const& aliases = {}) {
  PartNumber const& number = *described_number<Part>(name);  // does not compile where the part has none of this name
  return {.key = number.name, .unit = number.unit, .range = number.range, .help = number.help, .aliases = aliases};
}

enum class FieldKind {
  key,    // of a configuration
  inner,  // a described struct, whose keys these are; About::key begins them
  also,   // takes the value of a key of another struct, About::key = "model.n_timesteps"
  no_key  // set by a program; About::help says why
};

template <auto Member, FieldKind Kind, class Reads = void> struct Field;
template <class Struct, class Type, Type Struct::*Member, FieldKind Kind, class Reads>
struct Field<Member, Kind, Reads> {
  static constexpr FieldKind kind = Kind;
  using type = Type;
  using codec = std::conditional_t<std::is_void_v<Reads>, Codec<Type>, Reads>;
  About about{};

  static constexpr Type& of(Struct& object) { return object.*Member; }
  static constexpr Type const& of(Struct const& object) { return object.*Member; }
};

// `Reads`: a codec in place of that of the type.
template <auto Member, class Reads = void> constexpr Field<Member, FieldKind::key, Reads> field(About const& about) {
  return {about};
}
template <auto Member> constexpr Field<Member, FieldKind::inner> inner(std::string_view begin = "") {
  return {{.key = begin}};
}
template <auto Member> constexpr Field<Member, FieldKind::also> also(std::string_view key) { return {{.key = key}}; }
template <auto Member> constexpr Field<Member, FieldKind::no_key> no_key(std::string_view why) {
  return {{.help = why}};
}

template <class T> struct Description;

template <class T>
concept Described = requires {
  Description<T>::fields;
};

}  // namespace dynvision::config

namespace boost::hana {

template <class T> struct accessors_impl<T, when<dynvision::config::Described<T>>> {
  static constexpr auto apply() {
    return transform(dynvision::config::Description<T>::fields, [](auto field) {
      return make_pair(field, [](auto&& object) -> decltype(auto) { return decltype(field)::of(object); });
    });
  }
};

}  // namespace boost::hana

namespace dynvision::config {

// As a value: {"tau": 9, ...} of its keys.
template <Described T> struct Codec<T> {
  static constexpr bool takes_list = false, takes_object = true;
  static std::string type() {
    std::string all;
    each([&](auto const& field, auto const&) { all += (all.empty() ? "" : ", ") + std::string(field.about.key); });
    return "{" + all + "}";
  }
  static std::optional<Refusal> read(Value const& value, T& to, NumberRange const&) {
    if (!value.is_object()) return Refusal{"an object " + type(), false, &value};
    std::optional<Refusal> refused;
    for (std::size_t i = 0; i < value.items.size() && !refused; ++i) {
      std::vector<std::string_view> keys;
      bool known = false;
      each([&](auto const& field, auto const& member) {
        keys.push_back(field.about.key);
        if (refused || !is(field.about, value.names[i].text)) return;
        known = true;
        auto& of_object = member(to);
        refused = std::remove_cvref_t<decltype(field)>::codec::read(value.items[i], of_object, field.about.range);
        if (refused) refused->where = std::string(field.about.key) + refused->where;
      });
      if (!known) {
        std::string const expected = expected_one_of(value.names[i].text, keys);
        refused =
            Refusal{expected.substr(std::string_view("expected ").size()), true, &value.items[i], value.names[i].text};
      }
    }
    return refused;
  }
  static Json write(T const& value) {
    Json all = Json::object();
    each([&](auto const& field, auto const& member) {
      auto const& of_object = member(value);
      Json written = std::remove_cvref_t<decltype(field)>::codec::write(of_object);
      bool const empty = written.is_null() || ((written.is_object() || written.is_array()) && written.empty());
      if (!empty) all[std::string(field.about.key)] = std::move(written);
    });
    return all;
  }
  static Json schema(NumberRange const&) {
    Json properties = Json::object();
    each([&](auto const& field, auto const&) {
      properties[std::string(field.about.key)] = std::remove_cvref_t<decltype(field)>::codec::schema(field.about.range);
    });
    return {{"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  }

  static bool is(About const& about, std::string_view name) {
    if (about.key == name) return true;
    for (std::string_view const alias : about.aliases) {
      if (!alias.empty() && alias == name) return true;
    }
    return false;
  }

 private:
  template <class Visit> static void each(Visit const& visit) {
    hana::for_each(hana::accessors<T>(), hana::fuse([&](auto const& field, auto const& member) {
                     if constexpr (std::remove_cvref_t<decltype(field)>::kind == FieldKind::key) visit(field, member);
                   }));
  }
};

}  // namespace dynvision::config

// One value for one key, as a file or an argument gives it; and how a document becomes a list of them.
//
//   { "tau": 5,                      of every section that has a tau
//     "model": {"tau": 5},           of the model; also "model.tau": 5
//     "test": {"batch_size": 32},    of the command test; also "test.data.batch_size": 32
//     "layers": {"IT": {"tau": 9}},  in place of all exceptions before
//     "layers.V1.tau": 3 }           beside them
//
// Errors: config.121, config.122, config.123.
#pragma once
#include <dynvision/config/described/part_numbers.hpp>
#include <dynvision/config/layers/arguments.hpp>
#include <dynvision/config/layers/catalog.hpp>
#include <dynvision/config/layers/origin.hpp>
#include <dynvision/config/tree/problems.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dynvision::config {

struct Assignment {
  Key const* key;
  Value value;
  Layer layer;
  std::string mode{};   // whose payload it is
  std::string scope{};  // the command that it is for: "train"; empty: any
  Place place{};        // of the name
  bool adds = false;    // "layers.IT.tau": to what is there; an object as a whole takes its place
};

namespace layers {

inline constexpr std::array<std::string_view, 3> scopes{"init", "train", "test"};
// What a document says of itself, not of a study.
inline constexpr std::array<std::string_view, 8> reserved{"include", "resolved", "provenance",  "modes",
                                                          "sweep",   "category", "experiments", "experiment_config"};

class Flattening {
 public:
  // `layer`: of what is not scoped. `numbers`: names that parts of the model give to their numbers.
  Flattening(Layer layer, std::string mode, std::vector<std::string> const& numbers, std::vector<Assignment>& to,
             Problems& problems)
      : layer_(layer), mode_(std::move(mode)), numbers_(numbers), to_(to), problems_(problems) {}

  void document(Value const& root) {
    whole_study_ = root.find("resolved") != nullptr;  // its sections are how it is written, and override nothing
    object(root, {}, true);
  }

 private:
  struct At {
    std::string scope{}, section{}, name{};
  };

  void object(Value const& value, At const& at, bool top = false) {
    for (std::size_t i = 0; i < value.names.size(); ++i) {
      std::string const& name = value.names[i].text;
      if (top && std::find(reserved.begin(), reserved.end(), name) != reserved.end() &&
          (name != "modes" || !is_switches(value.items[i]))) {
        continue;
      }
      member(value.names[i], name, value.items[i], at);
    }
  }
  // {"modes": {"use_local_mode": ...}} of a resolved study, not {"modes": {"local": {...}}}
  static bool is_switches(Value const& value) {
    return std::any_of(value.names.begin(), value.names.end(),
                       [](auto const& n) { return n.text.starts_with("use_"); });
  }

  void member(Value::Name const& written, std::string_view rest, Value const& value, At at) {
    std::size_t const dot = rest.find('.');
    std::string const first(rest.substr(0, dot));
    bool const more = dot != rest.npos || value.is_object();
    auto const go_on = [&] {
      if (dot != rest.npos) {
        member(written, rest.substr(dot + 1), value, at);
      } else {
        object(value, at);
      }
    };
    if (at.name.empty() && more) {
      if (at.scope.empty() && at.section.empty() && std::find(scopes.begin(), scopes.end(), first) != scopes.end()) {
        at.scope = first;
        return go_on();
      }
      bool const arguments = first == "model_args" || first == "data_args" || first == "trainer_args";
      std::string const section = arguments ? first.substr(0, first.find('_')) : first;
      if (at.section.empty() && std::find(std::begin(Catalog::sections), std::end(Catalog::sections), section) !=
                                    std::end(Catalog::sections)) {
        at.section = arguments ? "" : section;  // arguments may belong elsewhere: idle of data_args is the model's
        return go_on();
      }
    }
    at.name += (at.name.empty() ? "" : ".") + first;
    std::vector<Key const*> const keys = catalog().find(at.section, at.name);
    if (!keys.empty() && keys.front()->takes_object) {
      return assign(written, keys, wrapped(rest, dot, written, value), at, dot != rest.npos);
    }
    if (!keys.empty() && dot == rest.npos) return assign(written, keys, value, at, false);
    if (more && catalog().is_group(at.section, at.name)) return go_on();
    if (number(written, rest, dot, value, at)) return;
    unknown(written, at, dot == rest.npos ? "" : rest.substr(dot));
  }

  // model.semisaturation, of a part: an entry of model.numbers.
  bool number(Value::Name const& written, std::string_view, std::size_t dot, Value const& value, At const& at) {
    if (dot != std::string_view::npos || (!at.section.empty() && at.section != "model")) return false;
    PartNumber const* const known = library_number(at.name);
    if (known == nullptr && std::find(numbers_.begin(), numbers_.end(), at.name) == numbers_.end()) return false;
    double checked = 0;
    if (std::optional<Refusal> const refused =
            Codec<double>::read(value, checked, known ? known->range : NumberRange{})) {
      problems_.report("config", 123, value.place.source.empty() ? written.place : value.place,
                       {"model.", at.name, " = ", value.json().dump(), ": expected ", refused->expected});
      return true;
    }
    Value named{.kind = Value::Kind::object, .place = value.place};
    named.put({at.name, written.place}, value);
    assign(written, catalog().find("model", "numbers"), named, at, true);
    return true;
  }

  // "layers.IT.tau": 9 is "layers": {"IT": {"tau": 9}}
  static Value wrapped(std::string_view rest, std::size_t dot, Value::Name const& written, Value const& value) {
    if (dot == rest.npos) return value;
    std::string_view const inner = rest.substr(dot + 1);
    std::size_t const next = inner.find('.');
    Value outer{.kind = Value::Kind::object, .place = value.place};
    outer.put({std::string(inner.substr(0, next)), written.place}, wrapped(inner, next, written, value));
    return outer;
  }

  void assign(Value::Name const& written, std::vector<Key const*> const& keys, Value const& value, At const& at,
              bool adds) {
    Layer layer = layer_;
    if (layer_ != Layer::command_line && !whole_study_) {
      if (!at.section.empty()) layer = Layer::section;
      if (!at.scope.empty()) layer = at.section.empty() ? Layer::scope : Layer::both;
    }
    for (Key const* const key : keys) {
      bool const of_words = layer == Layer::command_line && key->takes_list && !adds;
      to_.push_back({key, of_words ? listed(value) : value, layer, mode_, at.scope, written.place, adds});
    }
  }

  // Of the command line: --input_dims 3,64,64 is --input_dims '[3,64,64]'.
  static Value listed(Value const& value) {
    if (!value.is_text()) return value;
    std::string const text = value.scalar.get<std::string>();
    return text.find(',') == text.npos ? value : value_of("[" + text + "]", value.place);
  }

  void unknown(Value::Name const& written, At const& at, std::string_view behind) {
    std::vector<std::string_view> names = catalog().names(at.section);
    if (at.section.empty()) {
      names.insert(names.end(), scopes.begin(), scopes.end());
      names.insert(names.end(), std::begin(Catalog::sections), std::end(Catalog::sections));
    }
    if (at.section.empty() || at.section == "model") {
      for (PartNumber const& one : library_numbers()) names.push_back(one.name);
    }
    problems_.report("config", 121, written.place,
                     {"there is no key \"", at.section, at.section.empty() ? "" : ".", at.name, behind,
                      "\": ", expected_one_of(at.name, names)});
  }

  Layer layer_;
  bool whole_study_ = false;
  std::string mode_;
  std::vector<std::string> const& numbers_;
  std::vector<Assignment>& to_;
  Problems& problems_;
};

}  // namespace layers

// What is wrong with a value for its key, if anything is. `study` is where it is tried.
inline void check_value(Key const& key, Value const& value, Place const& place, Study& study, Problems& problems) {
  std::optional<Refusal> const refused = key.set(study, value);
  if (!refused) return;
  Value const& at = refused->at != nullptr ? *refused->at : value;
  std::string found = at.json().dump();
  if (found.size() > 60) found = found.substr(0, 60) + "...";
  std::string const where = refused->where.empty() || refused->where.front() == '['
                                ? key.whole_name() + refused->where
                                : key.whole_name() + "." + refused->where;
  Place const& here = at.place.source.empty() ? place : at.place;
  std::string const text =
      joined({where, " = ", found, key.unit.empty() ? "" : " " + key.unit, ": expected ", refused->expected});
  if (refused->of_range) {
    problems.report("config", 123, here, {text});
  } else {
    problems.report("config", 122, here, {text});
  }
}

}  // namespace dynvision::config

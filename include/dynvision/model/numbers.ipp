// The search for numbers by their names.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/model/numbers.hpp>

#include <algorithm>
#include <cmath>

namespace dynvision {

namespace settling {

// every: as often as parts describe it; else each once in a layer.
[[gnu::cold]] inline std::vector<NumberFacts> described(Parts const& parts, Options const& options, bool every) {
  std::vector<NumberFacts> all;
  auto const add = [&](std::string_view layer, PartNumber const& number) {
    std::string_view const of = number.one_for_all && layer != "head" ? "" : layer;
    bool const known = std::any_of(all.begin(), all.end(), [&](NumberFacts const& one) {
      return one.number.name == number.name && one.layer == of;
    });
    if (every || !known) all.push_back({std::string(of), number, value_in(options, of, number)});
  };
  for (PartNumber const& number : model_numbers) add("", number);
  for (Part const& part : parts) {
    for (PartNumber const& number : part.type->numbers) add(part.layer_name, number);
  }
  return all;
}

}  // namespace settling

DYNVISION_INLINE std::vector<NumberFacts> numbers_in(Parts const& parts, Options const& options) {
  return settling::described(parts, options, false);
}

namespace settling {

// The numbers of this name among those for which `may` holds; more than one where parts share it.
[[gnu::cold]] inline std::vector<PartNumber const*> named(std::vector<NumberFacts> const& all, std::string_view name,
                                                          std::string_view where, auto const& may) {
  std::vector<PartNumber const*> found;
  std::vector<std::string_view> names;
  for (NumberFacts const& one : all) {
    if (!may(one)) continue;
    if (one.number.name == name) found.push_back(&one.number);
    if (std::find(names.begin(), names.end(), one.number.name) == names.end()) names.push_back(one.number.name);
  }
  if (found.empty()) fail("model", 130, {"number \"", name, "\"", where, ": ", expected_one_of(name, names)});
  return found;
}

// `of`: Options or LayerOptions. The first of two of one name counts, so it is set last. A name stays where a part has no
// field for it.
template <class O> [[gnu::cold]] void settle(O& of, auto const& numbers_named, bool (*has_field)(OptionField const&)) {
  GivenNumbers stay;
  for (std::size_t i = of.numbers.size(); i-- > 0;) {
    auto const& [name, value] = of.numbers[i];
    bool stays = false;
    for (PartNumber const* const number : numbers_named(name)) {
      bool const whole = value == std::round(value) && std::abs(value) < 1e9;
      if (number->field.is_whole() && !whole) {
        fail("model", 131, {name, " = ", value, ": expected a whole number (", number->help, ")"});
      }
      bool const sets = has_field(number->field);
      if (sets) number->field.set(of, value);
      stays = stays || !sets;
    }
    if (stays) stay.insert(stay.begin(), of.numbers[i]);
  }
  of.numbers = stay;
}

}  // namespace settling

DYNVISION_INLINE void settle_numbers(Parts const& parts, Options& options) {
  std::vector<NumberFacts> const all = settling::described(parts, options, true);
  auto const of_model = [&](std::string_view name) {
    return settling::named(all, name, "", [](NumberFacts const&) { return true; });
  };
  settling::settle(options, of_model, [](OptionField const& field) { return field.exists(); });
  for (auto& exception : options.layers) {
    std::string const& layer = exception.first;
    auto const of_layer = [&](std::string_view name) {
      for (NumberFacts const& one : all) {
        if (one.number.name != name || !one.number.one_for_all) continue;
        fail("model", 133,
             {name, " of ", layer, ": there is one for the whole model (", one.number.help,
              "): expected it in Options::numbers"});
      }
      return settling::named(all, name, " of " + layer, [&](NumberFacts const& one) { return one.layer == layer; });
    };
    settling::settle(exception.second, of_layer, [](OptionField const& field) { return field.of_layers(); });
  }
}

}  // namespace dynvision

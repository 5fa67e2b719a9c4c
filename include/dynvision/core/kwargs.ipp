// How arguments by name are checked.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/core/kwargs.hpp>
#include <dynvision/core/number_text.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace dynvision {

DYNVISION_INLINE std::string KwargValue::text() const {
  if (flag() != nullptr) return *flag() ? "true" : "false";
  if (number() != nullptr) return number_text(*number());
  if (word() != nullptr) return "\"" + *word() + "\"";
  if (numbers() == nullptr) return "null";
  std::string all;
  for (double const number : *numbers()) all += (all.empty() ? "" : ", ") + number_text(number);
  return "[" + all + "]";
}

DYNVISION_INLINE KwargValue Kwarg::value_by_default() const {
  if (kind == KwargKind::word) return words.empty() ? KwargValue() : std::string(words.substr(0, words.find('|')));
  if (default_value.size() == 0) return {};
  if (kind == KwargKind::flag) return *default_value.begin() != 0;
  if (kind == KwargKind::numbers) return std::vector<double>(default_value);
  return *default_value.begin();
}

DYNVISION_INLINE std::string Kwarg::expected() const {
  std::string const or_null = default_value.size() == 0 && !required ? ", or null" : "";
  switch (kind) {
    case KwargKind::flag:
      return "true or false" + or_null;
    case KwargKind::word: {
      if (words.empty()) return "a text" + or_null;
      std::string all(words);
      for (std::size_t at = all.find('|'); at != std::string::npos; at = all.find('|', at + 3))
        all.replace(at, 1, " | ");
      return all;
    }
    case KwargKind::numbers: {
      std::string const many =
          default_value.size() == 0 ? "a list of numbers" : number_text(default_value.size()) + " numbers in a list";
      return many + ", each " + range.text() + or_null;
    }
    case KwargKind::whole:
      return "a whole number: " + range.text() + or_null;
    case KwargKind::number:
      break;
  }
  return range.text() + or_null;
}

DYNVISION_INLINE KwargValue const& KnownKwargs::operator[](std::string_view name) const {
  auto const found =
      std::find_if(values_.begin(), values_.end(), [&](auto const& value) { return value.first == name; });
  if (found == values_.end())
    throw std::out_of_range(joined({"no argument is called ", name}));  // not the user's mistake
  return found->second;
}

namespace detail {

inline bool is_one(Kwarg const& known, KwargValue const& value) {
  auto const whole = [](double x) { return std::floor(x) == x; };
  switch (known.kind) {
    case KwargKind::flag:
      return value.flag() != nullptr;
    case KwargKind::word: {
      if (value.word() == nullptr || value.word()->find('|') != std::string::npos) return false;
      if (known.words.empty()) return !value.word()->empty();
      std::string const all = "|" + std::string(known.words) + "|";
      return all.find("|" + *value.word() + "|") != std::string::npos;
    }
    case KwargKind::numbers: {
      if (value.numbers() == nullptr) return false;
      std::vector<double> const& numbers = *value.numbers();
      if (known.default_value.size() > 0 && numbers.size() != known.default_value.size()) return false;
      return std::all_of(numbers.begin(), numbers.end(), [&](double x) { return known.range.holds(x); });
    }
    case KwargKind::whole:
      return value.number() != nullptr && whole(*value.number()) && known.range.holds(*value.number());
    case KwargKind::number:
      break;
  }
  return value.number() != nullptr && known.range.holds(*value.number());
}

}  // namespace detail

DYNVISION_INLINE KnownKwargs checked_kwargs(std::string_view of, std::span<Kwarg const> known, Kwargs const& given,
                                            std::vector<std::string>& problems) {
  std::vector<std::string_view> names;
  Kwargs values;
  for (Kwarg const& one : known) {
    names.push_back(one.name);
    values.emplace_back(one.name, one.value_by_default());
  }
  std::vector<bool> there(known.size(), false);
  for (auto const& [name, value] : given) {
    auto const i = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    if (i == names.size()) {
      problems.push_back(joined({of, " has no argument \"", name, "\": ", expected_one_of(name, names)}));
    } else if (there[i]) {
      problems.push_back(joined({of, ": \"", name, "\" is given twice: expected it once"}));
    } else {
      there[i] = true;
      bool const may_be_none = known[i].default_value.size() == 0 && known[i].words.empty() && !known[i].required;
      if (value.is_none() && !may_be_none) {
        problems.push_back(joined({of, ": ", name, " = null: expected ", known[i].expected()}));
      } else if (value.is_none() || detail::is_one(known[i], value)) {
        values[i].second = value;
      } else {
        problems.push_back(joined(
            {of, ": ", name, " = ", value.text(), ": expected ", known[i].expected(), " (", known[i].help, ")"}));
      }
    }
  }
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i].required && !there[i]) {
      problems.push_back(
          joined({of, " needs \"", known[i].name, "\": expected ", known[i].expected(), " (", known[i].help, ")"}));
    }
  }
  return KnownKwargs(std::move(values));
}

}  // namespace dynvision

// Where a number is found among Options.
#pragma once
#include <dynvision/concepts/part_number.hpp>
#include <dynvision/core/error.hpp>

namespace dynvision {

DYNVISION_INLINE std::optional<double> OptionField::in(Options const& options) const {
  if (number_ != nullptr) return (options.*number_).value();
  if (perhaps_ != nullptr) return (options.*perhaps_).value();
  return whole_ != nullptr ? std::optional<double>((options.*whole_).value()) : std::nullopt;
}

DYNVISION_INLINE void OptionField::set(Options& options, double value) const {
  if (number_ != nullptr) options.*number_ = value;
  if (perhaps_ != nullptr) options.*perhaps_ = std::optional<double>(value);
  if (whole_ != nullptr) options.*whole_ = static_cast<int>(value);
}

DYNVISION_INLINE std::optional<double> value_in(Options const& options, std::string_view layer,
                                                PartNumber const& number) {
  auto const named = [&](GivenNumbers const& given) -> std::optional<double> {
    for (auto const& [name, value] : given) {
      if (name == number.name) return value;
    }
    return std::nullopt;
  };
  for (auto const& [name, own] : options.layers) {
    if (name != layer) continue;
    if (std::optional<double> const value = named(own.numbers)) return value;
    if (std::optional<double> const value = number.field.in(own)) return value;
  }
  if (std::optional<double> const value = named(options.numbers)) return value;
  return number.field.exists() ? number.field.in(options) : number.default_value;
}

DYNVISION_INLINE double checked_value(Options const& options, std::string_view layer, PartNumber const& number) {
  std::optional<double> const value = value_in(options, layer, number);
  std::string const unit = number.unit.empty() ? "" : " " + std::string(number.unit);
  if (!value) {
    fail("model", 132,
         {number.name, " of ", layer, " is not given, and has no default: expected ", number.range.text(), unit,
          " in Options::numbers (", number.help, ")"});
  }
  if (!number.field.exists() && !number.range.holds(*value)) {
    fail("model", 131,
         {number.name, " of ", layer, " = ", *value, unit, ": expected ", number.range.text(), unit, " (", number.help,
          ")"});
  }
  return *value;
}

}  // namespace dynvision

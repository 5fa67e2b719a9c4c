// PartNumber: a number of a part of a model, described beside it: what it is called, its unit, default and range, and what
// it says. Options set it, by its name; it is checked, and listed by summary(model).
//
//   struct Divide {  // r/(s + mean_c r)
//     static constexpr PartNumber numbers[]{
//         {.name = "semisaturation", .default_value = 0.5, .range = above(0), .help = "..."}};
//     double s = 0;
//     void compose(Composition& at) { s = at.number<"semisaturation">(*this); }
//     ...
//   MyNet net({.layers = {{"V1", {.numbers = {{"semisaturation", 0.2}}}}}, .numbers = {{"semisaturation", 0.7}}});
//
// In a layer a name is one number: operations that share the name share the value. A number of the library has a field of
// Options and is set by that (Options::tau), or by its name as any other. What a number is, is data: part_numbers<Op>() lists
// those of a part, facts_of(model).numbers those of a model, with their values.
#pragma once
#include <dynvision/concepts/options.hpp>
#include <dynvision/core/inline.hpp>
#include <dynvision/core/name.hpp>
#include <dynvision/core/number_range.hpp>

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace dynvision {

// A field of Options that holds a number, and that of LayerOptions, where a layer may have its own.
class OptionField {
 public:
  constexpr OptionField() = default;
  constexpr OptionField(Option<double> Options::*model, std::optional<double> LayerOptions::*layer = nullptr)  // NOLINT
      : number_(model), layer_(layer) {}
  constexpr OptionField(Option<std::optional<double>> Options::*model) : perhaps_(model) {}  // NOLINT
  constexpr OptionField(Option<int> Options::*model) : whole_(model) {}                      // NOLINT

  constexpr bool exists() const { return number_ != nullptr || perhaps_ != nullptr || whole_ != nullptr; }
  constexpr bool is_whole() const { return whole_ != nullptr; }
  constexpr bool of_layers() const { return layer_ != nullptr; }

  std::optional<double> in(Options const& options) const;
  std::optional<double> in(LayerOptions const& options) const { return layer_ ? options.*layer_ : std::nullopt; }
  void set(Options& options, double value) const;
  void set(LayerOptions& options, double value) const { options.*layer_ = value; }

 private:
  Option<double> Options::*number_ = nullptr;
  Option<std::optional<double>> Options::*perhaps_ = nullptr;
  Option<int> Options::*whole_ = nullptr;
  std::optional<double> LayerOptions::*layer_ = nullptr;
};

struct PartNumber {
  std::string_view name{};
  std::string_view unit{};                // "ms"; empty: none
  std::optional<double> default_value{};  // absent: the field's, or without one it must be given
  NumberRange range{};
  std::string_view help{};
  OptionField field{};
  bool one_for_all = false;  // the model's: no layer has its own

  std::optional<double> value_by_default() const { return field.exists() ? field.in(Options{}) : default_value; }
};

// Of the model itself.
inline constexpr PartNumber model_numbers[]{
    {.name = "dt", .unit = "ms", .range = above(0), .help = "time step", .field = &Options::dt, .one_for_all = true}};

template <class Op> constexpr std::span<PartNumber const> part_numbers() {
  if constexpr (requires { Op::numbers[0].help; }) {
    return Op::numbers;
  } else {
    return {};
  }
}

template <class Op> constexpr PartNumber const* described_number(std::string_view name) {
  for (PartNumber const& one : part_numbers<Op>()) {
    if (one.name == name) return &one;
  }
  return nullptr;
}

// Those of several parts, for one that is made of them: static constexpr auto numbers = NumbersOf<Own, Inner>::all;
template <class... Ops> struct NumbersOf {
  static constexpr auto all = [] {
    std::array<PartNumber, (0 + ... + part_numbers<Ops>().size())> joined{};
    [[maybe_unused]] std::size_t i = 0;
    [[maybe_unused]] auto const add = [&](std::span<PartNumber const> some) {
      for (PartNumber const& number : some) joined[i++] = number;
    };
    (add(part_numbers<Ops>()), ...);
    return joined;
  }();
};

// Its value in a layer: what the layer has been given, or else the model, or else the default; absent: nothing of these.
std::optional<double> value_in(Options const& options, std::string_view layer, PartNumber const& number);

// The same; fails where there is none, or none that is allowed. What has a field is checked by its part.
double checked_value(Options const& options, std::string_view layer, PartNumber const& number);

}  // namespace dynvision

#if !defined(DYNVISION_SEPARATE)
#include <dynvision/concepts/part_number.ipp>
#endif

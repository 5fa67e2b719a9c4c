// What a configuration says of the optimiser: OptimizerSettings, learning rates by group.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/train/optimizer_settings.hpp>

namespace dynvision::config {

// The toolbox's form: {"recurrence": {"lr_factor": 0.2}}; a number in place of the inner object will do.
template <> struct Codec<LrParameterGroups> {
  static constexpr bool takes_list = false, takes_object = true;
  static std::string type() { return "{part of a name: {lr_factor: number}}"; }
  static std::optional<Refusal> read(Value const& value, LrParameterGroups& to, NumberRange const&) {
    if (!value.is_object()) return Refusal{"an object " + type(), false, &value};
    LrParameterGroups all;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      Value const& group = value.items[i];
      Value const* const factor = group.is_object() ? group.find("lr_factor") : &group;
      double number = 1;
      if (factor == nullptr || (group.is_object() && group.items.size() != 1)) {
        return Refusal{"{\"lr_factor\": number}", false, &group, value.names[i].text};
      }
      if (auto refused = Codec<double>::read(*factor, number, at_least(0))) {
        refused->where = value.names[i].text + ".lr_factor";
        return refused;
      }
      all.push_back({value.names[i].text, number});
    }
    to = std::move(all);
    return std::nullopt;
  }
  static Json write(LrParameterGroups const& value) {
    Json all = Json::object();
    for (auto const& [key, factor] : value) all[key] = {{"lr_factor", factor}};
    return all;
  }
  static Json schema(NumberRange const&) {
    Json const number{{"type", "number"}, {"minimum", 0}};
    Json const group{{"type", "object"}, {"properties", {{"lr_factor", number}}}};
    return {{"type", "object"}, {"additionalProperties", {{"anyOf", Json::array({group, number})}}}};
  }
};

template <> struct Description<OptimizerSettings> {
  static constexpr std::string_view section = "model";
  using S = OptimizerSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&S::learning_rate>(
          {.key = "learning_rate", .range = above(0), .help = "base of the schedule", .aliases = {"lr"}}),
      field<&S::beta1>(
          {.key = "optimizer_kwargs.beta1", .range = from_to_below(0, 1), .help = "memory of the mean gradient"}),
      field<&S::beta2>({.key = "optimizer_kwargs.beta2", .range = from_to_below(0, 1), .help = "memory of its square"}),
      field<&S::eps>({.key = "optimizer_kwargs.eps", .range = above(0), .help = "keeps the step finite"}),
      field<&S::weight_decay>({.key = "optimizer_kwargs.weight_decay",
                               .range = at_least(0),
                               .help = "L2, added to the gradient",
                               .aliases = {"weight_decay"}}),
      field<&S::decoupled_weight_decay>(
          {.key = "optimizer_kwargs.decoupled_weight_decay", .help = "AdamW: weight decay apart from the gradient"}),
      field<&S::lr_parameter_groups>(
          {.key = "lr_parameter_groups",
           .help = "factors of the learning rate of parameters whose name contains the key; regular: of all others"}));
};

}  // namespace dynvision::config

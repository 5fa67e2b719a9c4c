// What a configuration says of what is shown, and which steps count: run::TrialSettings, Presentation.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/run/trial.hpp>

namespace dynvision::config {

// A pattern is a text of 0 and 1. The number 1011 is taken for it, and so is the toolbox's list [1, 0, 1, 1].
struct Pattern {
  static constexpr bool takes_list = false, takes_object = false;
  static std::string type() { return "text of 0 and 1"; }
  static std::optional<Refusal> read(Value const& value, std::string& to, NumberRange const&) {
    std::string text = value.raw;
    if (is_one(value)) {
      for (Value const& item : value.items) text += item.scalar.dump();
    } else if (text.empty() && value.kind == Value::Kind::scalar) {
      text = value.is_text() ? value.scalar.get<std::string>() : value.scalar.dump();
    }
    if (text.empty() || text.find_first_not_of("01") != text.npos) return Refusal{"a " + type(), false, &value};
    to = text;
    return std::nullopt;
  }
  static bool is_one(Value const& value) {  // not several that are swept
    bool one = value.is_list() && value.items.size() > 1;
    for (Value const& item : value.items) one = one && (item.scalar == Json(0) || item.scalar == Json(1));
    return one;
  }
  static Json write(std::string const& value) { return value; }
  static Json schema(NumberRange const&) { return {{"type", "string"}, {"pattern", "^[01]+$"}}; }
};

template <> struct Description<Presentation> {
  static constexpr std::string_view section = "model";
  using P = Presentation;
  static constexpr auto fields =
      hana::make_tuple(field<&P::pattern, Pattern>({.key = "data_presentation_pattern",
                                                    .help = "when the image is shown: stretched to n_timesteps",
                                                    .aliases = {"pattern"}}),
                       field<&P::shuffle>({.key = "shuffle_presentation_pattern",
                                           .help = "a new order of the pattern for every batch",
                                           .aliases = {"shufflepattern"}}),
                       field<&P::loss_reaction_time>({.key = "loss_reaction_time",
                                                      .unit = "ms",
                                                      .range = at_least(0),
                                                      .help = "so long after an image appears its label does not count",
                                                      .aliases = {"lossrt"}}),
                       field<&P::non_label_index>({.key = "non_label_index",
                                                   .range = {.high = -1},
                                                   .help = "label of a step that does not count",
                                                   .aliases = {"voidid", "data.non_label_index"}}));
};

template <> struct Description<run::TrialSettings> {
  static constexpr std::string_view section = "model";
  using T = run::TrialSettings;
  static constexpr auto fields =
      hana::make_tuple(field<&T::n_timesteps>({.key = "n_timesteps",
                                               .unit = "steps",
                                               .range = between(1, 1000000),
                                               .help = "how long a trial is",
                                               .aliases = {"steps", "tsteps"}}),
                       inner<&T::presentation>(),
                       field<&T::non_input_value>({.key = "non_input_value",
                                                   .help = "of every pixel where nothing is shown",
                                                   .aliases = {"voidinput"},
                                                   .section = "data"}),
                       no_key<&T::dt>("the model's"), no_key<&T::n_residual_timesteps>("the model's"));
};

}  // namespace dynvision::config

// What a configuration says of the structure of a model: Structure. Its words are those of variants/words/.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/variants/structure.hpp>

namespace dynvision::config {

// A word of a choice; true and false are words too. null: the model's own.
template <variants::Words const& (*Choice)(), bool MayBeAbsent = true> struct ChosenWord {
  static constexpr bool takes_list = false, takes_object = false;
  static std::vector<std::string_view> words() { return variants::words_of(Choice()); }
  static std::string type() {
    std::string all;
    for (std::string_view const word : words()) all += (all.empty() ? "" : " | ") + std::string(word);
    return all;
  }
  static std::optional<Refusal> read(Value const& value, std::string& to, NumberRange const& range) {
    std::string text;
    bool on = false;
    if (!value.is_text() && !Codec<bool>::read(value, on, range)) {
      text = on ? "true" : "false";
    } else if (Codec<std::string>::read(value, text, range)) {
      return Refusal{type(), false, &value};
    }
    variants::Word const* const word = Choice().find(text);
    if (word == nullptr) {
      return Refusal{expected_one_of(text, words()).substr(std::string_view("expected ").size()), true, &value};
    }
    // "true" stays: feedback_mode says what it means.
    to = text == "true" ? text : std::string(word->word);
    return std::nullopt;
  }
  static std::optional<Refusal> read(Value const& value, std::optional<std::string>& to, NumberRange const& range) {
    if (value.is_null()) return to = std::nullopt, std::nullopt;
    std::string text;
    std::optional<Refusal> refused = read(value, text, range);
    if (!refused) to = std::move(text);
    return refused;
  }
  static Json write(std::string const& value) {
    return value == "true" || value == "false" ? Json(value == "true") : Json(value);
  }
  static Json write(std::optional<std::string> const& value) { return value ? write(*value) : Json(nullptr); }
  static Json schema(NumberRange const&) {
    Json all = Json::array();
    for (std::string_view const word : words()) all.push_back(write(std::string(word)));
    if (MayBeAbsent) all.push_back(nullptr);
    return {{"enum", all}};
  }
};
template <variants::PolicyKind Kind> constexpr variants::Words const& choice_of() {
  return variants::policy_choices[static_cast<std::size_t>(Kind)];
}
constexpr variants::Words const& choice_of_recurrence() { return variants::recurrence_choice; }
template <variants::PolicyKind Kind, bool MayBeAbsent = true>
using ChosenPolicy = ChosenWord<choice_of<Kind>, MayBeAbsent>;

struct ModelName : Codec<std::string> {
  static std::string type() { return "name of a model"; }
  static std::optional<Refusal> read(Value const& value, std::string& to, NumberRange const& range) {
    std::string text;
    std::vector<std::string_view> const names = variants::model_names();
    if (auto refused = Codec<std::string>::read(value, text, range)) return refused;
    if (std::find(names.begin(), names.end(), text) == names.end()) {
      return Refusal{expected_one_of(text, names).substr(std::string_view("expected ").size()), true, &value};
    }
    to = std::move(text);
    return std::nullopt;
  }
  static Json schema(NumberRange const&) { return {{"enum", variants::model_names()}}; }
};

template <> struct Description<Structure> {
  static constexpr std::string_view section = "model";
  using S = Structure;
  using Kind = variants::PolicyKind;
  static constexpr auto fields = hana::make_tuple(
      field<&S::model_name, ModelName>({.key = "model_name", .help = "family of the model"}),
      field<&S::recurrence_type, ChosenWord<choice_of_recurrence>>(
          {.key = "recurrence_type", .help = "lateral connection of each layer", .aliases = {"rctype"}}),
      field<&S::recurrence_target, ChosenPolicy<Kind::target>>(
          {.key = "recurrence_target", .help = "where the lateral signal arrives", .aliases = {"rctarget"}}),
      field<&S::integration, ChosenPolicy<Kind::integration>>(
          {.key = "integration", .help = "how the lateral signal is taken in", .aliases = {"integration_strategy"}}),
      field<&S::dynamics_solver, ChosenPolicy<Kind::solver>>(
          {.key = "dynamics_solver", .help = "step of the differential equation", .aliases = {"solver"}}),
      field<&S::skip, ChosenPolicy<Kind::skip>>({.key = "skip", .help = "connections past a layer"}),
      field<&S::feedback, ChosenPolicy<Kind::feedback>>(
          {.key = "feedback", .help = "connections back; true: as feedback_mode says"}),
      field<&S::feedback_mode, ChosenPolicy<Kind::integration, false>>(
          {.key = "feedback_mode", .help = "how feedback is taken in", .aliases = {"fbmode"}}),
      field<&S::nonlinearity, ChosenPolicy<Kind::nonlinearity>>(
          {.key = "nonlinearity", .help = "of each layer behind its equation"}),
      field<&S::use_retina>({.key = "use_retina", .help = "a retina before the first layer"}),
      field<&S::noise, ChosenPolicy<Kind::noise, false>>(
          {.key = "noise", .help = "scaling of the noise of each layer"}),
      field<&S::lateral_delay, ChosenPolicy<Kind::delay, false>>(
          {.key = "lateral_delay", .help = "delay of the lateral connection: whole steps, between them, learned"}),
      field<&S::feedforward_delay, ChosenPolicy<Kind::feedforward, false>>(
          {.key = "feedforward_delay", .help = "delay from a layer to the next: whole steps, between them, learned"}),
      field<&S::rate_state, ChosenPolicy<Kind::state>>(
          {.key = "rate_state", .help = "of rate networks: whether potentials evolve, or rates"}),
      field<&S::time_constants, ChosenPolicy<Kind::time_constants>>(
          {.key = "time_constants", .help = "of rate networks: one tau, or one for each unit"}),
      field<&S::rate_noise, ChosenPolicy<Kind::rate_noise>>(
          {.key = "rate_noise", .help = "of rate networks: scaling of the noise of rates, beside that of the drive"}),
      field<&S::incoming_weights, ChosenPolicy<Kind::incoming>>(
          {.key = "incoming_weights", .help = "of rate networks: masks and signs of the weights of what is shown"}),
      field<&S::recurrent_weights, ChosenPolicy<Kind::recurrent>>(
          {.key = "recurrent_weights", .help = "of rate networks: masks and signs of the recurrent weights"}),
      field<&S::outgoing_weights, ChosenPolicy<Kind::outgoing>>(
          {.key = "outgoing_weights", .help = "of rate networks: masks and signs of the weights of the readout"}),
      field<&S::leak, ChosenPolicy<Kind::leak>>(
          {.key = "leak", .help = "of rate networks: whether alpha = dt/tau is learned, as it is or within 0 and 1"}),
      field<&S::initial_state, ChosenPolicy<Kind::start>>(
          {.key = "initial_state", .help = "of rate networks: where a run begins"}),
      field<&S::balance, ChosenPolicy<Kind::balance>>(
          {.key = "balance", .help = "of EIRNN: how excitation and inhibition are balanced at the start"}),
      field<&S::order_of_operations>({.key = "order_of_operations",
                                      .help = "of the operations in a layer; empty: the published one",
                                      .aliases = {"layer_operations"}}));
};

}  // namespace dynvision::config

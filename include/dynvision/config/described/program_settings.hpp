// What a configuration says to the program: ProgramSettings.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/config/program_settings.hpp>

namespace dynvision::config {

// A name, or a list of names.
struct OneOrMore : Codec<std::vector<std::string>> {
  static std::string type() { return "text, or list of text"; }
  static std::optional<Refusal> read(Value const& value, std::vector<std::string>& to, NumberRange const& range) {
    std::string one;
    if (value.is_list()) return Codec<std::vector<std::string>>::read(value, to, range);
    if (auto refused = Codec<std::string>::read(value, one, range)) return Refusal{"a " + type(), false, &value};
    to = {one};
    return std::nullopt;
  }
};

template <> struct Description<ProgramSettings> {
  static constexpr std::string_view section = "trainer";
  using P = ProgramSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&P::log_level>({.key = "log_level",
                            .help = "what is said",
                            .aliases = {"log", "model.log_level", "data.log_level"},
                            .words = "debug info warning error critical DEBUG INFO WARNING ERROR CRITICAL"}),
      field<&P::experiment, OneOrMore>(
          {.key = "experiment", .help = "names of experiments whose data_args are taken"}));
};

}  // namespace dynvision::config

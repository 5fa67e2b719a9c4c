// What a configuration says of how a test shows its images: StimulusSettings.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/stimulus_settings.hpp>

namespace dynvision::config {

// A loader's name, with or without DataLoader behind it.
struct LoaderName : Codec<std::string> {
  static constexpr std::string_view words[]{"StandardDataLoader", "StimulusRepetition", "StimulusDuration",
                                            "StimulusInterval"};
  static std::string type() {
    std::string all;
    for (std::string_view const word : words) all += (all.empty() ? "" : " | ") + std::string(word);
    return all;
  }
  static std::optional<Refusal> read(Value const& value, std::string& to, NumberRange const& range) {
    std::string text;
    if (auto refused = Codec<std::string>::read(value, text, range)) return refused;
    for (std::string_view const word : words) {
      if (text == word || text + "DataLoader" == word || text == std::string(word) + "DataLoader") {
        return to = word, std::nullopt;
      }
    }
    std::string expected = expected_one_of(text, words).substr(std::string_view("expected ").size());
    if (text.starts_with("StimulusNoise") || text.starts_with("StimulusContrast")) {
      expected += "; noise and contrast of test images are not among them";
    }
    return Refusal{expected, true, &value};
  }
  static Json schema(NumberRange const&) { return {{"enum", words}}; }
};

template <> struct Description<StimulusSettings> {
  static constexpr std::string_view section = "data";
  using S = StimulusSettings;
  static constexpr NumberRange steps = between(0, 1000000);
  static constexpr auto fields = hana::make_tuple(
      field<&S::data_loader, LoaderName>({.key = "data_loader", .help = "how a test shows its images"}),
      field<&S::data_timesteps>({.key = "data_timesteps",
                                 .unit = "steps",
                                 .range = between(1, 1000000),
                                 .help = "of a trial of such a test",
                                 .aliases = {"dsteps"}}),
      field<&S::stimulus_duration>({.key = "stimulus_duration",
                                    .unit = "steps",
                                    .range = steps,
                                    .help = "how long it shows an image",
                                    .aliases = {"stim"}}),
      field<&S::intro_duration>({.key = "intro_duration",
                                 .unit = "steps",
                                 .range = steps,
                                 .help = "blank steps before",
                                 .aliases = {"intro"}}),
      field<&S::interval_duration>({.key = "interval_duration",
                                    .unit = "steps",
                                    .range = steps,
                                    .help = "blank steps between two showings",
                                    .aliases = {"interval"}}));
};

}  // namespace dynvision::config

// What a configuration says of how images are shown: experiments::StimulusSettings.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/describe/lists.hpp>
#include <dynvision/experiments/protocol/stimulus_settings.hpp>

#include <charconv>
#include <cmath>

namespace dynvision::config {

// 5 (steps), or "10 ms".
template <> struct Codec<experiments::Duration> {
  using Duration = experiments::Duration;
  static constexpr bool takes_list = false, takes_object = false;
  static std::string type() { return "whole number of steps, or text such as \"10 ms\""; }
  static std::optional<Refusal> read(Value const& value, Duration& to, NumberRange const& range) {
    std::string text = value.is_text() ? value.scalar.get<std::string>() : value.raw;
    if (text.ends_with("ms")) {
      text.resize(text.size() - 2);
      while (text.ends_with(' ')) text.pop_back();
      double ms = 0;
      auto const read = std::from_chars(text.data(), text.data() + text.size(), ms);
      if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !(ms >= 0) || !std::isfinite(ms))
        return Refusal{"a time of at least 0, such as \"10 ms\"", true, &value};
      return to = Duration::of_ms(ms), std::nullopt;
    }
    int steps = 0;
    std::optional<Refusal> refused = Codec<int>::read(value, steps, range);
    if (refused) return refused->expected += " of steps, or a time such as \"10 ms\"", refused;
    return to = steps, std::nullopt;
  }
  static Json write(Duration const& value) {
    if (value.in_ms()) return number_text(value.amount()) + " ms";
    return static_cast<int>(value.amount());
  }
  static Json schema(NumberRange const& range) {
    return {{"anyOf", {Codec<int>::schema(range), {{"type", "string"}, {"pattern", "^[0-9.]+ *ms$"}}}}};
  }
};

// A loader's name, with or without DataLoader behind it.
struct LoaderName : Codec<std::string> {
  static constexpr auto const& words = experiments::loaders;
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
    return Refusal{expected_one_of(text, words).substr(std::string_view("expected ").size()), true, &value};
  }
  static Json schema(NumberRange const&) { return {{"enum", words}}; }
};

// null and the toolbox's "indexed" are 0: noise depends on the index of an image in any case.
struct NoiseSeed : Codec<std::uint64_t> {
  static std::string type() { return "whole number, or null"; }
  static std::optional<Refusal> read(Value const& value, std::uint64_t& to, NumberRange const& range) {
    if (value.is_null() || (value.is_text() && value.scalar == Json("indexed"))) return to = 0, std::nullopt;
    return Codec<std::uint64_t>::read(value, to, range);
  }
  static Json schema(NumberRange const& range) {
    return {{"anyOf", {Codec<std::uint64_t>::schema(range), {{"type", "null"}}, {{"enum", {"indexed"}}}}}};
  }
};

template <> struct Description<experiments::StimulusSettings> {
  static constexpr std::string_view section = "data";
  using S = experiments::StimulusSettings;
  static constexpr NumberRange steps = between(0, 1000000);
  static constexpr auto fields = hana::make_tuple(
      field<&S::data_loader, LoaderName>({.key = "data_loader", .help = "how images are shown"}),
      field<&S::data_timesteps>({.key = "data_timesteps",
                                 .unit = "steps",
                                 .range = between(1, 1000000),
                                 .help = "of a trial of such a loader",
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
                                    .aliases = {"interval"}}),
      field<&S::stimulus_contrast>({.key = "stimulus_contrast",
                                    .range = at_least(0),
                                    .help = "of StimulusContrast: what an image is multiplied by",
                                    .aliases = {"contrast"}}),
      field<&S::noise_type>({.key = "noise_type",
                             .help = "of StimulusNoise",
                             .aliases = {"noisetype"},
                             .words = "none saltpepper poisson uniform gaussian phasescrambled"}),
      field<&S::ssnr>({.key = "ssnr",
                       .range = between(0, 1),
                       .help = "signal power / (signal power + noise power); 1: the image, 0: noise alone",
                       .aliases = {"noiselevel"}}),
      field<&S::snr>({.key = "snr", .range = at_least(0), .help = "signal power / noise power, in place of ssnr"}),
      field<&S::noise_seed, NoiseSeed>(
          {.key = "noise_seed", .help = "of the noise on images", .aliases = {"noiseseed"}}),
      field<&S::temporal_mode>({.key = "temporal_mode",
                                .help = "one pattern of noise for all steps, a new one in each, or like the last one",
                                .aliases = {"tempmode"},
                                .words = "static dynamic correlated"}),
      field<&S::t_correlation>({.key = "t_correlation",
                                .unit = "ms",
                                .range = above(0),
                                .help = "of temporal_mode correlated: exp(-t / t_correlation)"}),
      field<&S::noise_power>({.key = "noise_power",
                              .help = "whose variance noise is measured by: each image's, or the batch's",
                              .words = "image batch"}),
      field<&S::salt_vs_pepper>(
          {.key = "salt_vs_pepper", .range = between(0, 1), .help = "of saltpepper: the share of salt"}),
      field<&S::spatially_correlated>({.key = "spatially_correlated",
                                       .help = "of gaussian: neighbouring pixels alike",
                                       .aliases = {"spatialcorr"}}),
      field<&S::correlation_kernel_size>(
          {.key = "correlation_kernel_size", .unit = "pixels", .range = between(1, 1001), .help = "of that"}),
      field<&S::use_image_spectrum>(
          {.key = "use_image_spectrum", .help = "of phasescrambled: amplitudes of the image, not f^(exponent / 2)"}),
      field<&S::spectral_exponent>(
          {.key = "spectral_exponent", .range = between(-10, 10), .help = "of phasescrambled: of the power"}));
};

}  // namespace dynvision::config

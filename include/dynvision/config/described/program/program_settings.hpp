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
      field<&P::experiment, OneOrMore>({.key = "experiment", .help = "names of experiments whose data_args are taken"}),
      field<&P::threads>(
          {.key = "threads", .range = between(0, 1024), .help = "of the computation; 0: as many as cores"}),
      field<&P::accelerator>({.key = "accelerator",
                              .help = "what computes; auto: a GPU where LibTorch uses one",
                              .aliases = {"accel"},
                              .words = "auto cpu gpu cuda"}),
      field<&P::deterministic>(
          {.key = "deterministic", .help = "LibTorch's deterministic algorithms alone", .aliases = {"determ"}}),
      field<&P::store_test_responses>({.key = "store_test_responses",
                                       .unit = "batches",
                                       .range = {.low = -1},
                                       .help = "whose responses a test keeps in test_responses.safetensors; -1: all",
                                       .aliases = {"store_test_resp"},
                                       .section = "model"}),
      field<&P::response_resolution>({.key = "response_resolution",
                                      .help = "of these: mean and deviation of a layer, or every unit",
                                      .aliases = {"resp_res"},
                                      .section = "model",
                                      .words = "layer unit"}),
      field<&P::target_dtype>(
          {.key = "target_dtype", .help = "of these", .section = "model", .words = "float16 bfloat16 float32"}));
};

}  // namespace dynvision::config

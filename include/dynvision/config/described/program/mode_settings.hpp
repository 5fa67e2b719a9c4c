// What a configuration says of modes: ModeSettings.
#pragma once
#include <dynvision/config/describe/description.hpp>
#include <dynvision/config/mode_settings.hpp>

namespace dynvision::config {

// true, false or "auto"
template <> struct Codec<ModeSwitch> {
  static constexpr bool takes_list = false, takes_object = false;
  static std::string type() { return "true, false or auto"; }
  static std::optional<Refusal> read(Value const& value, ModeSwitch& to, NumberRange const& range) {
    bool on = false;
    if ((value.is_text() && value.scalar == "auto") || value.raw == "auto") {
      return to = ModeSwitch::automatic, std::nullopt;
    }
    if (Codec<bool>::read(value, on, range)) return Refusal{type(), false, &value};
    to = on ? ModeSwitch::on : ModeSwitch::off;
    return std::nullopt;
  }
  static Json write(ModeSwitch value) {
    return value == ModeSwitch::automatic ? Json("auto") : Json(value == ModeSwitch::on);
  }
  static Json schema(NumberRange const&) { return {{"enum", {true, false, "auto"}}}; }
};

template <> struct Description<ModeSettings> {
  static constexpr std::string_view section = "modes";
  using M = ModeSettings;
  static constexpr auto fields = hana::make_tuple(
      field<&M::use_local_mode>({.key = "use_local_mode", .help = "auto: not on a cluster"}),
      field<&M::use_debug_mode>({.key = "use_debug_mode", .help = "auto: log_level debug, or at most 5 epochs"}),
      field<&M::use_large_dataset_mode>(
          {.key = "use_large_dataset_mode", .help = "auto: imagenet, coco or openimages in data_name"}),
      field<&M::use_distributed_mode>({.key = "use_distributed_mode",
                                       .help = "auto: on a cluster, with data.use_distributed",
                                       .aliases = {"data.use_distributed_mode"}}));
};

}  // namespace dynvision::config

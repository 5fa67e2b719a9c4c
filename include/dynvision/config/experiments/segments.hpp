// Segments of a schedule (experiments/protocol/segment.hpp) from a configuration:
//
//   [{"show": "void", "steps": 1},
//    {"show": "image", "ms": 40, "contrast": 0.5, "image": 0, "shift": {"dy": 0, "dx": 2}},
//    {"show": "image", "steps": 20, "noise": {"type": "uniform", "ssnr": 0.4, "temporal": "dynamic", "seed": 1}},
//    {"show": "image", "steps": 20, "occlusion": {"fraction": 0.3, "kind": "bars", "seed": 0}},
//    {"show": "mask", "steps": 5, "soa": 8, "mask": "phasescrambled"},
//    {"repeat": 6, "segments": [{"show": "image", "steps": 5}, {"show": "void", "steps": 2}]}]
//
// "interval": blank steps before; "soa": from the onset of what was shown before; "none" leaves the segment out.
//
// Errors: config.161 … config.163.
#pragma once
#include <dynvision/config/described/program/stimulus_settings.hpp>
#include <dynvision/config/experiments/object_reader.hpp>
#include <dynvision/experiments/protocol/segment.hpp>

#include <optional>
#include <string>
#include <vector>

namespace dynvision::config {

namespace segments {

using namespace dynvision::experiments;

inline NumberRange const steps = between(0, 1000000), seeds = between(0, 9e15);

inline void noise(Value const& value, std::string const& where, experiments::Noise& to, Problems& problems) {
  ObjectReader read(value, where, problems);
  double snr = 0;
  to.type = NoiseType::uniform;
  read.word("type", to.type, noise_types);
  bool const level = read.value("ssnr", to.ssnr, between(0, 1));
  if (read.value("snr", snr, at_least(0))) {
    to.ssnr = snr / (1 + snr);
    if (level) {
      problems.report("config", 163, value.place, {where, ": expected ssnr or snr, found both"});
    }
  }
  read.word("temporal", to.temporal, temporal_modes);
  read.value("seed", to.seed, seeds);
  read.value("t_correlation", to.t_correlation, above(0));
  read.word("power", to.power, noise_powers);
  read.value("salt_vs_pepper", to.salt_vs_pepper, between(0, 1));
  read.value("spatially_correlated", to.spatially_correlated);
  read.value("correlation_kernel_size", to.correlation_kernel_size, between(1, 1001));
  read.value("use_image_spectrum", to.use_image_spectrum);
  read.value("spectral_exponent", to.spectral_exponent, between(-10, 10));
  read.finish();
}

// An interval, or "none".
inline void before(ObjectReader& read, std::string_view name, std::optional<Duration>& to, bool& left_out) {
  Value const* const one = read.member(name);
  if (one == nullptr) return;
  if (one->is_null() || (one->is_text() && one->scalar == Json("none"))) {
    left_out = true;
    return;
  }
  Duration d;
  if (auto const refused = Codec<Duration>::read(*one, d, steps)) {
    read.refuse(*one, name, refused->expected + ", or \"none\"");
  }
  to = d;
}

inline std::vector<Segment> list(Value const& value, std::string const& where, Problems& problems);

inline Segment one(Value const& value, std::string const& where, Problems& problems) {
  Segment s;
  ObjectReader read(value, where, problems);
  before(read, "interval", s.interval, s.left_out);
  before(read, "soa", s.soa, s.left_out);
  read.value("repeat", s.repeat, between(1, 1000000));
  if (Value const* const group = read.member("segments")) {
    s.segments = list(*group, read.path("segments"), problems);
    read.finish();
    return s;
  }
  if (!read.word("show", s.show, shows)) {
    problems.report("config", 163, value.place,
                    {read.path("show"), ": expected void, image, mask or noise, or segments"});
  }
  double ms = 0;
  bool const in_steps = read.value("steps", s.duration, steps), in_ms = read.value("ms", ms, at_least(0));
  if (in_ms) s.duration = Duration::of_ms(ms);
  if (in_steps == in_ms) {
    problems.report("config", 163, value.place,
                    {where, ": expected steps or ms, found ", in_steps ? "both" : "neither"});
  }
  read.value("contrast", s.contrast, at_least(0));
  if (Value const* const of = read.member("noise")) noise(*of, read.path("noise"), s.noise, problems);
  if (Value const* const of = read.member("occlusion")) {
    ObjectReader occlusion(*of, read.path("occlusion"), problems);
    occlusion.value("fraction", s.occlusion.fraction, between(0, 1));
    occlusion.word("kind", s.occlusion.kind, occlusion_kinds);
    occlusion.value("seed", s.occlusion.seed, seeds);
    occlusion.finish();
  }
  if (Value const* const of = read.member("shift")) {
    ObjectReader shift(*of, read.path("shift"), problems);
    shift.value("dy", s.shift.dy, between(-100000, 100000));
    shift.value("dx", s.shift.dx, between(-100000, 100000));
    shift.finish();
  }
  read.value("image", s.image, between(0, 100000));
  read.word("mask", s.mask, masks);
  read.finish();
  return s;
}

inline std::vector<Segment> list(Value const& value, std::string const& where, Problems& problems) {
  std::vector<Segment> all;
  if (!value.is_list() || value.items.empty()) {
    problems.report("config", 163, value.place, {where, ": expected a list of at least one segment"});
    return all;
  }
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    all.push_back(one(value.items[i], joined({where, "[", i + 1, "]"}), problems));
  }
  return all;
}

}  // namespace segments

}  // namespace dynvision::config

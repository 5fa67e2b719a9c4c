// Places by name, steps by time.
#pragma once
#include <dynvision/core/error.hpp>
#include <dynvision/run/probe_place.hpp>

#include <algorithm>
#include <cmath>

namespace dynvision::run {

DYNVISION_INLINE bool is_last_convolution(Parts const& parts, std::size_t i) {
  auto const convolves = [&](std::size_t k) {
    return parts[k].label() == "conv" || parts[k].label() == "linear" || parts[k].label() == "recurrence";
  };
  if (!convolves(i)) return false;
  for (std::size_t k = i + 1; k + 1 < parts.size() && parts[k].layer == parts[i].layer; ++k) {
    if (convolves(k)) return false;
  }
  return true;
}

// Probe::where, taken apart.
struct ProbedName {
  std::vector<std::string_view> layers;  // of the model
  std::string_view where, layer, what;   // layer: empty, if it is any
  bool is_arrival = false, is_response = false;

  ProbedName(std::string_view text, Parts const& parts) : layers(layer_names(parts)), where(text) {
    constexpr std::string_view arrow = "<-";
    std::size_t const cut = where.find(arrow), dot = where.rfind('.');
    is_arrival = cut != where.npos;
    is_response = !is_arrival && is_layer(where);
    if (is_arrival) {
      layer = trimmed(where.substr(0, cut)), what = trimmed(where.substr(cut + arrow.size()));
    } else if (is_response || dot == where.npos) {
      layer = is_response ? where : "", what = is_response ? "record" : where;
    } else {
      layer = where.substr(0, dot), what = where.substr(dot + 1);
    }
  }
  bool is_layer(std::string_view name) const { return std::find(layers.begin(), layers.end(), name) != layers.end(); }
  std::string_view source_of(Part const& part) const {
    int const source = part.source();
    return source < 0 ? std::string_view{} : layers[static_cast<std::size_t>(source)];
  }
  // By which names the place of an operation is known; none: it is another layer's, or nothing arrives there.
  std::vector<std::string_view> names_of(Parts const& parts, std::size_t i) const {
    Part const& part = parts[i];
    if (!layer.empty() && part.layer_name != layer) return {};
    if (is_arrival && part.source() < 0) return {};
    if (is_arrival) return {source_of(part), part.label()};
    if (where == every_operation) return {every_operation};
    std::vector<std::string_view> all{part.label()};
    if (is_last_convolution(parts, i)) all.push_back("layer");
    all.insert(all.end(), part.type->states.begin(), part.type->states.end());
    return all;
  }
  // Which of these is meant.
  int what_of(Part const& part) const {
    if (is_arrival) return ProbePlace::arrival;
    auto const& states = part.type->states;
    auto const found = std::find(states.begin(), states.end(), what);
    return found == states.end() || what == part.label() ? ProbePlace::result
                                                         : static_cast<int>(found - states.begin());
  }

 private:
  static std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
  }
};

[[noreturn]] DYNVISION_INLINE void fail_without_place(ProbedName const& name, Parts const& parts) {
  auto const& [layers, where, layer, what, is_arrival, is_response] = name;
  if (is_response) fail("run", 165, {"probe \"", where, "\": a layer without Record: expected one of its operations"});
  if (!layer.empty() && !name.is_layer(layer)) {
    fail("run", 165, {"probe \"", where, "\": layer \"", layer, "\": ", expected_one_of(layer, layers)});
  }
  std::vector<std::string_view> choices;
  if (layer.empty()) choices = layers;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    for (std::string_view const one : name.names_of(parts, i)) {
      if (std::find(choices.begin(), choices.end(), one) == choices.end()) choices.push_back(one);
    }
  }
  if (choices.empty()) {
    fail("run", 165, {"probe \"", where, "\": no connection arrives at ", layer, ": expected another layer"});
  }
  fail("run", 165,
       {"probe \"", where, is_arrival ? "\": connection \"" : "\": place \"", what,
        "\": ", expected_one_of(what, choices)});
}

// Times are those of Activity::time.
DYNVISION_INLINE void find_steps(ProbePlace& place, Probe const& probe, double dt, int first_step, int n_steps) {
  auto const steps_of = [&](double time, std::string_view what) {
    double const n = std::round(time / dt);
    if (!std::isfinite(time) || time < 0 || n > 1e9) {
      fail("run", 166,
           {"probe \"", probe.where, "\": ", what, " = ", time, " ms: expected a finite time of at least 0"});
    }
    if (std::abs(time - n * dt) > 1e-6 * std::max(time, dt)) {
      double const below = std::floor(time / dt) * dt;
      fail("run", 166,
           {"probe \"", probe.where, "\": ", what, " = ", time, " ms is no multiple of dt = ", dt, " ms: expected ",
            below > 0 || what != "every" ? joined({below, " or "}) : "", below + dt, " ms"});
    }
    return static_cast<int>(n);
  };
  place.stride = std::max(1, steps_of(probe.every, "every"));
  int const begin = probe.from ? steps_of(*probe.from, "from") : first_step, all = first_step + n_steps;
  int const end = probe.to ? steps_of(*probe.to, "to") : all;
  // Without `from` the steps at multiples of `every`: those of a run in pieces are those of the whole.
  int const phase = probe.from ? 0 : (place.stride - begin % place.stride) % place.stride;
  place.first = begin + phase - first_step, place.end = end - first_step;
  if (begin >= first_step && end <= all && place.first < place.end) return;
  fail("run", 167,
       {"probe \"", probe.where, "\" of [", begin * dt, ", ", end * dt, ") ms",
        place.stride > 1 ? joined({" every ", probe.every, " ms"}) : "",
        ": expected a step of this run, and times within [", first_step * dt, ", ", all * dt, ") ms"});
}

DYNVISION_INLINE void check_units(Probe const& probe, kernels::Shape const& s) {
  for (Unit const& unit : probe.units) {
    bool const is_there = unit.channel >= 0 && unit.channel < s.channels && unit.row >= 0 && unit.row < s.height &&
                          unit.column >= 0 && unit.column < s.width;
    if (is_there) continue;
    auto const nearest = [](int i, std::int64_t n) { return std::clamp<std::int64_t>(i, 0, n - 1); };
    fail("run", 168,
         {"probe \"",
          probe.where,
          "\": unit (",
          unit.channel,
          ", ",
          unit.row,
          ", ",
          unit.column,
          "): expected channel, row and column within ",
          s.channels,
          "x",
          s.height,
          "x",
          s.width,
          ", such as (",
          nearest(unit.channel, s.channels),
          ", ",
          nearest(unit.row, s.height),
          ", ",
          nearest(unit.column, s.width),
          ")"});
  }
  if (!probe.units.empty() && (probe.over.channels || probe.over.space)) {
    fail("run", 169,
         {"probe \"", probe.where, "\" of single units over channels or space: expected .over samples or time alone"});
  }
}

DYNVISION_INLINE std::vector<ProbePlace> places_of(Probe const& probe, Parts const& parts, Options const& options,
                                                   Stimulus const& stimulus, Settings const& settings) {
  ProbedName const name(probe.where, parts);
  std::vector<int> const channels = channels_of(parts, options.input_dims[0]);
  std::vector<Size> const sizes = sizes_of(parts, {stimulus.frames.size(3), stimulus.frames.size(4)});
  std::vector<ProbePlace> all;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {  // the last part is the head
    std::vector<std::string_view> const known = name.names_of(parts, i);
    if (std::find(known.begin(), known.end(), name.what) == known.end()) continue;
    std::string_view const source = name.is_arrival ? name.source_of(parts[i]) : std::string_view{};
    int const what = name.what_of(parts[i]);
    bool const has_other_name = what >= 0 || (name.what == "layer" && !name.is_arrival);
    std::string_view const operation = has_other_name ? name.what : parts[i].label();
    ProbePlace place{i, what, std::string(parts[i].layer_name), std::string(operation), std::string(source)};
    place.name = name.is_response  ? place.layer
                 : name.is_arrival ? place.layer + " <- " + place.source
                                   : place.layer + "." + place.operation;
    auto const before = std::count_if(all.begin(), all.end(), [&](ProbePlace const& other) {
      return other.layer == place.layer && other.operation == place.operation && other.source == place.source;
    });
    if (before > 0) place.name += joined({" ", before + 1});
    std::size_t const at = i + (what == ProbePlace::result ? 1 : 0);  // as it leaves, as it enters
    place.shape = {channels[at], sizes[at].height, sizes[at].width};
    find_steps(place, probe, options.dt, settings.start.step + settings.idle_timesteps, stimulus.n_timesteps());
    check_units(probe, place.shape);
    all.push_back(std::move(place));
  }
  if (all.empty()) fail_without_place(name, parts);
  return all;
}

}  // namespace dynvision::run

// Names of operations, and what they stand for.
#pragma once
#include <dynvision/run/monitors.hpp>

namespace dynvision::run {

DYNVISION_INLINE Monitors::Monitors(Parts const& parts, Settings const& settings) {
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {  // the last part is the head
    Part const& part = parts[i];
    if (part.position == 0) {
      external_.push_back(settings.external_to(part.layer_name));
      modulation_.push_back(settings.modulation_of(part.layer_name));
      if (settings.record) add(responses_, part, "record");
    }
    watch_if_wanted(settings, part, part.label(), i);
    if (is_last_convolution(parts, i)) watch_if_wanted(settings, part, "layer", i);
  }
  check_monitored(parts, settings);
  for (auto const& [name, input] : settings.external) check_external(parts, name, input);
}

DYNVISION_INLINE Monitors::Monitors(Parts const& parts, Settings const& settings, Options const& options,
                                    Stimulus const& stimulus)
    : Monitors(parts, settings) {
  if (!settings.probes.empty()) probes = Probing(parts, options, stimulus, settings);
}

[[gnu::noinline]] DYNVISION_INLINE void Monitors::after(std::size_t place, int t, Signal const& x) {
  if (t < 0) return;
  for (std::size_t i = 0; i < watched_.size(); ++i) {
    if (watched_[i] == static_cast<int>(place)) monitored_[i].steps.push_back(x);
  }
}

DYNVISION_INLINE bool Monitors::wants(std::size_t place) const {
  for (int const watched : watched_) {
    if (watched == static_cast<int>(place)) return true;
  }
  return false;
}

DYNVISION_INLINE void Monitors::record(std::vector<Signal> const& responses) {
  for (std::size_t l = 0; l < responses_.size(); ++l) responses_[l].steps.push_back(responses[l]);
}

DYNVISION_INLINE Signal Monitors::of_step(Tensor const& input, int t) {
  return input.defined() && t >= 0 && t < input.size(1) ? input.select(1, t) : Signal{};
}

DYNVISION_INLINE bool Monitors::contains(std::vector<std::string_view> const& names, std::string_view name) {
  for (std::string_view const known : names) {
    if (known == name) return true;
  }
  return false;
}

[[gnu::noinline]] DYNVISION_INLINE void Monitors::add(std::vector<Trace>& traces, Part const& part,
                                                      std::string_view label) {
  traces.push_back({std::string(part.layer_name), std::string(label)});
}

DYNVISION_INLINE void Monitors::watch_if_wanted(Settings const& settings, Part const& part, std::string_view label,
                                                std::size_t place) {
  for (std::string_view const wanted : settings.monitor) {
    if (!Trace::is_named(wanted, part.layer_name, label)) continue;
    watched_.push_back(static_cast<int>(place));
    add(monitored_, part, label);
    return;
  }
}

DYNVISION_INLINE void Monitors::check_monitored(Parts const& parts, Settings const& settings) const {
  for (std::string_view const wanted : settings.monitor) {
    bool found = false;
    for (Trace const& trace : monitored_) found = found || trace.is_named(wanted);
    if (found) continue;
    std::size_t const dot = wanted.rfind('.');
    std::string_view const layer = dot == wanted.npos ? std::string_view{} : wanted.substr(0, dot);
    std::string_view const label = layer.empty() ? wanted : wanted.substr(dot + 1);
    std::vector<std::string_view> const layers = layer_names(parts);
    if (!layer.empty() && !contains(layers, layer)) {
      fail("run", 122, {"monitor \"", wanted, "\": layer \"", layer, "\": ", expected_one_of(layer, layers)});
    }
    std::vector<std::string_view> labels{"layer"};
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      if (!layer.empty() && layer != parts[i].layer_name) continue;
      if (!contains(labels, parts[i].label())) labels.push_back(parts[i].label());
    }
    fail("run", 122, {"monitor \"", wanted, "\": operation \"", label, "\": ", expected_one_of(label, labels)});
  }
}

DYNVISION_INLINE void Monitors::check_external(Parts const& parts, std::string_view name, Tensor const& input) const {
  constexpr std::string_view ending = ".modulation";
  bool const is_modulation = name.ends_with(ending);
  std::string_view const layer = is_modulation ? name.substr(0, name.size() - ending.size()) : name;
  std::vector<std::string_view> const layers = layer_names(parts);
  if (!contains(layers, layer)) {
    fail("run", 123, {"external input to \"", layer, "\": ", expected_one_of(layer, layers)});
  }
  bool arrives = false;
  for (Part const& part : parts) {
    arrives = arrives || (part.layer_name == layer && part.label() == (is_modulation ? "modulation" : "addext"));
  }
  if (!arrives) {
    fail("run", 125,
         {"external input to \"", name, "\": expected a layer with ", is_modulation ? "Modulate" : "AddInput"});
  }
  if (!input.defined() || input.dim() != 5)
    fail("run", 124, "external input: expected a tensor (B,T,C,H,W), or (B,T,N) for units without places");
}

}  // namespace dynvision::run

// The activity loss of a model file, from the modules that the original monitors.
//
//   v = sum over modules and calls of value / (n_modules n_max)     n_max: the largest number of calls of a module
//
// Where no module is shared by layers and one of them is called at every step this is the library's ActivityLoss. Else the
// original's number differs: it divides all activities of a shared module by the number of units that it saw first, and
// steps without a signal do not count.
#pragma once
#include <dynvision/losses/activity_loss.hpp>

#include "configuration.hpp"

namespace golden {

struct Module {
  std::string name;
  ActivityMode mode;
  std::string layer, operation;  // without a layer: of all layers
  int nth = 0;                   // of the operations of that name
  bool called = true;

  std::string monitored() const { return layer.empty() ? operation : layer + "." + operation; }
};

inline std::vector<Module> modules_of(File const& file, Configuration const& c) {
  if (!file.config.contains("monitors")) unknown(file.name + ": an activity loss without \"monitors\"");
  auto const layers = layer_names_of(c.model);
  auto const is_layer = [&](std::string const& name) {
    return std::find(layers.begin(), layers.end(), name) != layers.end();
  };
  std::vector<Module> all;
  for (auto const& [name, mode] : file.config.at("monitors").items()) {
    if (mode != "absolute" && mode != "signed") unknown(file.name + ": activity mode " + mode.dump());
    Module m{name, mode == "signed" ? ActivityMode::signed_mean : ActivityMode::absolute, "", ""};
    std::size_t const bar = name.find('_'), dot = name.find('.');
    if (is_layer(name)) {  // the module of the layer's convolutions with its recurrence
      m.layer = name, m.operation = "layer";
    } else if (name == "nonlin" || name == "supralin") {
      m.operation = name;
    } else if (bar != std::string::npos && is_layer(name.substr(bar + 1))) {
      m.layer = name.substr(bar + 1), m.operation = name.substr(0, bar);
    } else if (dot != std::string::npos && is_layer(name.substr(0, dot))) {
      m.layer = name.substr(0, dot), m.operation = name.substr(dot + 1);
      if (m.operation == "conv2") m.operation = "conv", m.nth = 1;
      if (m.operation != "conv") m.operation.clear();
    }
    static std::set<std::string> const known{"layer",    "conv",    "tstep",       "nonlin",
                                             "supralin", "addskip", "addfeedback", "pool"};
    if (!known.contains(m.operation)) unknown(file.name + ": monitor \"" + name + "\"");
    bool const joins = m.operation == "addskip" || m.operation == "addfeedback";
    if (joins) {
      auto const& on = m.operation == "addskip" ? c.switches.skip : c.switches.feedback;
      m.called = on.has_value() && !c.options.feedforward_only;
      if (!on.has_value()) unknown(file.name + ": monitor \"" + name + "\" of a connection that is off");
    }
    // A pooling that is the identity is none here: what is handed on is what it gives.
    if (m.operation == "pool" && c.model != "DyRCNNx2" && m.layer == "V4") m.operation = "delay";
    if (m.operation == "supralin" && c.options.supralinearity == 1)
      unknown(file.name + ": monitor \"supralin\" of none");
    all.push_back(m);
  }
  if (file.config.value("reduction", std::string("mean")) != "mean") unknown(file.name + ": another reduction");
  return all;
}

inline std::vector<std::string> monitored(std::vector<Module> const& modules) {
  std::vector<std::string> names;
  for (Module const& m : modules) {
    if (m.called) names.push_back(m.monitored());
  }
  return names;
}

// The traces of a module, in the order of the layers that call it.
inline std::vector<run::Trace const*> traces_of(Module const& m, std::vector<run::Trace> const& all) {
  std::vector<run::Trace const*> own;
  for (run::Trace const& trace : all) {
    if (trace.is_named(m.monitored())) own.push_back(&trace);
  }
  if (own.empty()) unknown("nothing was monitored as \"" + m.name + "\"");
  if (m.layer.empty()) return own;
  return {own.at(static_cast<std::size_t>(m.nth))};
}

inline Tensor activity_cost(Check& check, std::vector<Module> const& modules, double p,
                            std::vector<run::Trace> const& traces) {
  Tensor sum;
  std::size_t n_max = 0, n_steps = 0;
  bool as_here = true;  // nothing that the library does otherwise
  for (Module const& m : modules) {
    as_here = as_here && m.called && !m.layer.empty() && m.operation != "conv";
    if (!m.called) continue;
    auto const own = traces_of(m, traces);
    n_steps = own.front()->steps.size();
    double units = 0;  // that the module saw first
    std::size_t calls = 0;
    for (std::size_t t = 0; t < n_steps; ++t) {
      for (run::Trace const* trace : own) {
        if (!trace->steps[t].defined()) continue;
        Tensor const a = trace->steps[t].flatten(1);
        if (units == 0) units = static_cast<double>(a.size(1));
        Tensor const value =
            m.mode == ActivityMode::signed_mean ? a.mean({1}).abs() : a.norm(p, {1}).div(std::pow(units, 1 / p));
        sum = sum.defined() ? sum.add(value) : value;
        ++calls;
      }
    }
    n_max = std::max(n_max, calls);
  }
  if (!sum.defined()) return zeros({});
  Tensor const theirs = sum.div(static_cast<double>(modules.size() * n_max)).mean();
  if (!as_here || n_max != n_steps) return theirs;
  ActivityLoss loss{{}, p};
  for (Module const& m : modules) loss.monitors.push_back({m.monitored(), m.mode});
  Tensor const ours = loss(traces);
  check.same("activity loss", ours, theirs.detach());
  return ours;
}

}  // namespace golden
